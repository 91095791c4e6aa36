"""Ethernet between two hosts: in L2TPv3 and in EtherIP, plain and under ESP. Each end has a TAP device."""

import sys
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether

from kakehashi.dataplane.protocol import Acquire, PseudowireMessage
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.pseudowire import EtherIp, L2tpv3, PseudowireSession, Transport
from tests.dataplane.opened import opened
from tests.dataplane.test_native_tunnels import inbound, transfer
from tests.dataplane.world import GCM, PATIENCE, Host, Pair, child_pair, listening, wait_for

pytestmark = pytest.mark.root

COOKIES = b"left's\x00\x01", b"abcd"
SESSION = PseudowireSession(
    local_id=101,
    remote_id=102,
    local_cookie=COOKIES[0],
    remote_cookie=COOKIES[1],
    local_sublayer=True,
    remote_sublayer=True,
    sequencing=True,
    ordered=True,
)


def mirrored(session: PseudowireSession) -> PseudowireSession:
    """As the other end has it."""
    return replace(
        session,
        local_id=session.remote_id,
        remote_id=session.local_id,
        local_cookie=session.remote_cookie,
        remote_cookie=session.local_cookie,
    )


def l2tpv3(transport: Transport, port: int = 1701, **changes: Any) -> L2tpv3:
    return L2tpv3(transport=transport, port=port, static=replace(SESSION, transport=transport, **changes))


WIRES = [EtherIp(), l2tpv3(Transport.IP), l2tpv3(Transport.UDP)]
ALL = pytest.mark.parametrize("wire", WIRES, ids=str)
MODES = pytest.mark.parametrize("mode", EncapsulationMode, ids=lambda mode: mode.value)
ADDRESSES = [("10.9.0.1/24", "fd09::1/64"), ("10.9.0.2/24", "fd09::2/64")]


def other_end(wire: EtherIp | L2tpv3) -> EtherIp | L2tpv3:
    if isinstance(wire, EtherIp) or wire.static is None:
        return wire
    return replace(wire, static=mirrored(wire.static))


def protect(pair: Pair, wire: EtherIp | L2tpv3, mtu: int = 1500, **changes: Any) -> tuple[ChildSa, ChildSa]:
    for host, of, addresses in zip((pair.left, pair.right), (wire, other_end(wire)), ADDRESSES, strict=True):
        host.call("add_ethernet_tunnel", "tun0", "tap0", mtu, of)
        host.raise_device("tap0", *addresses)
    sas = child_pair(pair, **changes)
    pair.right.call("install", sas[1], True)
    pair.left.call("install", sas[0], True)
    return sas


def path(pair: Pair, outer: int = 4, port: int = 0) -> Path:
    ends = [SocketAddress(ip_address(h.addresses[outer]), port) for h in (pair.left, pair.right)]
    return Path(*ends)


def join(pair: Pair, wire: EtherIp | L2tpv3, outer: int = 4, mtu: int = 1500) -> None:
    """Without IPsec."""
    there = path(pair, outer, wire.carried_as[1])
    for host, of, way, addresses in (
        (pair.left, wire, there, ADDRESSES[0]),
        (pair.right, other_end(wire), Path(there.remote, there.local), ADDRESSES[1]),
    ):
        host.call("add_pseudowire", "wire", "tap0", mtu, of, way)
        if isinstance(of, L2tpv3):
            host.call("install_pseudowire", "wire", of.static)
        host.raise_device("tap0", *addresses)


def drops(host: Host, **expected: int) -> bool:
    counted = host.call("counters").pseudowire_drops
    return all(counted[name] >= number for name, number in expected.items())


@ALL
@MODES
@pytest.mark.parametrize(("outer", "encapsulation"), [(4, False), (4, True), (6, False)])
def test_a_broadcast_crosses_and_both_ip_versions_after_it(pair, wire, mode, outer, encapsulation):
    protect(pair, wire, outer=outer, encapsulation=encapsulation, mode=mode)
    for target in ("10.9.0.2", "fd09::2"):  # each asked for by a broadcast or multicast first
        assert pair.left.reaches(target), pair.right.call("counters")


