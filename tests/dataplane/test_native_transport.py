"""Transport mode between two hosts: their own packets to each other, under their own headers."""

from ipaddress import ip_address
from typing import Any

import pytest

from kakehashi.dataplane.protocol import Acquire, FirstInbound
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from tests.dataplane.test_native_tunnels import inbound, is_a, outbound, transfer
from tests.dataplane.world import CBC, GCM, Host, Pair, child_pair, settles, wait_for

pytestmark = pytest.mark.root


def lead(host: Host, peer: Host) -> None:
    """Let the host's packets for its peer go into the device, but not those of the data plane."""
    for version in peer.addresses:
        ip = ("ip", f"-{version}")
        own, other = host.addresses[version], peer.addresses[version]
        for protocol in (("50",), ("udp", "sport", "4500")):
            host.run(
                *ip,
                "rule",
                "add",
                "from",
                own,
                "to",
                other,
                "ipproto",
                *protocol,
                "table",
                "main",
                "pref",
                "1",
            )
        host.run(*ip, "rule", "add", "to", other, "table", "77", "pref", "2", check=False)
        host.run(*ip, "route", "add", other, "dev", "tun0", "src", own, "table", "77", check=False)


def build(pair: Pair) -> None:
    for host in (pair.left, pair.right):
        host.add_tunnel("tun0")
    lead(pair.left, pair.right)
    lead(pair.right, pair.left)


def install(pair: Pair, **changes: Any) -> tuple[ChildSa, ChildSa]:
    left, right = child_pair(pair, mode=EncapsulationMode.TRANSPORT, **changes)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True)
    return left, right


def watch(host: Host, rule: str, chain: str = "input") -> None:
    """Let the host's firewall count what it receives that matches `rule`."""
    host.run("nft", "add table inet t")
    host.run("nft", "add chain inet t c { type filter hook " + chain + " priority 0; }")
    host.run("nft", f"add rule inet t c {rule} counter")


def seen(host: Host) -> int:
    words = host.run("nft", "list", "table", "inet", "t").stdout.split()
    return int(words[words.index("packets") + 1])


@pytest.mark.parametrize("suite", [GCM, CBC], ids=["gcm", "cbc"])
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_two_hosts_reach_each_other(pair, outer, encapsulation, suite):
    build(pair)
    _, right = install(pair, outer=outer, encapsulation=encapsulation, suite=suite)
    clear = {4: "icmp type echo-request", 6: "icmpv6 type echo-request"}
    watch(pair.right, f'iifname "wan" {clear[outer]}')

    assert pair.left.reaches(pair.right.addresses[outer]), pair.right.call("counters")
    carried = (3, 3 * (64 + (20 if outer == 4 else 40)))
    for counters in (outbound, inbound):
        settles(lambda of=counters: (of(pair.left).packets, of(pair.left).octets), carried)
    assert pair.right.until(is_a(FirstInbound)) == FirstInbound(right.spi_in)
    assert seen(pair.right) == 0, "a packet went in the clear"


@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_a_stream_arrives_whole(pair, outer, encapsulation):
    build(pair)
    install(pair, outer=outer, encapsulation=encapsulation)
    before = outbound(pair.left).misc_error
    transfer(pair, 20, pair.right.addresses[outer])
    assert (outbound(pair.left).misc_error, inbound(pair.right).misc_error) == (before, 0)
    assert outbound(pair.left).packets > 1000


@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_the_header_is_the_packets_own_on_the_wire_and_behind_it(pair, outer, encapsulation):
    build(pair)
    install(pair, outer=outer, encapsulation=encapsulation)
    if outer == 4:
        match = "ip ttl 33 ip dscp ef" + ("" if encapsulation else " ip frag-off & 0x4000 != 0")
    else:
        match = "ip6 hoplimit 33 ip6 dscp ef"
    watch(pair.right, match)
    # 0xB8 is EF; ping asks not to be fragmented where its packets fit.
    assert pair.left.reaches(pair.right.addresses[outer], "-Q", "0xb8", "-t", "33")
    assert seen(pair.right) == 6, "three on the wire, and three that came out of them"


OPTIONS = """
import socket, sys
target = sys.argv[1]
if ":" in target:
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    # Hop-by-hop options: eight octets of padding (RFC 8200 section 4.3).
    s.sendmsg([b"hello"], [(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))], 0, (target, 9))
else:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([1, 1, 1, 0]))
    s.sendto(b"hello", (target, 9))
"""


