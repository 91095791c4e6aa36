"""A link on the way that takes less than ours: who is believed about it, and what comes of that (V1-33, V1-34).

    [tokyo] 192.0.2.2 --- (internet) 203.0.113.1 --- 203.0.113.2 (edge) 198.51.100.1 --- 198.51.100.2 [osaka]

The internet may be a NAT for Tokyo; the narrow link is between edge and Osaka.
"""

import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.gateway.namespace import Namespace
from tests.gateway.test_path_mtus import icmp_v4
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]

OSAKA_HOST, OSAKA_HOST_6 = "192.168.20.10", "2001:db8:20::10"
NARROW = 1300


@dataclass(frozen=True)
class Case:
    """`mtu`: what fits into the tunnel where the way takes NARROW."""

    version: int
    nat: bool
    mtu: int


# AES-GCM: SPI and sequence number, IV and ICV are 32 octets, and 2 of the blocks of 4.
CASES = {
    "IPv4": Case(4, False, NARROW - 20 - 32 - 2),
    "NAT": Case(4, True, NARROW - 20 - 8 - 32 - 2),
    "IPv6": Case(6, False, NARROW - 40 - 32 - 2),
}
ENDS = {4: ("192.0.2.2", "198.51.100.2"), 6: ("2001:db8:a::2", "2001:db8:b::2")}


def change(case: Case) -> Callable[[str, str], str]:
    """The configurations of the example, over the case's way."""

    def write(name: str, text: str) -> str:
        if case.version == 6:
            for v4, v6 in (
                ("192.0.2.2/24\n", "192.0.2.2/24\n  ipv6 enable\n  ipv6 address 2001:db8:a::2/64\n"),
                ("198.51.100.2/24\n", "198.51.100.2/24\n  ipv6 enable\n  ipv6 address 2001:db8:b::2/64\n"),
                ("GigaEthernet0.0 192.0.2.1\n", "GigaEthernet0.0 2001:db8:a::1\n"),
                ("GigaEthernet0.0 198.51.100.1\n", "GigaEthernet0.0 2001:db8:b::1\n"),
                ("peer 192.0.2.2 ", "peer 2001:db8:a::2 "),
                ("peer 198.51.100.2 ", "peer 2001:db8:b::2 "),
            ):
                text = text.replace(v4, v6)
        if case.nat and name == "tokyo":
            text = text.replace("  ikev2 connect", "  ikev2 nat-traversal keepalive 20\n  ikev2 connect")
        if case.nat and name == "osaka":
            lines = [line for line in text.splitlines() if "outgoing-interface" not in line]
            text = "\n".join(lines).replace("peer 192.0.2.2 ", "peer any ") + "\n"
        return text

    return write


PLAIN = """\
hostname {name}
interface GigabitEthernet0/0
 ip address {wan} 255.255.255.0
 ipv6 address {near}/64
interface GigabitEthernet0/1
 ip address {lan}.1 255.255.255.0
interface Tunnel0
 ip address {inside} 255.255.255.252
 tunnel source {near}
 tunnel mode gre ipv6
 tunnel destination {far}
 tunnel key 7
ip route 0.0.0.0 0.0.0.0 {hop}
ipv6 route ::/0 {hop_6}
ip route {there}.0 255.255.255.0 Tunnel0
"""
PLAIN_SITES = {
    "tokyo": {
        "wan": "192.0.2.2", "hop": "192.0.2.1", "near": "2001:db8:a::2", "hop_6": "2001:db8:a::1",
        "far": "2001:db8:b::2", "lan": "192.168.10", "there": "192.168.20", "inside": "10.9.0.1",
    },
    "osaka": {
        "wan": "198.51.100.2", "hop": "198.51.100.1", "near": "2001:db8:b::2", "hop_6": "2001:db8:b::1",
        "far": "2001:db8:a::2", "lan": "192.168.20", "there": "192.168.10", "inside": "10.9.0.2",
    },
}  # fmt: skip


def plain(name: str, text: str) -> str:
    """Cisco routers with GRE over IPv6, without IPsec."""
    return PLAIN.format(name=name, **PLAIN_SITES[name])