@ALL
@pytest.mark.parametrize("outer", [4, 6])
def test_without_ipsec_it_crosses_too(pair, wire, outer):
    join(pair, wire, outer)
    for target in ("10.9.0.2", "fd09::2"):
        assert pair.left.reaches(target), pair.right.call("counters")

    def used() -> int:
        (wire,) = pair.left.call("pseudowires")
        assert wire.wire == "wire"
        return min(wire.inbound_packets, wire.outbound_packets)

    wait_for(lambda: used() >= 6)


@ALL
def test_a_stream_and_frames_larger_than_the_path_arrive_whole(pair, wire):
    protect(pair, wire, mtu=9000)
    transfer(pair, 20, "10.9.0.2")
    assert pair.left.reaches("10.9.0.2", "-s", "8900")


@ALL
def test_plain_frames_larger_than_the_path_arrive_whole(pair, wire):
    join(pair, wire, mtu=9000)
    transfer(pair, 20, "10.9.0.2")
    assert pair.left.reaches("10.9.0.2", "-s", "8900")


SPEAK = """
import socket, sys
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(("tap0", 0))
raw.send(bytes.fromhex(sys.argv[1]))
"""
HEAR = """
import socket
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
raw.bind(("tap0", 3))
print("listening", flush=True)
while b"VLAN 7" not in (frame := raw.recv(3000)):
    pass
print(frame.hex(), flush=True)
"""


def test_a_tag_of_a_vlan_is_kept(pair):
    """An octet of a frame is changed by nobody, whatever it holds."""
    protect(pair, WIRES[1])
    tagged = bytes(Ether(dst="ff:ff:ff:ff:ff:ff", type=0x8100)) + b"\x60\x07\x88\xb5" + b"in VLAN 7" * 9
    with listening(pair.right, HEAR) as listener:
        pair.left.run(sys.executable, "-c", SPEAK, tagged.hex())
        heard = bytes.fromhex(listener.communicate(timeout=PATIENCE)[0])
    # The kernel may have taken the tag out of the frame for a packet socket.
    assert heard.replace(b"\x81\x00\x60\x07", b"") == tagged.replace(b"\x81\x00\x60\x07", b"")
    wait_for(lambda: inbound(pair.right).octets >= len(tagged))


# What comes that could be of a pseudowire, as lines of hexadecimal digits.
WATCH = """
import socket, sys
every = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
print("listening", flush=True)
while True:
    packet = every.recv(3000)
    if packet[9] in (17, 50, 97, 115):
        print(packet.hex(), flush=True)
"""


@ALL
def test_without_an_sa_nothing_leaves_and_what_waited_is_sent_later(pair, wire):
    with listening(pair.right, WATCH) as watcher:
        pair.left.call("add_ethernet_tunnel", "tun0", "tap0", 1500, wire)
        pair.left.raise_device("tap0", ADDRESSES[0][0])
        assert " 0 received" in pair.left.ping("10.9.0.2").stdout
        acquire = pair.left.until(lambda event: isinstance(event, Acquire))
        assert (acquire.tunnel, acquire.refused) == ("tun0", False)
        pair.left.call("install", child_pair(pair)[0], True)
        first = IP(bytes.fromhex(watcher.stdout.readline()))
        assert first.proto == 50, "and nothing before it"


@ALL
@MODES
def test_others_read_what_is_sent(pair, wire, mode):
    """scapy opens ESP, and the octets inside are those of RFC 3931 and RFC 3378."""
    _, right = protect(pair, wire, mode=mode, suite=GCM)
    with listening(pair.right, WATCH) as watcher:
        pair.left.ping("10.9.0.77")
        frame = Ether()
        # The host may have said something else first.
        while not (ARP in frame and frame[ARP].pdst == "10.9.0.77"):
            inner = opened(IP(bytes.fromhex(watcher.stdout.readline())), right)
            assert (inner.src, inner.dst) == ("192.0.2.1", "192.0.2.2")
            frame = Ether(carried(inner, wire))
    assert frame.dst == "ff:ff:ff:ff:ff:ff"


