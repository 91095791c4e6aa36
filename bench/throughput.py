"""What is measured of the packet path, and what it must reach.

All of it crosses the same five namespaces: two hosts, a gateway before each, and a router between those.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.strongswan import StrongSwan, connection

from bench import loads, neighbours, planes, wireguard
from bench.planes import CBC_SHA1, CBC_SHA256, GCM_128, GCM_256, NULL, TRIPLE_DES, Inside, Suite
from bench.sites import Sites

TUNNELS = 1000

Ends = tuple[Sites, str, str]
Contender = Callable[[Path], AbstractContextManager[Ends]]
Load = Callable[[Ends, Path, float], float]


@dataclass(frozen=True)
class Case:
    """One figure: who is measured, with what. `lasting` of the seconds that a TCP stream takes, for each round."""

    name: str
    contender: Contender
    load: Load
    unit: str = "Mbit/s"
    lasting: float = 1.0


@dataclass(frozen=True)
class Floor:
    """`case` must reach `ratio` times `beside`, or stay below it if `at_most`."""

    case: str
    beside: str
    ratio: float
    at_most: bool = False


def tcp(ends: Ends, _folder: Path, seconds: float) -> float:
    return loads.tcp(*ends, seconds)


def round_trip(ends: Ends, _folder: Path, _seconds: float) -> float:
    return loads.round_trip(*ends)


def datagrams(ends: Ends, _folder: Path, seconds: float) -> float:
    return loads.datagrams(*ends, seconds / 2)


def many_streams(own_tunnels: bool) -> Load:
    def load(ends: Ends, folder: Path, seconds: float) -> float:
        pairs = [planes.inner(number if own_tunnels else 0) for number in range(TUNNELS)]
        return loads.streams(ends[0], pairs, folder, 2 * seconds)

    return load


@contextmanager
def network(offload: bool = True) -> Iterator[Sites]:
    with Sites() as one:
        if not offload:
            for namespace, device in (
                (one.ours, "wan0"), (one.ours, "lan0"), (one.our_host, "lan1"), (one.peer, "wan0"), (one.peer, "lan0"),
                (one.peer_host, "lan1"), (one.router, "r-ours"), (one.router, "r-peer"),
            ):  # fmt: skip
                one.inside(
                    namespace,
                    "ethtool",
                    "-K",
                    device,
                    *["gro", "off", "gso", "off", "tso", "off", "tx-udp-segmentation", "off"],
                )
        yield one


def nothing() -> Contender:
    @contextmanager
    def build(_folder: Path) -> Iterator[Ends]:
        with network() as one:
            one.join()
            yield one, one.OUR_HOST, one.PEER_HOST

    return build


def ours(
    suite: Suite, offload: bool = True, tunnels: int = 1, **options: bool | tuple[str, str] | Inside
) -> Contender:
    @contextmanager
    def build(_folder: Path) -> Iterator[Ends]:
        with ExitStack() as stack:
            # Two gateways in one kernel, each with the devices of its tunnels.
            stack.enter_context(neighbours.room_for(4 * tunnels))
            one = stack.enter_context(network(offload))
            stack.enter_context(planes.planes(one, suite, tunnels=tunnels, **options))  # type: ignore[arg-type]
            yield one, *planes.inner(0)

    return build


def strongswan(esp: str, offload: bool = True) -> Contender:
    """Its ESP of userspace is always in UDP."""

    @contextmanager
    def build(folder: Path) -> Iterator[Ends]:
        ike = "aes256-sha256-x25519"
        with ExitStack() as stack:
            one = stack.enter_context(network(offload))
            far = connection(one, ike=ike, esp=esp)
            near = connection(
                one, ike=ike, esp=esp, local=one.OURS, remote=one.PEER, local_id="keyid:ours",
                remote_id="keyid:peer", local_ts="192.168.10.0/24", remote_ts="192.168.20.0/24",
            )  # fmt: skip
            stack.enter_context(StrongSwan(one, folder / "far", far, levels="default = 0"))
            peer = StrongSwan(one, folder / "near", near, namespace=one.ours, levels="default = 0")
            stack.enter_context(peer).initiate()
            yield one, one.OUR_HOST, one.PEER_HOST

    return build


def wireguard_go() -> Contender:
    @contextmanager
    def build(_folder: Path) -> Iterator[Ends]:
        with network() as one, wireguard.tunnel(one):
            yield one, *wireguard.ENDS

    return build


STRONGSWAN, OURS = "strongSwan", "kakehashi"
CIPHERS = {
    "AES-128-GCM": (GCM_128, "aes128gcm16"),
    "AES-256-GCM": (GCM_256, "aes256gcm16"),
    "AES-256-CBC HMAC-SHA-256": (CBC_SHA256, "aes256-sha256"),
    "AES-256-CBC HMAC-SHA1": (CBC_SHA1, "aes256-sha1"),
    "3DES-CBC HMAC-SHA1": (TRIPLE_DES, "3des-sha1"),
}
GCM = "AES-128-GCM"


def cases() -> list[Case]:
    """Everything that this machine can measure."""
    found = [Case("no VPN", nothing(), tcp), Case(f"{OURS}, no protection at all", ours(NULL), tcp)]
    for cipher, (suite, esp) in CIPHERS.items():
        found.append(Case(f"{STRONGSWAN}, {cipher}", strongswan(esp), tcp))
        found.append(Case(f"{OURS}, {cipher}", ours(suite), tcp))
    found += [
        Case(f"{OURS}, {GCM}, plain ESP", ours(GCM_128, in_udp=False), tcp),
        Case(f"{OURS}, {GCM}, plain ESP, GRE in it", ours(GCM_128, in_udp=False, inside=Inside.GRE), tcp),
        Case(f"{OURS}, {GCM}, plain ESP, L2TP in it", ours(GCM_128, in_udp=False, inside=Inside.L2TP), tcp),
        Case(f"{OURS}, {GCM}, L2TP in it", ours(GCM_128, inside=Inside.L2TP), tcp),
        Case(f"{OURS}, {GCM}, from a peer without UDP checksums", ours(GCM_128, like_a_device=True), tcp),
        Case(f"{STRONGSWAN}, {GCM}, links without offload", strongswan("aes128gcm16", offload=False), tcp),
        Case(f"{OURS}, {GCM}, links without offload", ours(GCM_128, offload=False), tcp),
        Case(f"{STRONGSWAN}, {GCM}, round trip", strongswan("aes128gcm16"), round_trip, "ms"),
        Case(f"{OURS}, {GCM}, round trip", ours(GCM_128), round_trip, "ms"),
        Case(f"{STRONGSWAN}, {GCM}, packets of 200 octets", strongswan("aes128gcm16"), datagrams, "a second", 4),
        Case(f"{OURS}, {GCM}, packets of 200 octets", ours(GCM_128), datagrams, "a second", 4),
        Case(f"{OURS}, {GCM}, {TUNNELS} streams, one tunnel", ours(GCM_128), many_streams(False)),
        Case(
            f"{OURS}, {GCM}, {TUNNELS} streams, {TUNNELS} tunnels", ours(GCM_128, tunnels=TUNNELS), many_streams(True)
        ),
    ]  # fmt: skip
    if wireguard.is_here():
        found.append(Case("wireguard-go", wireguard_go(), tcp))
    if planes.processors() >= 4:
        found.append(Case(f"{OURS}, {GCM}, a core a gateway", ours(GCM_128, cpus=("0", "1")), tcp))
        found.append(Case(f"{OURS}, {GCM}, two cores a gateway", ours(GCM_128, cpus=("0,1", "2,3")), tcp))
    return found


def floors() -> list[Floor]:
    def beside(ratio: float, cipher: str, *, end: str = "", against: str | None = None) -> Floor:
        return Floor(
            f"{OURS}, {cipher}{end}", f"{STRONGSWAN}, {cipher}{end if against is None else against}", ratio
        )

    unprotected = f"{OURS}, no protection at all"
    one, many = (
        f"{OURS}, {GCM}, {TUNNELS} streams, {tunnels}" for tunnels in ("one tunnel", f"{TUNNELS} tunnels")
    )
    found = [
        beside(12, "AES-128-GCM"),
        beside(12, "AES-256-GCM"),
        Floor(f"{OURS}, AES-128-GCM", unprotected, 0.8),
        Floor(f"{OURS}, AES-256-GCM", unprotected, 0.8),
        beside(6, "AES-256-CBC HMAC-SHA-256"),
        beside(6, "AES-256-CBC HMAC-SHA1"),
        beside(1, "3DES-CBC HMAC-SHA1"),
        beside(4, GCM, end=", plain ESP", against=""),
        Floor(f"{OURS}, {GCM}, plain ESP, GRE in it", f"{OURS}, {GCM}, plain ESP", 0.7),
        Floor(f"{OURS}, {GCM}, plain ESP, L2TP in it", f"{OURS}, {GCM}, plain ESP", 0.6),
        Floor(f"{OURS}, {GCM}, L2TP in it", f"{OURS}, {GCM}", 0.6),
        beside(4, GCM, end=", from a peer without UDP checksums", against=""),
        beside(2, GCM, end=", links without offload"),
        beside(3, GCM, end=", packets of 200 octets"),
        Floor(f"{OURS}, {GCM}, round trip", f"{STRONGSWAN}, {GCM}, round trip", 1, at_most=True),
        Floor(many, one, 0.8),
    ]
    if planes.processors() >= 4:
        found.append(Floor(f"{OURS}, {GCM}, two cores a gateway", f"{OURS}, {GCM}, a core a gateway", 1))
    return found


def measure(case: Case, folder: Path, seconds: float) -> float:
    """The figure of one case, once."""
    with case.contender(folder) as ends:
        assert ends[0].ping(ends[0].our_host, ends[1], ends[2]), f"{case.name}: no answer through the tunnel"
        return case.load(ends, folder, seconds)