class ByTheEdge(TwoRouters):
    def __init__(self, folder: Path, case: Case, write: Callable[[str, str], str] | None = None) -> None:
        super().__init__(folder, write or change(case))
        self.case, self.edge = case, Namespace()
        self.before_start = self._join

    def __enter__(self) -> "ByTheEdge":
        with ExitStack() as stack:
            stack.enter_context(self.edge)
            super().__enter__()
            # What runs in the routers ends first.
            stack.push(self._stack.pop_all())
            self._stack = stack.pop_all()
        return self

    def internet_of(self, router: Router) -> Namespace:
        return self.edge if router is self.osaka else self.internet

    def _join(self) -> None:
        self.internet.ip(f"link add to-edge type veth peer name to-internet netns {self.edge.name}")
        forward = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        # A router tells every time.
        eager = ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        ways = (
            (self.internet, "to-edge", 1, "to-tokyo", "a", 2, ("198.51.100.0/24", "2001:db8:b::/64")),
            (self.edge, "to-internet", 2, "to-osaka", "b", 1, ("default", "default")),
        )
        for one, device, own, near, network, other, (there, there_6) in ways:
            one.ip(f"link set {device} up")
            one.ip(f"addr add 203.0.113.{own}/24 dev {device}")
            one.ip(f"addr add 2001:db8:e::{own}/64 dev {device} nodad")
            one.ip(f"addr add 2001:db8:{network}::1/64 dev {near} nodad")
            one.ip(f"route add {there} via 203.0.113.{other}")
            one.ip(f"-6 route add {there_6} via 2001:db8:e::{other}")
            one.inside("sysctl", "-qw", *forward, *eager)
        if self.case.nat:
            chain = "chain c { type nat hook postrouting priority 100; oifname to-edge masquerade random; }"
            self.internet.inside("nft", f"table ip nat {{ {chain}; }}")

    def add_hosts_6(self) -> None:
        for router, number in ((self.tokyo, 10), (self.osaka, 20)):
            router.host.ip(f"addr add 2001:db8:{number}::10/64 dev eth0 nodad")
            router.host.ip(f"-6 route add default via 2001:db8:{number}::1 dev eth0 onlink")

    def narrow(self) -> None:
        """Osaka sees it on its own interface, Tokyo has to be told."""
        self.osaka.namespace.ip(f"link set wan0 mtu {NARROW}")
        self.edge.ip(f"link set to-osaka mtu {NARROW}")


def tunnel(router: Router) -> dict[str, object]:
    (found,) = router.status()["tunnels"]
    return dict(found)