def carried(packet: IP, wire: EtherIp | L2tpv3) -> bytes:
    """The frame in an IP packet, and every octet before it as it must be."""
    payload = bytes(packet.payload)
    if isinstance(wire, EtherIp):
        assert packet.proto == 97
        assert payload[:2] == b"\x30\x00"
        return payload[2:]
    if wire.transport is Transport.UDP:
        assert packet.proto == 17
        assert (packet[UDP].sport, packet[UDP].dport, packet[UDP].len) == (1701, 1701, len(payload))
        again = IP(bytes(packet))
        del again[UDP].chksum
        assert IP(bytes(again))[UDP].chksum == packet[UDP].chksum
        assert payload[8:12] == b"\x00\x03\x00\x00"
        payload = payload[12:]
    else:
        assert packet.proto == 115
    assert payload[:8] == (102).to_bytes(4, "big") + COOKIES[1]
    assert payload[8] == 0x40, "numbered"
    return payload[12:]


def say(host: Host, protocol: int, payload: bytes, port: int = 1701) -> None:
    """Send an IP packet, or a datagram, to 192.0.2.2."""
    if protocol == 17:
        code = f"""
import socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("", {port}))
udp.sendto(bytes.fromhex("{payload.hex()}"), ("192.0.2.2", 1701))
"""
    else:
        code = f"""
import socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, {protocol})
raw.sendto(bytes.fromhex("{payload.hex()}"), ("192.0.2.2", 0))
"""
    host.run(sys.executable, "-c", code)


FRAME = bytes(Ether(dst="ff:ff:ff:ff:ff:ff", src="02:00:00:00:00:01", type=0x88B5)) + b"hello"
HEAD = {Transport.IP: b"", Transport.UDP: b"\x00\x03\x00\x00"}


@pytest.mark.parametrize("transport", list(Transport), ids=lambda t: t.value)
def test_what_is_no_frame_of_the_session_has_a_named_drop(pair, transport):
    """`left` has no data plane's pseudowire: it says what it likes."""
    wire = l2tpv3(transport)
    there = path(pair, port=wire.carried_as[1])
    pair.right.call("add_pseudowire", "wire", "tap0", 1500, wire, Path(there.remote, there.local))
    pair.right.call("install_pseudowire", "wire", mirrored(wire.static))
    pair.right.raise_device("tap0")
    protocol, head = wire.carried_as[0], HEAD[transport]

    def data(number: int = 102, cookie: bytes = COOKIES[1], word: int = 0x40000005, rest: bytes = FRAME):
        return head + number.to_bytes(4, "big") + cookie + word.to_bytes(4, "big") + rest

    say(pair.left, protocol, data())
    wait_for(lambda: inbound_of(pair.right).packets == 1)
    for name, packet in {
        "unknown_session": data(number=103),
        "cookie": data(cookie=b"abce"),
        "stale_data": data(word=0x40000003),
        "too_short": data(rest=FRAME[:13]),
    }.items():
        say(pair.left, protocol, packet)
        wait_for(lambda name=name: drops(pair.right, **{name: 1}))
    for size in range(len(head), len(data(rest=b"")) + 14):
        say(pair.left, protocol, data()[:size])
    wait_for(lambda: drops(pair.right, too_short=10))
    assert inbound_of(pair.right).packets == 1, "nothing else has reached the device"
    if transport is Transport.UDP:
        say(pair.left, protocol, b"\x00\x02" + data()[2:])
        wait_for(lambda: drops(pair.right, version=1))


def inbound_of(host: Host):
    return host.call("counters").tunnels["wire"][1]


