"""GRE without IPsec between two hosts: whose packets are taken, and what is sent, as scapy reads it."""

import sys
from collections.abc import Callable
from ipaddress import ip_address

import pytest
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import GRE
from scapy.packet import Packet, Raw
from scapy.utils import checksum

from kakehashi.dataplane.protocol import KeepaliveReturned, Sizes
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit
from tests.dataplane.sites import kernel_counter
from tests.dataplane.test_native_tunnels import inbound, is_a, transfer
from tests.dataplane.world import Host, Pair, child_pair, listening, wait_for

pytestmark = pytest.mark.root

PLAIN = Gre()
WHOLE = Gre(key=0xC0FFEE, checksum=True, sequence=True)
HEADERS = pytest.mark.parametrize("header", [PLAIN, WHOLE], ids=str)
OUTERS = pytest.mark.parametrize("outer", [4, 6])


def path(here: Host, there: Host, outer: int = 4) -> Path:
    ends = [SocketAddress(ip_address(host.addresses[outer]), 500) for host in (here, there)]
    return Path(ends[0], ends[1])


def build(pair: Pair, left: Gre = PLAIN, right: Gre | None = None, outer: int = 4) -> None:
    for host, other, header, number in (
        (pair.left, pair.right, left, 1),
        (pair.right, pair.left, right or left, 2),
    ):
        host.add_tunnel("tun0", f"10.9.0.{number}/24", f"fd09::{number}/64", gre=header, plain=True)
        host.call("connect", "tun0", path(host, other, outer))


@HEADERS
@OUTERS
def test_packets_of_both_ip_versions_cross_the_tunnel(pair, outer, header):
    build(pair, header, outer=outer)
    for target in ("10.9.0.2", "fd09::2"):
        assert pair.left.reaches(target), pair.right.call("counters")


@HEADERS
@pytest.mark.parametrize("target", ["10.9.0.2", "fd09::2"], ids=["4", "6"])
def test_a_stream_arrives_whole(pair, target, header):
    build(pair, header)
    transfer(pair, 20, target)


@OUTERS
def test_packets_that_need_fragments_arrive(pair, outer):
    build(pair, outer=outer)
    for host in (pair.left, pair.right):
        host.call("set_sizes", "tun0", Sizes(1436, pre_fragment=True, df_bit=DfBit.CLEAR))
    assert pair.left.reaches("10.9.0.2", "-s", "4000")


def test_tunnels_between_the_same_ends_are_told_apart_by_their_keys(pair):
    for host, other, number in ((pair.left, pair.right, 1), (pair.right, pair.left, 2)):
        for network, key in enumerate((None, 0, 7)):
            name = f"tun{network}"
            host.add_tunnel(name, f"10.9.{network}.{number}/24", gre=Gre(key=key), plain=True)
            host.call("connect", name, path(host, other))
    for network in range(3):
        assert pair.left.reaches(f"10.9.{network}.2")


SEND = """
import socket, sys
version, source, target = int(sys.argv[1]), sys.argv[2], sys.argv[3]
family = socket.AF_INET if version == 4 else socket.AF_INET6
raw = socket.socket(family, socket.SOCK_RAW, 47)
raw.bind((source, 0))
for packet in sys.argv[4:]:
    raw.sendto(bytes.fromhex(packet), (target, 0))
"""


def send(here: Host, there: Host, *packets: Packet | bytes, outer: int = 4, source: str = "") -> None:
    """GRE of others' making, from `here`."""
    octets = [bytes(packet).hex() or "" for packet in packets]
    ends = (source or here.addresses[outer], there.addresses[outer])
    here.run(sys.executable, "-c", SEND, str(outer), *ends, *octets)


def echos(host: Host) -> int:
    """How many ICMP echo requests have come to the host's own kernel; it says other things by itself."""
    return kernel_counter(host, 4, "InEchos", "Icmp")


def unknown(host: Host) -> int:
    drops: int = host.call("counters").drops["unknown_gre"]
    return drops


def echo(target: str = "10.9.0.2") -> Packet:
    return IP(src="10.9.0.1", dst=target) / ICMP(type=8)


@OUTERS
def test_what_scapy_writes_is_taken(pair, outer):
    build(pair, WHOLE, outer=outer)
    key = {"key_present": 1, "key": WHOLE.key}
    whole = key | {"chksum_present": 1, "seqnum_present": 1}
    send(
        *(pair.left, pair.right),
        GRE(proto=0x0800, sequence_number=5, **whole) / echo(),
        GRE(proto=0x86DD, sequence_number=6, **whole)
        / IPv6(src="fd09::1", dst="fd09::2")
        / ICMPv6EchoRequest(),
        GRE(proto=0x0800, **key) / echo(),
        outer=outer,
    )
    wait_for(lambda: echos(pair.right) == 2)
    wait_for(lambda: inbound(pair.right).packets >= 3)