def ping(router: Router, target: str, size: int, df: str, wait: int = 10) -> str:
    """Of the host behind the router, whose packets have `size` octets."""
    data = size - (48 if ":" in target else 28)
    words = ["ping", "-n", "-c2", "-i1", f"-W{wait}", "-M", df, "-s", str(data), target]
    done = subprocess.run(
        ["ip", "netns", "exec", router.host.name, *words],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    # What its own kernel has learned already, it writes otherwise.
    return (done.stdout + done.stderr).replace("mtu=", "mtu = ").replace("mtu: ", "mtu = ")


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_tunnel_follows_a_narrower_link_on_the_way(tmp_path: Path, case: Case) -> None:
    with ByTheEdge(tmp_path, case) as routers:
        tokyo = routers.tokyo
        routers.add_hosts_6()
        until(lambda: tokyo.ping(OSAKA_HOST, 1, host=True), "the tunnel")
        until(lambda: tokyo.ping(OSAKA_HOST_6, 1, host=True), "the tunnel, for IPv6")
        assert tunnel(tokyo)["path_mtu"] == 1500
        wide = 1500 - NARROW + case.mtu
        until(lambda: "2 received" in ping(tokyo, OSAKA_HOST, wide, "do", 2), "the size that the SA leaves")
        routers.narrow()

        def heard() -> bool:
            ping(tokyo, OSAKA_HOST, wide, "do", 2)
            return tunnel(tokyo)["path_mtu"] == NARROW

        until(heard, "the router's word to be heard")
        assert tunnel(tokyo)["mtu"] == case.mtu
        assert f"mtu = {case.mtu}" in ping(tokyo, OSAKA_HOST, case.mtu + 1, "do")
        assert "2 received" in ping(tokyo, OSAKA_HOST, case.mtu, "do")
        # IPv6 is told no less than every link takes, and gets it, in fragments outside.
        assert "mtu = 1280" in ping(tokyo, OSAKA_HOST_6, 1281, "do")
        assert "2 received" in ping(tokyo, OSAKA_HOST_6, 1280, "do")
        # What may be fragmented is, be it after encryption; and so is everything of the router itself.
        for size in (case.mtu + 1, wide, 4000):
            assert "2 received" in ping(tokyo, OSAKA_HOST, size, "dont")
        assert "2 received" in ping(routers.osaka, "192.168.10.10", 4000, "dont")
        assert tokyo.ping("192.168.20.1")
        assert not any(name.startswith("path_mtu") for name in tokyo.status()["drops"])


def test_gre_without_ipsec_follows_it_too_where_routers_make_no_fragments(tmp_path: Path) -> None:
    """GRE over IPv6 (RFC 7676), whose payload goes in fragments outside (section 3.3)."""
    fitting = NARROW - 40 - 8
    routers = ByTheEdge(tmp_path, Case(6, False, fitting), plain)
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    with routers:
        tokyo = routers.tokyo
        until(lambda: tokyo.ping(OSAKA_HOST, 1, host=True), "the tunnel")
        assert "2 received" in ping(tokyo, OSAKA_HOST, 1452, "do")
        routers.narrow()

        def heard() -> bool:
            ping(tokyo, OSAKA_HOST, 1452, "do", 2)
            return tunnel(tokyo)["path_mtu"] == NARROW

        until(heard, "the router's word to be heard")
        assert tunnel(tokyo)["mtu"] == fitting
        assert f"mtu = {fitting}" in ping(tokyo, OSAKA_HOST, fitting + 1, "do")
        assert "2 received" in ping(tokyo, OSAKA_HOST, fitting, "do")
        for size in (fitting + 1, 1452, 4000):
            assert "2 received" in ping(tokyo, OSAKA_HOST, size, "dont")
        assert not any(name.startswith("path_mtu") for name in tokyo.status()["drops"])


FORGE = """
import socket, sys
version, target = int(sys.argv[1]), sys.argv[2]
family, protocol = (socket.AF_INET, 1) if version == 4 else (socket.AF_INET6, 58)
with socket.socket(family, socket.SOCK_RAW, protocol) as one:
    for message in sys.argv[3:]:
        one.sendto(bytes.fromhex(message), (target, 0))
"""


@dataclass(frozen=True)
class Forger:
    """A router on the way, which need not see the packets to say something of them."""

    at: Namespace
    case: Case

    def say(self, spi: int, mtu: int, *, size: int = 1500, peer: str = "", protocol: int = 0) -> None:
        """That a packet of Tokyo's was too large."""
        local, remote = ENDS[self.case.version]
        ends = ip_address(local).packed + ip_address(peer or remote).packed
        upper = struct.pack("!II", spi, 5) + bytes(32)
        if self.case.nat:
            upper = struct.pack("!HHHH", 4500, 4500, size - 20, 0) + upper
        protocol = protocol or (17 if self.case.nat else 50)
        if self.case.version == 4:
            quoted = struct.pack("!BBHHHBBH", 0x45, 0, size, 7, 0x4000, 64, protocol, 0) + ends + upper
            message = icmp_v4(quoted, mtu)[20:]
        else:
            quoted = struct.pack("!IHBB", 0x60000000, size - 40, protocol, 64) + ends + upper
            message = struct.pack("!BBHI", 2, 0, 0, mtu) + quoted
        words = (sys.executable, "-c", FORGE, str(self.case.version), local, message.hex())
        self.at.inside(*words)


def the_spi(routers: TwoRouters) -> int:
    """Of what Tokyo sends. Both ends begin by themselves: of two IKE SAs one goes again."""
    found: list[int | str] = []

    def is_one() -> bool:
        ours, theirs = (router.status()["ike_sas"] for router in (routers.tokyo, routers.osaka))
        found[:] = [child["sa"]["spi_out"] for sa in ours for child in sa["children"]]
        return len(ours) == len(theirs) == len(found) == 1

    until(is_one, "one IKE SA with one Child SA")
    (spi,) = found
    return int(spi, 16) if isinstance(spi, str) else spi


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_who_has_not_seen_our_packets_changes_nothing(tmp_path: Path, case: Case) -> None:
    """RFC 4301 section 8.2.1: whatever is quoted must be a packet of an SA of ours."""
    with ByTheEdge(tmp_path, case) as routers:
        tokyo = routers.tokyo
        until(lambda: tokyo.ping(OSAKA_HOST, 1, host=True), "the tunnel")
        before = 1500 - NARROW + case.mtu
        until(lambda: tunnel(tokyo)["mtu"] == before, "the size that the SA leaves")
        spi = the_spi(routers)
        forger = Forger(routers.internet, case)

        def drops(name: str) -> int:
            return int(tokyo.status()["drops"].get(f"path_mtu_{name}", 0))

        forger.say(spi ^ 1, 1290)
        forger.say(spi, 1290, peer="198.51.100.3" if case.version == 4 else "2001:db8:b::3")
        forger.say(spi, 1290, protocol=51)
        until(lambda: drops("not_ours") == 3, "what quotes no packet of ours to be counted")
        forger.say(spi, 1500)
        forger.say(spi, 1290, size=1290)
        if case.version == 6:
            forger.say(spi, 1279)
        until(lambda: drops("not_sane") == (3 if case.version == 6 else 2), "nonsense to be counted")
        assert (tunnel(tokyo)["mtu"], tunnel(tokyo)["path_mtu"]) == (before, 1500)
        assert "2 received" in ping(tokyo, OSAKA_HOST, int(str(before)), "do")

        forger.say(spi, 1290)
        until(lambda: tunnel(tokyo)["path_mtu"] == 1290, "who has seen a packet to be believed")
