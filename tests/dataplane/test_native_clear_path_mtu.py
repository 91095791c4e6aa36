"""Ways that take less than the device they begin with, of what goes in the clear to whoever comes: Ethernet between two
hosts, and GRE to many peers.
"""

from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dataplane.protocol import Hop, Sizes
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit
from kakehashi.model.pseudowire import EtherIp, L2tpv3, Transport
from tests.dataplane.test_native_outer import count, counted
from tests.dataplane.test_native_path_mtu import LENGTH, NARROW
from tests.dataplane.test_native_pseudowire import join, l2tpv3, path
from tests.dataplane.test_native_tunnels import OFFLOADS
from tests.dataplane.world import Pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

WIRES = pytest.mark.parametrize(
    "wire",
    [EtherIp(), l2tpv3(Transport.IP), l2tpv3(Transport.UDP)],
    ids=["EtherIP", "L2TPv3", "L2TPv3 in UDP"],
)
OUTERS = pytest.mark.parametrize("outer", [4, 6])
# The frame is about a hundred octets smaller or larger than the way takes, and some times as large.
PAYLOADS = (1100, 1300, 4000)


def narrow(pair: Pair, outer: int, mtu: int | None = NARROW) -> None:
    """Both know that the way takes so much."""
    there = path(pair, outer)
    for feature in OFFLOADS:
        pair.left.run("ethtool", "-K", "wan", feature, "off", check=False)
    pair.left.call("set_path_mtu", there.local.ip, there.remote.ip, mtu)
    pair.right.call("set_path_mtu", there.remote.ip, there.local.ip, mtu)


def watch(pair: Pair, outer: int) -> None:
    """Count what the way would not take, and what comes in fragments."""
    fragment = "ip frag-off & 0x3fff != 0" if outer == 4 else "exthdr frag exists"
    count(pair.right, "wan", large=LENGTH[outer], fragments=fragment)


def every_size_arrives(pair: Pair, target: str) -> None:
    for size in PAYLOADS:
        answer = pair.left.ping(target, "-s", str(size))
        assert "3 received" in answer.stdout, answer.stdout + str(pair.left.call("counters"))


@WIRES
@OUTERS
@pytest.mark.parametrize("knows", ["before", "later"])
def test_frames_leave_in_pieces_that_the_way_takes(
    pair: Pair, wire: EtherIp | L2tpv3, outer: int, knows: str
) -> None:
    """Also where it was known before there was the pseudowire."""
    if knows == "before":
        narrow(pair, outer)
    join(pair, wire, outer, mtu=9000)
    if knows == "later":
        narrow(pair, outer)
    watch(pair, outer)
    every_size_arrives(pair, "10.9.0.2")
    seen = counted(pair.right)
    assert seen["large"] == 0
    # Three times two of the one size, and four of the other.
    assert seen["fragments"] >= 18
    narrow(pair, outer, None)
    every_size_arrives(pair, "10.9.0.2")
    assert counted(pair.right)["large"] > 0, "the way is as wide as its device again"


@OUTERS
def test_long_control_messages_fit_the_way_too(pair: Pair, outer: int) -> None:
    wire = l2tpv3(Transport.UDP)
    join(pair, wire, outer)
    narrow(pair, outer)
    watch(pair, outer)
    message = b"\xc8\x03" + (3000).to_bytes(2, "big") + bytes(2996)
    pair.left.call("send_pseudowire", "wire", message)
    pair.right.until(lambda event: getattr(event, "payload", b"") == message)
    seen = counted(pair.right)
    assert (seen["large"], seen["fragments"]) == (0, 3)


@OUTERS
def test_a_peer_that_comes_later_is_sent_what_its_way_takes(pair: Pair, outer: int) -> None:
    """Of GRE to many peers: what is known of the way to each has been told before anything was sent to it."""
    narrow(pair, outer)
    anywhere = SocketAddress(ip_address("0.0.0.0" if outer == 4 else "::"), 0)
    for host, other, number in ((pair.left, pair.right, 1), (pair.right, pair.left, 2)):
        host.call("add_multipoint", "tun0", "tun0", 9000, Gre(), True)
        host.raise_device("tun0", f"10.9.0.{number}/24")
        host.call("set_sizes", "tun0", Sizes(9000, pre_fragment=False, df_bit=DfBit.CLEAR))
        here, there = ip_address(host.addresses[outer]), ip_address(other.addresses[outer])
        host.call("connect", "tun0", Path(SocketAddress(here, 0), anywhere), None)
        host.call("set_next_hops", "tun0", [Hop(ip_network("10.9.0.0/24"), there)], [], False)
    watch(pair, outer)
    wait_for(lambda: "3 received" in pair.left.ping("10.9.0.2").stdout)
    for size in PAYLOADS:
        answer = pair.left.ping("10.9.0.2", "-M", "dont", "-s", str(size))
        assert "3 received" in answer.stdout, answer.stdout + str(pair.left.call("counters"))
    seen = counted(pair.right)
    assert seen["large"] == 0
    assert seen["fragments"] >= 18