@pytest.mark.parametrize("outer", [4, 6])
def test_options_for_the_way_stay_in_front_of_esp(pair, outer):
    build(pair)
    install(pair, outer=outer)
    esp = {4: "ip hdrlength 6 ip protocol esp", 6: "ip6 nexthdr hopopt meta l4proto esp"}
    watch(pair.right, esp[outer])
    pair.left.run("python3", "-c", OPTIONS, pair.right.addresses[outer])
    wait_for(lambda: inbound(pair.right).packets == 1)
    assert seen(pair.right) == 1


def test_where_fragments_are_permitted_esp_permits_them(pair):
    build(pair)
    install(pair)
    watch(pair.right, "ip protocol esp ip frag-off & 0x4000 == 0")
    assert pair.left.reaches(pair.right.addresses[4], "-M", "dont")
    assert seen(pair.right) == 3
    assert pair.left.reaches(pair.right.addresses[4])
    assert seen(pair.right) == 3


@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_what_the_host_has_fragmented_is_protected_as_a_whole(pair, outer, encapsulation):
    """RFC 4303 section 3.3.4. What comes of it is larger than the path, and is fragmented by the kernel."""
    build(pair)
    install(pair, outer=outer, encapsulation=encapsulation)
    before = outbound(pair.left).misc_error
    for size in (1500, 9000, 60000):
        assert pair.left.reaches(pair.right.addresses[outer], "-s", str(size), "-M", "dont")
    assert outbound(pair.left).misc_error == before
    wait_for(lambda: outbound(pair.left).packets == inbound(pair.left).packets == 9)


def test_a_path_that_turns_out_too_narrow_gets_fragments(pair):
    for host in (pair.left, pair.right):
        host.run("ip", "link", "set", "wan", "mtu", "1300")
    build(pair)
    install(pair)
    before = outbound(pair.left).misc_error
    transfer(pair, 5, pair.right.addresses[4])
    assert outbound(pair.left).misc_error == before


def test_a_nat_on_the_way_spoils_no_checksum(pair):
    """RFC 3948 section 3.1.2. To the right, the left host is 192.0.2.9."""
    build(pair)
    pair.left.run("ip", "address", "add", "192.0.2.9/24", "dev", "wan")
    pair.left.run("nft", "add table ip n")
    pair.left.run("nft", "add chain ip n c { type nat hook postrouting priority 100; }")
    pair.left.run("nft", "add rule ip n c udp dport 4500 snat to 192.0.2.9")
    outside = Host(pair.left.namespace, {4: "192.0.2.9"})
    lead(pair.right, outside)
    changes: dict[str, Any] = {"encapsulation": True, "mode": EncapsulationMode.TRANSPORT}
    left, _ = child_pair(pair, **changes)
    _, right = child_pair(Pair(outside, pair.right), **changes)
    pair.left.call("install", left, True)
    pair.right.call("install", right, True)

    assert pair.left.reaches("192.0.2.2")
    transfer(pair, 5, "192.0.2.2")
    assert inbound(pair.right).ts_unacceptable == inbound(pair.left).ts_unacceptable == 0


def test_only_packets_between_the_two_ends_pass(pair):
    build(pair)
    left, _ = install(pair)
    pair.left.run("ip", "address", "add", "192.0.2.9/24", "dev", "wan")
    assert "0 received" in pair.left.ping("192.0.2.2", "-W", "0.1", "-I", "192.0.2.9").stdout
    pair.left.call("discard_waiting", "tun0")
    wait_for(lambda: outbound(pair.left).ts_unacceptable == 3)
    assert outbound(pair.left).packets == 0

    # Whoever holds a packet back on the way cannot send it from another address.
    lead(Host(pair.left.namespace, {4: "192.0.2.9"}), Host("", {4: "192.0.2.2"}))
    elsewhere = Path(SocketAddress(ip_address("192.0.2.9"), 500), left.path.remote)
    pair.left.call("move", left.spi_in, elsewhere, False)
    pair.left.ping("192.0.2.2", "-W", "0.1", "-I", "192.0.2.9")
    wait_for(lambda: outbound(pair.left).packets == 3)
    wait_for(lambda: inbound(pair.right).ts_unacceptable == 3)


def test_the_first_packet_asks_for_an_sa_and_waits(pair):
    build(pair)
    pair.left.ping("192.0.2.2", "-W", "0.1")
    assert pair.left.until(is_a(Acquire)).destination == ip_address("192.0.2.2")
    install(pair)
    wait_for(lambda: inbound(pair.right).packets == 3)
