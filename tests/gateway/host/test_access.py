"""Access lists as filters: real packets of each kind meet the line that is about them, and no other."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6ND_NA, IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from kakehashi.dialects.registry import by_name
from kakehashi.gateway.host.access import AccessFilters, Filter, script, table_of
from kakehashi.model.access_list import AccessList
from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import until

MAC = "02:00:00:00:00:01"
HERE, THERE = "192.0.2.2", "198.51.100.2"

# Each line, and the packets of which it decides the one kind or the other.
IPV4: tuple[tuple[str, tuple[Packet, ...]], ...] = (
    ("deny   icmp any any echo", (IP(src=THERE, dst=HERE) / ICMP(type=8),)),
    ("permit icmp any any port-unreachable", (IP(src=THERE, dst=HERE) / ICMP(type=3, code=3),)),
    ("permit icmp any any 3", (IP(src=THERE, dst=HERE) / ICMP(type=3, code=1),)),
    ("permit icmp any any", (IP(src=THERE, dst=HERE) / ICMP(type=0),)),
    ("permit esp host 198.51.100.2 host 192.0.2.2", (IP(src=THERE, dst=HERE, proto=50) / Raw(b"x" * 40),)),
    ("deny   esp any any", (IP(src="198.51.100.3", dst=HERE, proto=50) / Raw(b"x" * 40),)),
    ("permit 89 any any", (IP(src=THERE, dst=HERE, proto=89) / Raw(b"x" * 40),)),
    ("permit udp any any eq isakmp", (IP(src=THERE, dst=HERE) / UDP(sport=9, dport=500),)),
    ("permit udp any gt 60000 any lt 10", (IP(src=THERE, dst=HERE) / UDP(sport=60001, dport=9),)),
    (
        "permit udp any any range 4500 4600",
        (
            IP(src=THERE, dst=HERE) / UDP(sport=60000, dport=4500),
            IP(src=THERE, dst=HERE) / UDP(sport=60000, dport=4600),
        ),
    ),
    ("deny   udp any neq 7 any eq 9", (IP(src=THERE, dst=HERE) / UDP(sport=8, dport=9),)),
    ("permit udp any eq 7 any eq 9", (IP(src=THERE, dst=HERE) / UDP(sport=7, dport=9),)),
    (
        "permit tcp any any established",
        (
            IP(src=THERE, dst=HERE) / TCP(sport=80, dport=1025, flags="A"),
            IP(src=THERE, dst=HERE) / TCP(sport=80, dport=1025, flags="R"),
            IP(src=THERE, dst=HERE) / TCP(sport=80, dport=1025, flags="SA"),
        ),
    ),
    ("deny   tcp any any eq 23", (IP(src=THERE, dst=HERE) / TCP(sport=80, dport=23, flags="S"),)),
    ("permit tcp any host 192.0.2.2 eq 80 443", (IP(src=THERE, dst=HERE) / TCP(dport=443, flags="S"),)),
    ("permit ip any any fragments", (IP(src=THERE, dst=HERE, frag=100, proto=47) / Raw(b"x" * 40),)),
    ("permit ip 10.0.1.0 0.255.0.255 any", (IP(src="10.77.1.5", dst=HERE) / TCP(dport=99, flags="S"),)),
    ("permit ip 10.0.0.0 0.255.255.255 any", (IP(src="10.77.2.5", dst=HERE) / TCP(dport=99, flags="S"),)),
)
UNKNOWN4 = IP(src=THERE, dst=HERE) / TCP(dport=99, flags="S")
IPV6: tuple[tuple[str, tuple[Packet, ...]], ...] = (
    (
        "deny   tcp any host 2001:db8::2 eq 22",
        (IPv6(src="2001:db8:1::1", dst="2001:db8::2") / TCP(dport=22),),
    ),
    (
        "permit icmp any any echo-request",
        (IPv6(src="2001:db8:1::1", dst="2001:db8::2") / ICMPv6EchoRequest(),),
    ),
    (
        "permit esp 2001:db8:1::/48 any",
        (IPv6(src="2001:db8:1::9", dst="2001:db8::2", nh=50) / Raw(b"x" * 40),),
    ),
    ("deny   ipv6 2001:db8:2::/48 any", (IPv6(src="2001:db8:2::9", dst="2001:db8::2") / UDP(dport=500),)),
    (
        "permit udp any any eq 500",
        (
            IPv6(src="2001:db8:1::1", dst="2001:db8::2") / UDP(dport=500),
            IPv6(src="2001:db8:1::1", dst="2001:db8::2")
            / IPv6ExtHdrFragment(nh=17, offset=100, id=7)
            / Raw(b"x" * 40),
        ),
    ),
)


def read(*lines: str, version: int = 4) -> AccessList:
    head = "ip access-list extended A" if version == 4 else "ipv6 access-list A"
    found = by_name("cisco-ios").lower("\n ".join([head, *lines]) + "\n", "r")
    assert {f.code for f in found.findings} <= {"unused-access-list"}
    rules = found.gateway.access_list("A")
    assert rules is not None
    return rules


def inbound(rules: AccessList, version: int = 4) -> list[Filter]:
    return [Filter("eth0", True, version, (rules,))]


@contextmanager
def cable() -> Iterator[tuple[Namespace, Namespace]]:
    """A host with the device eth0, and what is at the other end of it."""
    with Namespace() as host, Namespace() as world:
        host.ip(f"link add eth0 address {MAC} type veth peer name far netns {world.name}")
        host.ip("addr add 192.0.2.2/24 dev eth0")
        host.ip("link set eth0 up")
        world.ip("link set far up")
        yield host, world


def send(world: Namespace, packets: Sequence[Packet]) -> None:
    async def story() -> None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind(("far", 0))
            for packet in packets:
                wire.send(bytes(Ether(dst=MAC, src="02:00:00:00:00:02") / packet))

    world.play(story)


needs_root = [
    pytest.mark.root,
    pytest.mark.timeout(60),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]


class Standing:
    """The filters of a host, looked at from outside a loop."""

    def __init__(self, host: Namespace) -> None:
        self._host, self.filters = host, AccessFilters("x")

    def apply(self, wanted: list[Filter]) -> list[str]:
        return self._host.play(lambda: self.filters.apply(wanted))

    def matches(self) -> dict[str, tuple[int, ...]]:
        return self._host.play(self.filters.matches)

    def counts(self, *expected: int) -> None:
        """What each line of the list has decided about, and no other; a packet is on its way when it is sent."""
        last: list[dict[str, tuple[int, ...]]] = []

        def seen() -> bool:
            last[:] = [self.matches()]
            return sum(last[0]["A"]) >= sum(expected)

        until(seen, f"{sum(expected)} packets")
        assert last == [{"A": expected}]


@pytest.mark.parametrize(("table", "version"), [(IPV4, 4), (IPV6, 6)], ids=["ipv4", "ipv6"])
class TestEachKindOfEntry:
    pytestmark = needs_root

    def test_decides_about_its_packets_in_the_order_of_the_list(
        self, table: tuple[tuple[str, tuple[Packet, ...]], ...], version: int
    ) -> None:
        with cable() as (host, world):
            standing = Standing(host)
            assert standing.apply(inbound(read(*(line for line, _ in table), version=version), version)) == []
            expected = [0] * len(table)
            for number, (_, packets) in enumerate(table):
                send(world, packets)
                expected[number] = len(packets)
                standing.counts(*expected)


@pytest.mark.parametrize("version", [4, 6])
class TestWhatIsLeft:
    pytestmark = needs_root

    def test_is_refused(self, version: int) -> None:
        """What no line is about meets the end of the list; of IPv6 neighbour discovery passes even there."""
        with cable() as (host, world):
            host.ip("-6 addr add 2001:db8::2/64 dev eth0 nodad")
            line = "permit esp any any"
            standing = Standing(host)
            assert standing.apply(inbound(read(line, version=version), version)) == []
            host.inside("nft", "add table inet after")
            host.inside("nft", "add counter inet after seen")
            host.inside("nft", "add chain inet after c { type filter hook prerouting priority -400; }")
            host.inside("nft", "add rule inet after c iifname eth0 tcp dport 99 counter name seen")
            host.inside("nft", "add rule inet after c iifname eth0 icmpv6 type 136 counter name seen")
            six = IPv6(src="2001:db8::1", dst="2001:db8::2")

            def seen(packets: int) -> bool:
                return f"packets {packets} " in host.inside("nft", "list counter inet after seen")

            send(world, [UNKNOWN4 if version == 4 else six / TCP(dport=99)])
            assert seen(0)
            send(world, [UNKNOWN4 if version == 6 else six / TCP(dport=99)])
            until(lambda: seen(1), "the packet of the other version")
            if version == 6:
                send(world, [six / ICMPv6ND_NA(tgt="2001:db8::1")])
                until(lambda: seen(2), "the neighbour")


@pytest.mark.root
@pytest.mark.timeout(60)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_fragments_go_as_on_the_device() -> None:
    """Those that are not the first: a line with ports that permits takes them, one that denies does not."""
    rest = IP(src=THERE, dst=HERE, frag=100, proto=17) / Raw(b"x" * 40)
    with cable() as (host, world):
        standing = Standing(host)
        standing.apply(
            inbound(read("deny udp any any eq 9", "permit udp any any eq 500", "permit ip any any"))
        )
        send(world, [rest])
        standing.counts(0, 1, 0)


@pytest.mark.root
@pytest.mark.timeout(60)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_changed_list_keeps_the_counts_of_the_lines_that_stay() -> None:
    ping, other = IP(src=THERE, dst=HERE) / ICMP(type=8), IP(src=THERE, dst=HERE, proto=89) / Raw(b"xxxx")
    with cable() as (host, world):
        standing = Standing(host)
        standing.apply(inbound(read("permit icmp any any", "permit 89 any any")))
        send(world, [ping, ping, other])
        standing.counts(2, 1)
        assert standing.apply(inbound(read("permit esp any any", "permit icmp any any"))) == []
        assert standing.matches() == {"A": (0, 2)}
        send(world, [ping, other])
        standing.counts(0, 3)
        assert standing.apply([]) == []
        assert "access" not in host.inside("nft", "list ruleset")


@pytest.mark.root
@pytest.mark.timeout(60)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_what_a_gateway_before_has_left_is_replaced() -> None:
    with cable() as (host, _):
        Standing(host).apply(inbound(read("permit icmp any any")))
        after = Standing(host)
        assert after.apply(inbound(read("permit esp any any"))) == []
        ruleset = host.inside("nft", "list ruleset")
        assert "esp" in ruleset
        assert "icmp" not in ruleset
        assert Standing(host).apply([]) == []
        assert "access" not in host.inside("nft", "list ruleset")


def test_nothing_is_touched_that_stays_as_it_is() -> None:
    one, two = read("permit icmp any any"), read("permit esp any any")
    first = [Filter("eth0", True, 4, (one,))]
    before, after = (
        table_of(first),
        table_of([*first, Filter("eth1", False, 4, (AccessList(name="B", entries=two.entries),))]),
    )
    words = script("inet t", before, after)
    assert "flush" not in words
    assert "list4_A" not in words
    assert "list4_B" in words
    back = script("inet t", after, before)
    assert "delete chain inet t list4_B" in back
    assert "delete counter inet t list4_B" in back


def test_the_same_line_twice_is_counted_twice() -> None:
    chain = table_of(inbound(read("permit icmp any any", "permit icmp any any"))).chains["list4_A"]
    assert len(set(chain.counters)) == 2


@pytest.mark.parametrize("line", ["permit udp any lt 0 any", "permit udp any any gt 65535"])
def test_a_line_that_no_packet_can_be_about_becomes_no_rule(line: str) -> None:
    found = (
        by_name("cisco-ios").lower(f"ip access-list extended A\n {line}\n permit esp any any\n", "r").gateway
    )
    rules = found.access_list("A")
    if rules is not None and len(rules.entries) == 2:
        assert table_of(inbound(rules)).chains["list4_A"].counters[0] == ""


def test_names_of_any_length_and_script_become_names_of_nftables() -> None:
    entries = read("permit icmp any any").entries
    names = ["a-b", "a.b", "支店", "x" * 500]
    filters = [Filter("eth0", True, 4, (AccessList(name=name, entries=entries),)) for name in names]
    chains = set(table_of(filters).chains) - {"inbound"}
    assert len(chains) == 4
    assert all(len(name) < 128 and name.replace("_", "").isalnum() and name.isascii() for name in chains)