ECHO = bytes(GRE(proto=0x0800) / IP(src="10.9.0.1", dst="10.9.0.2") / ICMP(type=8))


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"\x00", "packet_truncated"),
        (ECHO[:4], "packet_truncated"),
        (ECHO[:24], "packet_truncated"),
        (bytes(GRE(proto=0x0800, key_present=1, key=1))[:6], "packet_truncated"),
        (bytes(GRE(proto=0x0800, routing_present=1) / echo()), "misc_error"),
        (bytes(GRE(proto=0x0800, version=1) / echo()), "misc_error"),
        (bytes(GRE(proto=0x6558) / Raw(bytes(60))), "unknown_protocol"),
        (bytes(GRE(proto=0x86DD) / echo()), "unknown_protocol"),
        (bytes(GRE(proto=0x0800, chksum_present=1, chksum=1) / echo()), "integrity_failure"),
        (bytes(GRE(proto=0x0800, key_present=1, key=1) / echo()), "ts_unacceptable"),
    ],
    ids=[
        *("one octet", "nothing inside", "cut inside", "cut key", "routing", "version", "Ethernet"),
        *("other version", "checksum", "other key"),
    ],
)
@OUTERS
def test_a_malformed_packet_is_dropped_under_its_name(pair, outer, packet, reason):
    build(pair, outer=outer)
    send(pair.left, pair.right, packet, outer=outer)
    wait_for(lambda: getattr(inbound(pair.right), reason) == 1)
    assert echos(pair.right) == 0
    assert pair.left.reaches("10.9.0.2")


OTHER = {4: "192.0.2.77/24", 6: "2001:db8::77/64"}


@OUTERS
def test_nobody_but_the_peer_is_taken(pair, outer):
    build(pair, outer=outer)
    pair.left.add_address(OTHER[outer], "wan")
    before = unknown(pair.right)
    send(pair.left, pair.right, ECHO, outer=outer, source=OTHER[outer].partition("/")[0])
    wait_for(lambda: unknown(pair.right) > before)
    assert echos(pair.right) == 0


def of_many(pair: Pair, outer: int, peers: list[str] | None) -> None:
    """The right host has a tunnel of many peers: those at `peers`, or whoever comes."""
    pair.left.add_address(OTHER[outer], "wan")
    pair.right.call("add_multipoint", "tun0", "tun0", 1400, PLAIN, True)
    pair.right.raise_device("tun0", "10.9.0.2/24")
    here = SocketAddress(ip_address(pair.right.addresses[outer]), 0)
    anywhere = SocketAddress(ip_address("0.0.0.0" if outer == 4 else "::"), 0)
    known = None if peers is None else [ip_address(peer) for peer in peers]
    pair.right.call("connect", "tun0", Path(here, anywhere), known)


@OUTERS
def test_of_many_peers_nobody_is_taken_who_is_none_of_them(pair, outer):
    of_many(pair, outer, [pair.left.addresses[outer], "198.51.100.9"])
    before = unknown(pair.right)
    send(pair.left, pair.right, ECHO, outer=outer, source=OTHER[outer].partition("/")[0])
    wait_for(lambda: unknown(pair.right) > before)
    assert echos(pair.right) == 0
    assert inbound(pair.right).packets == 0
    send(pair.left, pair.right, ECHO, outer=outer)
    wait_for(lambda: echos(pair.right) == 1)


@OUTERS
def test_where_the_peers_are_to_be_found_everybody_is_taken(pair, outer):
    of_many(pair, outer, None)
    send(pair.left, pair.right, ECHO, outer=outer, source=OTHER[outer].partition("/")[0])
    wait_for(lambda: echos(pair.right) == 1)
    assert unknown(pair.right) == 0


def test_other_peers_of_a_tunnel_take_the_place_of_those_before(pair):
    of_many(pair, 4, ["192.0.2.77"])
    send(pair.left, pair.right, ECHO)
    wait_for(lambda: unknown(pair.right) == 1)
    here = SocketAddress(ip_address(pair.right.addresses[4]), 0)
    anywhere = SocketAddress(ip_address("0.0.0.0"), 0)
    pair.right.call("connect", "tun0", Path(here, anywhere), [ip_address(pair.left.addresses[4])])
    send(pair.left, pair.right, ECHO)
    wait_for(lambda: echos(pair.right) == 1)
    send(pair.left, pair.right, ECHO, source="192.0.2.77")
    wait_for(lambda: unknown(pair.right) == 2)
    assert echos(pair.right) == 1


def test_a_tunnel_that_is_not_connected_takes_and_sends_nothing(pair):
    build(pair)
    pair.right.call("disconnect", "tun0")
    before = unknown(pair.right)
    send(pair.left, pair.right, ECHO)
    wait_for(lambda: unknown(pair.right) > before)
    assert echos(pair.right) == 0
    pair.right.call("connect", "tun0", path(pair.right, pair.left))
    assert pair.left.reaches("10.9.0.2")


