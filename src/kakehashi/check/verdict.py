"""Does a pair come up, from either side, and does it survive the rekeys of both phases?"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from kakehashi.check.device import Device
from kakehashi.check.pair import End, Pair
from kakehashi.check.shape import Crowd, NoShapeError, Shape, shape_of
from kakehashi.check.simulate import Attempt, Node, Side, Wire
from kakehashi.model.address import ANY, IPAddress
from kakehashi.model.selector import EVERYTHING
from kakehashi.model.tunnel import PlainTunnel

# Where a NAT gives a private address another one, and where nobody says which address an end has.
_OUTSIDE = {4: ip_address("192.0.2.254"), 6: ip_address("2001:db8::fffe")}
_MADE_UP = {
    4: (ip_address("192.0.2.1"), ip_address("192.0.2.2")),
    6: (ip_address("2001:db8::1"), ip_address("2001:db8::2")),
}
# RFC 1918, RFC 6598 and RFC 4193: what the internet does not carry.
_PRIVATE = tuple(
    ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)


@dataclass(frozen=True, slots=True)
class Address:
    """Which address an end speaks from, and what a NAT before it makes of that. `known`: a line says so."""

    inside: IPAddress
    outside: IPAddress | None = None
    known: bool = True

    @property
    def seen(self) -> IPAddress:
        """What the other end sees."""
        return self.outside or self.inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engines make of a pair. `addresses`: of both ends. `attempts`: of the ends that can begin.

    `reason`: why it does not come up or does not survive, in the words of the engine; None if it does both.
    `one_way`: why one end cannot begin where the other can, "" if both do as they are configured.
    """

    comes_up: bool
    survives_rekey: bool
    reason: str | None
    addresses: tuple[Address, Address]
    attempts: tuple[Attempt, ...] = ()
    one_way: str = ""


class Judge:
    """Lets pairs negotiate. A device with many tunnels is set up once, and of pairs that are alike but for
    names, addresses, keys and networks one stands for all that come up and survive (`check/shape.py`).
    """

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._nodes: dict[tuple[str, IPAddress | None], Node] = {}
        self._crowds: dict[str, Crowd] = {}
        self._known: dict[Hashable, tuple[Shape, Pair, Verdict]] = {}
        self._now = 1000.0

    def judge(self, pair: Pair) -> Verdict:
        """Both attempts, and the rekeys of each."""
        addresses = speaking(pair, self._devices)
        for end in pair.ends:
            if not end.tunnel.enabled:
                return _refused(addresses, f"{_placed(end)} is shut down")
        plain = [end for end in pair.ends if isinstance(end.tunnel, PlainTunnel)]
        if plain:
            return _without_ike(pair, addresses, plain)
        beginners = [
            index
            for index, end in enumerate(pair.ends)
            if _can_begin(end, addresses[1 - index]) and pair.other(end).answers
        ]
        if not beginners:
            return _refused(addresses, _nobody_begins(pair))
        try:
            shape = self._shape(pair, addresses)
        except NoShapeError:
            return self._negotiated(pair, addresses, beginners)
        if (known := self._known.get(shape.key)) is not None:
            return _of_another(pair, addresses, shape, known)
        verdict = self._negotiated(pair, addresses, beginners)
        if verdict.reason is None and not verdict.one_way and _is_told_by(shape, verdict):
            self._known[shape.key] = shape, pair, verdict
        return verdict

    def _shape(self, pair: Pair, addresses: tuple[Address, Address]) -> Shape:
        devices = [self._devices[end.device] for end in pair.ends]
        for device in devices:
            if device.name not in self._crowds:
                self._crowds[device.name] = Crowd(device)
        return shape_of(pair, addresses, [self._crowds[device.name] for device in devices], devices)

    def _negotiated(
        self, pair: Pair, addresses: tuple[Address, Address], beginners: Sequence[int]
    ) -> Verdict:
        sides = tuple(
            Side(node=self._node(end.device, at.outside), tunnel=end.tunnel.interface, address=at.inside)
            for end, at in zip(pair.ends, addresses, strict=True)
        )
        wire = Wire((sides[0], sides[1]), now=self._now)
        attempts = tuple(wire.attempt(sides[index]) for index in beginners)
        self._now = wire.now + 1
        return _verdict(addresses, attempts)

    def _node(self, device: str, outside: IPAddress | None) -> Node:
        key = device, outside
        if key not in self._nodes:
            self._nodes[key] = Node(device, self._devices[device].gateway, outside)
        return self._nodes[key]


def _without_ike(pair: Pair, addresses: tuple[Address, Address], plain: Sequence[End]) -> Verdict:
    """Nobody negotiates: packets pass, or they do not."""
    if len(plain) < len(pair.ends):
        return _refused(addresses, f"{_placed(plain[0])} is not protected by IPsec, and the other end is")
    for end, own, far in zip(pair.ends, addresses, reversed(addresses), strict=True):
        peer = end.tunnel.peer_address
        if own.outside is not None:
            return _refused(addresses, f"{_placed(end)} is behind a NAT, which GRE does not get through")
        if isinstance(peer, IPAddress) and peer != far.seen:
            return _refused(addresses, f"{_placed(end)} looks for the other end at {peer}")
    return Verdict(comes_up=True, survives_rekey=True, reason=None, addresses=addresses)