@pytest.mark.parametrize("transport", list(Transport), ids=lambda t: t.value)
def test_strangers_are_not_heard(pair, transport):
    wire = l2tpv3(transport)
    there = path(pair, port=wire.carried_as[1])
    elsewhere = replace(there.local, ip=ip_address("192.0.2.99"))
    pair.right.call("add_pseudowire", "wire", "tap0", 1500, wire, Path(there.remote, elsewhere))
    pair.right.call("install_pseudowire", "wire", mirrored(wire.static))
    pair.right.raise_device("tap0")
    head = HEAD[transport]
    say(pair.left, wire.carried_as[0], head + (102).to_bytes(4, "big") + COOKIES[1] + bytes(4) + FRAME)
    control = b"\xc8\x03" if transport is Transport.UDP else bytes(4) + b"\xc8\x03"
    say(pair.left, wire.carried_as[0], control + bytes(20))
    wait_for(lambda: drops(pair.right, unknown_peer=2))
    assert inbound_of(pair.right).packets == 0


def test_versions_that_are_not_ether_ip_are_refused(pair):
    there = path(pair)
    pair.right.call("add_pseudowire", "wire", "tap0", 1500, EtherIp(), Path(there.remote, there.local))
    pair.right.raise_device("tap0")
    say(pair.left, 97, b"\x30\x00" + FRAME)
    wait_for(lambda: inbound_of(pair.right).packets == 1)
    say(pair.left, 97, b"\x03\x00" + FRAME)
    say(pair.left, 97, b"\x30\x00" + FRAME[:13])
    wait_for(lambda: drops(pair.right, version=1, too_short=1))
    assert inbound_of(pair.right).packets == 1


@pytest.mark.parametrize("transport", list(Transport), ids=lambda t: t.value)
def test_control_messages_come_up_and_go_down(pair, transport):
    wire = l2tpv3(transport)
    there = path(pair, port=wire.carried_as[1])
    pair.left.call("add_pseudowire", "wire", "tap0", 1500, wire, there)
    pair.right.call("add_pseudowire", "wire", "tap0", 1500, wire, Path(there.remote, there.local))
    message = (b"" if transport is Transport.UDP else bytes(4)) + b"\xc8\x03\x00\x0c" + bytes(8)
    pair.left.call("send_pseudowire", "wire", message)
    event = pair.right.until(lambda event: isinstance(event, PseudowireMessage))
    assert (event.wire, event.payload) == ("wire", message)


def test_frames_pass_while_there_is_a_session_and_no_longer(pair):
    wire = l2tpv3(Transport.IP)
    join(pair, wire)
    assert pair.left.reaches("10.9.0.2")
    pair.left.call("withdraw_pseudowire", "wire")
    assert " 0 received" in pair.left.ping("10.9.0.2").stdout
    wait_for(lambda: drops(pair.left, no_session=1))
    pair.left.call("install_pseudowire", "wire", wire.static)
    pair.right.call("install_pseudowire", "wire", mirrored(wire.static))
    assert pair.left.reaches("10.9.0.2")
    pair.left.call("remove_pseudowire", "wire")
    assert "tap0" not in pair.left.run("ip", "link").stdout


def test_a_session_of_another_transport_or_cookie_is_refused(pair):
    pair.left.call("add_pseudowire", "wire", "tap0", 1500, l2tpv3(Transport.IP), path(pair))
    for session in (
        replace(SESSION, transport=Transport.UDP),
        replace(SESSION, local_cookie=b"12345"),
        replace(SESSION, remote_id=0),
    ):
        with pytest.raises(ValueError, match=r"session|cookie"):
            pair.left.call("install_pseudowire", "wire", session)


def test_under_esp_what_is_no_frame_has_a_named_drop(pair):
    """The peer is authentic, and has another cookie."""
    protect(pair, l2tpv3(Transport.IP))
    pair.right.call("remove_tunnel", "tun0")
    odd = other_end(l2tpv3(Transport.IP, remote_cookie=b"efgh"))
    pair.right.call("add_ethernet_tunnel", "tun0", "tap0", 1500, odd)
    pair.right.raise_device("tap0")
    pair.right.call("install", child_pair(pair)[1], True)
    pair.left.ping("10.9.0.2")
    wait_for(lambda: drops(pair.right, cookie=1) and inbound(pair.right).ts_unacceptable >= 1)