def test_what_ipsec_protects_is_neither_taken_nor_sent_in_the_clear(pair):
    build(pair)
    pair.right.add_tunnel("tun1", "10.8.0.2/24", gre=Gre(key=9))
    with pytest.raises(ValueError, match="never sent in the clear"):
        pair.right.call("connect", "tun1", path(pair.right, pair.left))
    with pytest.raises(ValueError, match="other tunnels have no SAs"):
        pair.right.call("install", child_pair(pair)[1], True)
    send(pair.left, pair.right, bytes(GRE(proto=0x0800, key_present=1, key=9) / echo("10.8.0.2")))
    wait_for(lambda: inbound(pair.right).ts_unacceptable == 1)
    assert pair.right.call("counters").tunnels["tun1"][1].packets == 0
    assert echos(pair.right) == 0


CATCH = """
import socket, sys
family = socket.AF_INET if sys.argv[1] == "4" else socket.AF_INET6
raw = socket.socket(family, socket.SOCK_RAW, 47)
print("listening", flush=True)
while True:
    print(raw.recv(2000).hex(), flush=True)
"""


def caught(host: Host, outer: int, act: Callable[[], object], count: int = 1) -> list[Packet]:
    """GRE that comes to `host` while `act` acts, as scapy reads it."""
    with listening(host, CATCH, str(outer)) as catcher:
        assert catcher.stdout is not None
        act()
        octets = [bytes.fromhex(catcher.stdout.readline()) for _ in range(count)]
    return [IP(each) if outer == 4 else GRE(each) for each in octets]


@OUTERS
def test_others_read_what_is_sent(pair, outer):
    build(pair, WHOLE, outer=outer)
    pair.left.call("set_sizes", "tun0", Sizes(1436, pre_fragment=True, df_bit=DfBit.CLEAR))
    (delivered,) = caught(pair.right, outer, lambda: pair.left.ping("10.9.0.2"))
    if outer == 4:
        assert (delivered.src, delivered.dst, delivered.ttl) == ("192.0.2.1", "192.0.2.2", 255)
        assert "DF" not in delivered.flags
    header = delivered[GRE]
    assert (header.proto, header.key, header.sequence_number) == (0x0800, WHOLE.key, 0)
    assert checksum(bytes(header)) == 0
    assert (header[IP].src, header[IP].dst, header[ICMP].type) == ("10.9.0.1", "10.9.0.2", 8)


# Keepalives.


@HEADERS
@OUTERS
def test_a_keepalive_comes_back_from_who_has_the_same_key(pair, outer, header):
    build(pair, header, outer=outer)
    pair.left.call("send_keepalive", "tun0")
    assert pair.left.until(is_a(KeepaliveReturned)) == KeepaliveReturned("tun0")


def test_a_keepalive_to_another_key_does_not_come_back(pair):
    build(pair, Gre(key=1), Gre(key=2))
    pair.left.call("send_keepalive", "tun0")
    wait_for(lambda: inbound(pair.right).ts_unacceptable == 1)
    assert not any(isinstance(e, KeepaliveReturned) for e in pair.left.call("events"))


def test_a_keepalive_comes_back_while_the_interface_is_down(pair):
    build(pair)
    for host in (pair.left, pair.right):
        host.run("ip", "link", "set", "tun0", "down")
    pair.left.call("send_keepalive", "tun0")
    pair.left.until(is_a(KeepaliveReturned))


def test_a_keepalive_is_one_of_the_device_s_form(pair):
    """Inside is GRE of protocol 0 from the peer to us, so that the peer has but to route it."""
    build(pair, Gre(key=3))
    (sent,) = caught(pair.right, 4, lambda: pair.left.call("send_keepalive", "tun0"))
    inner = sent[GRE][IP]
    assert (sent.src, sent.dst, sent[GRE].key, sent[GRE].proto) == ("192.0.2.1", "192.0.2.2", 3, 0x0800)
    assert (inner.src, inner.dst, inner.proto) == ("192.0.2.2", "192.0.2.1", 47)
    assert inner[GRE].proto == 0
    assert inner[GRE].key == 3
    assert bytes(inner[GRE])[8:] == b""


def test_the_peer_s_keepalive_is_sent_back_outside_of_the_tunnel(pair):
    build(pair)
    asked = GRE(proto=0x0800) / IP(src="192.0.2.2", dst="192.0.2.1", proto=47) / GRE(proto=0)
    (answer,) = caught(pair.left, 4, lambda: send(pair.left, pair.right, asked))
    assert (answer.src, answer.dst, answer.ttl) == ("192.0.2.2", "192.0.2.1", 254)
    assert bytes(answer.payload) == bytes(GRE(proto=0))
