"""Two data planes, each in its namespace, with SAs by hand: what becomes of packets."""

import hashlib
import subprocess
import sys
import time
from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import Acquire, Expire, FirstInbound, PeerMoved, Undecryptable
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.selector import TrafficSelector
from tests.dataplane.world import CBC, GCM, PATIENCE, Host, Pair, child_pair, listening, settles, wait_for

pytestmark = pytest.mark.root


def build(pair: Pair) -> None:
    pair.left.add_tunnel("tun0", "10.9.0.1/24", "fd09::1/64")
    pair.right.add_tunnel("tun0", "10.9.0.2/24", "fd09::2/64")


def install(pair: Pair, **changes):
    left, right = child_pair(pair, **changes)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True)
    return left, right


def outbound(host: Host):
    return host.call("counters").tunnels["tun0"][0]


def inbound(host: Host):
    return host.call("counters").tunnels["tun0"][1]


def is_a(kind):
    return lambda event: isinstance(event, kind)


@pytest.mark.parametrize("suite", [GCM, CBC], ids=["gcm", "cbc"])
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_packets_of_both_ip_versions_cross_the_tunnel(pair, outer, encapsulation, suite):
    build(pair)
    left, right = install(pair, outer=outer, encapsulation=encapsulation, suite=suite)

    for target in ("10.9.0.2", "fd09::2"):
        assert pair.left.reaches(target), pair.right.call("counters")

    settles(lambda: (outbound(pair.left).packets, inbound(pair.left).packets), (6, 6))
    assert pair.right.until(is_a(FirstInbound)) == FirstInbound(right.spi_in)
    assert pair.left.until(is_a(FirstInbound)) == FirstInbound(left.spi_in)
    (activity,) = pair.left.call("activity")
    assert activity.spi_in == left.spi_in
    assert activity.inbound_idle is not None
    assert activity.outbound_idle is not None


RECEIVE = """
import hashlib, socket, sys
target = sys.argv[1]
family = socket.AF_INET6 if ":" in target else socket.AF_INET
server = socket.create_server((target, 5000), family=family)
print("listening", flush=True)
peer, _ = server.accept()
digest = hashlib.sha256()
while data := peer.recv(1 << 20):
    digest.update(data)
print(digest.hexdigest(), flush=True)
"""
SEND = """
import socket, sys
with socket.create_connection((sys.argv[1], 5000), timeout=20) as peer:
    block = bytes(range(256)) * 4096
    for _ in range(int(sys.argv[2])):
        peer.sendall(block)
"""


def transfer(pair: Pair, megabytes: int, target: str = "10.9.0.2") -> None:
    """A TCP stream from left to right arrives whole."""
    with listening(pair.right, RECEIVE, target) as receiver:
        pair.left.run(sys.executable, "-c", SEND, target, str(megabytes))
        output, _ = receiver.communicate(timeout=PATIENCE)
        assert output.strip() == hashlib.sha256(bytes(range(256)) * 4096 * megabytes).hexdigest()


OFFLOADS = ("tx-udp-segmentation", "tso", "gso", "gro", "tx", "rx")


@pytest.mark.parametrize("target", ["10.9.0.2", "fd09::2"], ids=["4", "6"])
@pytest.mark.parametrize("offload", [True, False], ids=["offload", "plain"])
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
def test_a_stream_arrives_whole(pair, encapsulation, offload, target):
    if not offload:
        for host in (pair.left, pair.right):
            for feature in OFFLOADS:
                host.run("ethtool", "-K", "wan", feature, "off", check=False)
    build(pair)
    install(pair, encapsulation=encapsulation)
    before = outbound(pair.left).misc_error
    transfer(pair, 20, target)
    assert outbound(pair.left).misc_error == before


@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_a_path_too_narrow_for_the_tunnel_gets_fragments(pair, outer, encapsulation):
    for host in (pair.left, pair.right):
        host.run("ip", "link", "set", "wan", "mtu", "1300")
    build(pair)
    install(pair, outer=outer, encapsulation=encapsulation)
    before = outbound(pair.left).misc_error
    transfer(pair, 5)
    assert outbound(pair.left).misc_error == before