def _is_told_by(shape: Shape, verdict: Verdict) -> bool:
    """Are the networks of the SAs those of the configurations, and not what is left of some of them?"""
    return all(
        selector in EVERYTHING or selector in shape.selectors
        for attempt in verdict.attempts
        if attempt.sa is not None
        for selector in (*attempt.sa.local_selectors, *attempt.sa.remote_selectors)
    )


def _of_another(
    pair: Pair, addresses: tuple[Address, Address], shape: Shape, known: tuple[Shape, Pair, Verdict]
) -> Verdict:
    """What became of a pair of the same shape, with this one's names and networks."""
    other_shape, other, verdict = known
    names = dict(zip((end.device for end in other.ends), (end.device for end in pair.ends), strict=True))
    networks = dict(zip(other_shape.selectors, shape.selectors, strict=True))
    attempts = []
    for attempt in verdict.attempts:
        sa = attempt.sa
        if sa is not None:
            local, remote = (
                tuple(networks.get(s, s) for s in selectors)
                for selectors in (sa.local_selectors, sa.remote_selectors)
            )
            sa = replace(sa, local_selectors=local, remote_selectors=remote)
        attempts.append(replace(attempt, begins=names[attempt.begins], sa=sa))
    return replace(verdict, addresses=addresses, attempts=tuple(attempts))


def speaking(pair: Pair, devices: Mapping[str, Device]) -> tuple[Address, Address]:
    """From which address each end speaks: its own, that of the way to its peer, or what the peer expects."""
    version = _version(pair)
    insides = [_inside(end, pair.other(end), devices[end.device], version) for end in pair.ends]
    a, b = (inside or _MADE_UP[version][index] for index, inside in enumerate(insides))
    return (
        Address(a, _outside(a, b, pair.b, devices[pair.a.device]), insides[0] is not None),
        Address(b, _outside(b, a, pair.a, devices[pair.b.device]), insides[1] is not None),
    )


def is_private(address: IPAddress) -> bool:
    """Is it one that the internet does not carry?"""
    return any(address in network for network in _PRIVATE if network.version == address.version)


def _version(pair: Pair) -> int:
    for end in pair.ends:
        address = end.tunnel.peer_address
        if isinstance(address, IPAddress):
            return address.version
        if end.tunnel.source_address is not None and isinstance(end.tunnel.source_address, IPAddress):
            return end.tunnel.source_address.version
    return 4


def _inside(end: End, other: End, device: Device, version: int) -> IPAddress | None:
    own = device.own_address(end.tunnel, version)
    if own is not None:
        return own
    peer, expected = end.tunnel.peer_address, other.tunnel.peer_address
    if isinstance(peer, IPAddress) and (way := device.way_to(peer)) is not None:
        found = device.addresses_of(way.name, version)
        if found:
            return found[0]
    if not isinstance(expected, IPAddress) or expected.version != version:
        return None
    if device.holder(expected) is None and device.tells_all_addresses:
        way = device.way_to(expected)
        found = device.addresses_of(way.name, version) if way is not None else ()
        if found:
            return found[0]
    return expected


def _outside(inside: IPAddress, other: IPAddress, far: End, device: Device) -> IPAddress | None:
    """What a NAT makes of a private address: what the far end calls it, or any where that takes all.

    An address that the device has itself is no NAT's.
    """
    expected = far.tunnel.peer_address
    if isinstance(expected, IPAddress) and device.holder(expected) is not None:
        return None
    if not is_private(inside) or expected == inside or is_private(other):
        return None
    if isinstance(expected, IPAddress):
        return None if is_private(expected) else expected
    return _OUTSIDE[inside.version] if expected is ANY else None


def _can_begin(end: End, far: Address) -> bool:
    """Nobody gets through a NAT from outside."""
    return end.can_begin and far.outside is None


def _nobody_begins(pair: Pair) -> str:
    ends = " and ".join(_placed(end) for end in pair.ends)
    return (
        f"neither end can begin: {ends} do not know the other's address, or are not to, or a NAT is in the "
        "way"
    )


def _placed(end: End) -> str:
    source = end.tunnel.source
    return f"{end.tunnel.interface} ({source})" if source else str(end)


def _refused(addresses: tuple[Address, Address], reason: str) -> Verdict:
    return Verdict(comes_up=False, survives_rekey=False, reason=reason, addresses=addresses)


def _verdict(addresses: tuple[Address, Address], attempts: tuple[Attempt, ...]) -> Verdict:
    up = [attempt for attempt in attempts if attempt.comes_up]
    down = [attempt for attempt in attempts if not attempt.comes_up]
    if not up:
        return Verdict(
            comes_up=False,
            survives_rekey=False,
            reason=_best(sentence for a in attempts for sentence in reversed(a.failures)),
            addresses=addresses,
            attempts=attempts,
        )
    dying = [a for a in up if False in (a.survives_child_rekey, a.survives_ike_rekey)]
    return Verdict(
        comes_up=True,
        survives_rekey=not dying,
        reason=_best(sentence for a in dying for sentence in reversed(a.rekey_failures)) if dying else None,
        addresses=addresses,
        attempts=attempts,
        one_way=_best(sentence for a in down for sentence in reversed(a.failures)) if down else "",
    )


def _best(sentences: Iterable[str]) -> str:
    """The sentence that says most: who refuses knows what was offered and what it would have taken."""
    found = list(dict.fromkeys(sentences))
    told = [s for s in found if "the peer answers" not in s and "no answer" not in s]
    return next(iter(told or found), "no answer comes, and nobody says why")