def test_the_first_packet_waits_for_the_sa_and_is_not_lost(pair):
    build(pair)
    left, right = child_pair(pair)
    pair.right.call("install", right, True)
    ping = subprocess.Popen(
        ["ip", "netns", "exec", pair.left.namespace, "ping", "-n", "-c", "1", "-W", "8", "10.9.0.2"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        acquire = pair.left.until(is_a(Acquire))
        pair.left.call("install", left, False)
        assert outbound(pair.left).packets == 0, "it was sent by an SA that is not to be used yet"
        pair.left.call("use_outbound", "tun0", left.spi_in)
        output, _ = ping.communicate(timeout=PATIENCE)
    finally:
        ping.kill()
        ping.wait()
    assert "1 received" in output
    assert (acquire.tunnel, acquire.source, acquire.destination) == (
        "tun0",
        ip_address("10.9.0.1"),
        ip_address("10.9.0.2"),
    )
    # Type 8, code 0: an echo request.
    assert acquire.source_port == acquire.destination_port == 0x0800


def acquires(host: Host) -> int:
    host.events += host.call("events")
    return sum(isinstance(event, Acquire) for event in host.events)


def test_one_negotiation_is_asked_for_until_it_has_failed(pair):
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.left.ping("10.9.0.2", "-W", "0.1")
    pair.left.until(is_a(Acquire))
    pair.left.ping("10.9.0.2", "-W", "0.1")
    assert acquires(pair.left) == 1

    pair.left.call("discard_waiting", "tun0")
    wait_for(lambda: outbound(pair.left).misc_error >= 6)
    pair.left.ping("10.9.0.2", "-W", "0.1")
    wait_for(lambda: acquires(pair.left) == 2)


def test_the_queue_of_waiting_packets_has_an_end(pair):
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.left.run("ping", "-n", "-c", "100", "-i", "0.001", "-W", "0.1", "10.9.0.2", check=False)
    wait_for(lambda: outbound(pair.left).misc_error >= 36)
    pair.left.call("install", child_pair(pair)[0], True)
    settles(lambda: (outbound(pair.left).packets, outbound(pair.left).misc_error), (64, 36))


def test_only_what_was_negotiated_passes_either_way(pair):
    build(pair)
    narrow = (TrafficSelector.of("10.9.0.1/32"), TrafficSelector.of("10.9.0.2/32"))
    left, right = child_pair(pair)
    pair.right.call("install", right, True)
    changed = {"local_selectors": narrow[:1], "remote_selectors": narrow[1:]}
    pair.left.call("install", child_pair(pair, **changed)[0], True)
    assert pair.left.reaches("10.9.0.2")

    before = outbound(pair.left).ts_unacceptable
    pair.left.ping("10.9.0.3", "-W", "0.1")
    acquire = pair.left.until(is_a(Acquire))
    assert (str(acquire.destination), acquire.refused) == ("10.9.0.3", True)
    assert outbound(pair.left).ts_unacceptable == before, "they wait for what the gateway says"
    pair.left.call("discard_waiting", "tun0")
    wait_for(lambda: outbound(pair.left).ts_unacceptable >= before + 3)

    pair.right.run("ip", "address", "add", "10.9.0.7/24", "dev", "tun0")
    pair.right.ping("10.9.0.1", "-W", "0.1", "-I", "10.9.0.7")
    wait_for(lambda: inbound(pair.left).ts_unacceptable == 3)
    assert left.spi_in != right.spi_in


def test_each_packet_takes_the_child_sa_that_accepts_it(pair):
    build(pair)
    for address in ("10.9.0.3", "10.9.0.4"):
        pair.right.run("ip", "address", "add", f"{address}/32", "dev", "tun0")
    for number, target in ((1, "10.9.0.3"), (2, "10.9.0.4")):
        left, right = child_pair(pair, spis=(number, 0x100 + number))
        pair.right.call("install", right, True)
        selectors = {"remote_selectors": (TrafficSelector.of(f"{target}/32"),)}
        left, _ = child_pair(pair, spis=(number, 0x100 + number), **selectors)
        pair.left.call("install", left, True)
    for target in ("10.9.0.3", "10.9.0.4"):
        pair.left.ping(target, "-W", "0.1")
    first_inbound = {0x101, 0x102}
    pair.right.until(
        lambda _: first_inbound <= {e.spi_in for e in pair.right.events if is_a(FirstInbound)(e)}
    )
    settles(lambda: outbound(pair.left).packets, 6)

    def carried(host: Host):
        traffic = host.call("traffic").items()
        return {spi: (t.packets_out, t.octets_out, t.packets_in, t.octets_in) for spi, t in traffic}

    # The answers come by the younger one.
    settles(lambda: carried(pair.left), {1: (3, 252, 0, 0), 2: (3, 252, 6, 504)})
    settles(lambda: carried(pair.right), {0x101: (0, 0, 3, 252), 0x102: (6, 504, 3, 252)})


def test_what_no_sa_takes_waits_for_the_one_that_does(pair):
    build(pair)
    for address in ("10.9.0.3", "10.9.0.4"):
        pair.right.run("ip", "address", "add", f"{address}/32", "dev", "tun0")

    def install(number: int, target: str) -> None:
        selectors = {"remote_selectors": (TrafficSelector.of(f"{target}/32"),)}
        spis = (number, 0x100 + number)
        pair.right.call("install", child_pair(pair, spis=spis)[1], True)
        pair.left.call("install", child_pair(pair, spis=spis, **selectors)[0], True)

    install(1, "10.9.0.2")
    pair.left.run("ping", "-n", "-c", "1", "-W", "0.1", "10.9.0.4", check=False)
    pair.left.until(lambda event: is_a(Acquire)(event) and event.refused)
    install(2, "10.9.0.3")
    assert outbound(pair.left).packets == 0, "it is not for this one either"
    install(3, "10.9.0.4")
    wait_for(lambda: inbound(pair.right).packets == 1)
    assert (outbound(pair.left).packets, outbound(pair.left).ts_unacceptable) == (1, 0)


def test_what_is_refused_and_waits_has_an_end(pair):
    build(pair)
    selectors = {"remote_selectors": (TrafficSelector.of("10.9.0.2/32"),)}
    pair.left.call("install", child_pair(pair, **selectors)[0], True)
    pair.left.run("ping", "-n", "-c", "100", "-i", "0.001", "-W", "0.1", "10.9.0.3", check=False)
    wait_for(lambda: outbound(pair.left).ts_unacceptable >= 36)
    pair.left.call("install", child_pair(pair, spis=(0x3000, 0x4000))[0], True)
    settles(lambda: (outbound(pair.left).packets, outbound(pair.left).ts_unacceptable), (64, 36))


def test_after_a_rekey_the_old_sa_still_receives_until_it_is_removed(pair):
    build(pair)
    old = install(pair)
    new = child_pair(pair, spis=(0x3000, 0x4000))
    pair.left.call("install", new[0], False)
    pair.right.call("install", new[1], True)
    assert pair.left.reaches("10.9.0.2"), "left still sends by the old SA"
    assert FirstInbound(0x4000) not in pair.right.call("events")

    pair.left.call("use_outbound", "tun0", 0x3000)
    for host, sa in zip((pair.left, pair.right), old, strict=True):
        host.call("remove", sa.spi_in)
    assert pair.left.reaches("10.9.0.2")
    assert [activity.spi_in for activity in pair.left.call("activity")] == [0x3000]


def test_without_its_sa_a_tunnel_sends_nothing(pair):
    build(pair)
    left, right = install(pair)
    assert pair.left.reaches("10.9.0.2")
    pair.left.call("remove", left.spi_in)
    sent = outbound(pair.left).packets
    assert "0 received" in pair.left.ping("10.9.0.2", "-W", "0.1").stdout
    assert outbound(pair.left).packets == sent
    pair.left.until(is_a(Acquire))

    pair.right.ping("10.9.0.1", "-W", "0.1")
    wait_for(lambda: pair.left.call("counters").drops["invalid_sa"] >= 3)
    assert right.spi_out == left.spi_in


def test_plain_esp_where_a_nat_was_found_is_dropped(pair):
    build(pair)
    pair.right.call("install", child_pair(pair, encapsulation=True)[1], True)
    pair.left.call("install", child_pair(pair, encapsulation=False)[0], True)
    pair.left.ping("10.9.0.2", "-W", "0.1")
    wait_for(lambda: inbound(pair.right).misc_error >= 3)
    assert inbound(pair.right).packets == 0


def test_esp_in_udp_is_understood_where_no_nat_was_found(pair):
    """RFC 7296 section 2.23; it moves nobody."""
    build(pair)
    pair.right.call("install", child_pair(pair, encapsulation=False)[1], True)
    pair.left.call("install", child_pair(pair, encapsulation=True)[0], True)
    pair.left.ping("10.9.0.2", "-W", "0.1")
    wait_for(lambda: inbound(pair.right).packets >= 3)
    assert not any(isinstance(event, PeerMoved) for event in pair.right.call("events"))


def test_a_peer_that_moves_is_told_and_followed_when_asked(pair):
    build(pair)
    left, right = install(pair, encapsulation=True)
    assert pair.left.reaches("10.9.0.2")

    pair.right.run("ip", "address", "add", "192.0.2.9/24", "dev", "wan")
    elsewhere = SocketAddress(ip_address("192.0.2.9"), 4500)
    pair.right.call("move", right.spi_in, Path(elsewhere, right.path.remote), True)
    pair.right.ping("10.9.0.1")
    assert pair.left.until(is_a(PeerMoved)) == PeerMoved(left.spi_in, elsewhere)

    pair.left.call("move", left.spi_in, Path(left.path.local, elsewhere), True)
    pair.right.run("ip", "address", "delete", "192.0.2.2/24", "dev", "wan")
    pair.right.run("ip", "address", "add", "192.0.2.9/24", "dev", "wan", check=False)
    assert pair.left.reaches("10.9.0.2")


def test_a_peer_that_cannot_stay_in_one_place_does_not_fill_the_queue_of_events(pair):
    """Other SAs need it: what finds no room there is lost."""
    build(pair)
    left, right = install(pair, encapsulation=True)
    pair.right.run("ip", "address", "add", "192.0.2.9/24", "dev", "wan")
    pair.right.run("ip", "address", "add", "192.0.2.10/24", "dev", "wan")
    began = time.monotonic()
    for number in range(20):
        elsewhere = SocketAddress(ip_address(f"192.0.2.{9 + number % 2}"), 4500)
        pair.right.call("move", right.spi_in, Path(elsewhere, right.path.remote), True)
        pair.right.run("ping", "-c", "1", "-W", "1", "10.9.0.1")
    assert pair.left.until(is_a(PeerMoved)).spi_in == left.spi_in
    pair.left.events += pair.left.call("events")
    seconds = time.monotonic() - began
    assert sum(map(is_a(PeerMoved), pair.left.events)) <= 1 + seconds, "one in a second"


def test_soft_limits_are_told_once(pair):
    build(pair)
    left, _ = install(pair, soft_packets=4)
    pair.left.ping("10.9.0.2")
    pair.left.ping("10.9.0.2")
    assert pair.left.until(is_a(Expire)) == Expire(left.spi_in)
    pair.left.events += pair.left.call("events")
    assert sum(map(is_a(Expire), pair.left.events)) == 1


def test_soft_bytes_count_too(pair):
    build(pair)
    left, _ = install(pair, soft_bytes=84 * 2)
    pair.left.ping("10.9.0.2")
    assert pair.left.until(is_a(Expire)) == Expire(left.spi_in)


def test_at_the_hard_limit_an_sa_sends_nothing_more(pair):
    build(pair)
    left, _ = install(pair, soft_packets=2, hard_packets=4)
    pair.right.call("install", child_pair(pair)[1], True)
    assert "4 received" in pair.left.ping("10.9.0.2", "-c", "6", "-W", "0.1").stdout
    assert outbound(pair.left).packets == 4
    assert pair.left.until(is_a(Acquire)).tunnel == "tun0", "what comes after it needs another SA"
    pair.left.events += pair.left.call("events")
    told = [event for event in pair.left.events if isinstance(event, Expire)]
    assert told == [Expire(left.spi_in), Expire(left.spi_in, hard=True)]

    new = child_pair(pair, spis=(0x3000, 0x4000))
    pair.right.call("install", new[1], True)
    pair.left.call("install", new[0], True)
    assert pair.left.reaches("10.9.0.2")
    pair.left.call("use_outbound", "tun0", left.spi_in)
    assert pair.left.reaches("10.9.0.2"), "an SA that is over is not used again"


@pytest.mark.parametrize("octets", [84 * 2, 84 * 2 - 1])
def test_at_the_hard_limit_an_sa_receives_nothing_more(pair, octets):
    build(pair)
    left, right = child_pair(pair, hard_bytes=octets)
    pair.right.call("install", right, True)
    pair.left.call("install", child_pair(pair)[0], True)
    pair.left.ping("10.9.0.2", "-W", "0.1", "-c", "5")
    assert pair.right.until(is_a(Expire)) == Expire(right.spi_in, hard=True)
    # The packet that reaches the limit is the last.
    settles(lambda: (inbound(pair.right).packets, inbound(pair.right).invalid_sa), (2, 3))
    assert not pair.right.call("counters").drops["invalid_sa"], "the SA is known"
    assert left.spi_out == right.spi_in


def test_packets_that_the_keys_do_not_open_are_told_by_their_number(pair):
    build(pair)
    left, right = child_pair(pair)
    pair.right.call("install", replace(right, keys_in=right.keys_out), True)
    pair.left.call("install", left, True)
    # All within a second, in which they are told together.
    pair.left.ping("10.9.0.2", "-W", "0.1", "-c", "5", "-i", "0.002")
    first = pair.right.until(is_a(Undecryptable))
    assert (first.spi_in, first.path.remote.ip, first.packets) == (right.spi_in, right.path.remote.ip, 1)
    pair.right.until(lambda _: sum(e.packets for e in pair.right.events if is_a(Undecryptable)(e)) == 5)
    assert inbound(pair.right).integrity_failure == 5
    assert sum(map(is_a(Undecryptable), pair.right.events)) <= 3, "not each by itself"


def test_a_congestion_mark_reaches_the_inner_packet_or_drops_it(pair):
    build(pair)
    install(pair, encapsulation=True)
    # The path marks everything as congested.
    rule = "table inet t { chain c { type filter hook output priority 0; udp dport 4500 ip ecn set ce; }; }"
    pair.left.run("nft", rule)
    assert "0 received" in pair.left.ping("10.9.0.2", "-W", "0.1").stdout
    settles(lambda: inbound(pair.right).misc_error, 3)
    assert pair.left.reaches("10.9.0.2", "-Q", "2")


def test_a_firewall_that_forbids_the_outer_packets_is_counted_and_forgotten(pair):
    build(pair)
    install(pair, encapsulation=True)
    pair.left.run("nft", "add table inet t")
    pair.left.run("nft", "add chain inet t c { type filter hook output priority 0; }")
    pair.left.run("nft", "add rule inet t c udp dport 4500 drop")
    before = outbound(pair.left)
    pair.left.ping("10.9.0.2", "-W", "0.1")
    settles(lambda: outbound(pair.left).misc_error, before.misc_error + 3)
    assert outbound(pair.left).packets == before.packets
    pair.left.run("nft", "delete table inet t")
    assert pair.left.reaches("10.9.0.2")
