"""L2TP under ESP in transport mode: between two of our data planes, and with clients that speak by scapy."""

from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_RS, IPv6
from scapy.layers.l2tp import L2TP
from scapy.layers.ppp import HDLC, PPP
from scapy.packet import Raw

from kakehashi.dataplane.protocol import L2tpMessage, PeerMoved
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.l2tp import PORT, L2tpSession
from tests.dataplane.dialers import CLIENT, SERVER, Dialer, dialers
from tests.dataplane.sites import kernel_counter
from tests.dataplane.test_native_tunnels import is_a, transfer
from tests.dataplane.world import Host, Pair, child_pair, settles, wait_for

pytestmark = pytest.mark.root

HERE, THERE = ip_address(SERVER), ip_address(CLIENT)
WHOLE = {"sequencing": True, "length": True}
SHORTEST = {"compress_address": True, "compress_protocol": True}
HEADERS = pytest.mark.parametrize("header", [{}, WHOLE, SHORTEST], ids=["usual", "whole", "shortest"])


def build(pair: Pair, header: dict[str, Any] | None = None, **changes: Any) -> tuple[ChildSa, ChildSa]:
    """Two servers, each a client of the other's: 10.9.0.1 and fd09:1::1 at the left, .2 and fd09:2::1 at the right.
    Child SAs between them."""
    sas = child_pair(pair, tunnel="tun0", mode=EncapsulationMode.TRANSPORT, peer="other", **changes)
    ids = [(1, 2), (3, 4)]
    for own, far, host, sa in ((1, 2, pair.left, sas[0]), (2, 1, pair.right, sas[1])):
        host.call("add_l2tp_server", "tun0", "tun0", 1400)
        host.run("ip", "link", "set", "tun0", "up")
        host.add_address(f"10.9.0.{own}/24", "tun0")
        host.add_address(f"fd09:{own}::1/64", "tun0")
        host.run("ip", "-6", "route", "add", f"fd09:{far}::/64", "dev", "tun0")
        (tunnel_id, session_id), (peer_tunnel_id, peer_session_id) = ids if own == 1 else reversed(ids)
        session = L2tpSession(
            tunnel_id=tunnel_id, session_id=session_id, peer_tunnel_id=peer_tunnel_id,
            peer_session_id=peer_session_id, peer="other", **(header or {}),
            networks=(ip_network(f"10.9.0.{far}"), ip_network(f"fd09:{far}::/64")),
        )  # fmt: skip
        host.call("install_session", "tun0", session)
        host.call("install", sa, True)
    return sas


@HEADERS
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_packets_of_both_ip_versions_cross_a_session(pair, outer, encapsulation, header):
    build(pair, header, outer=outer, encapsulation=encapsulation)
    for target in ("10.9.0.2", "fd09:2::1"):
        assert pair.left.reaches(target), pair.right.call("counters")


@HEADERS
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("target", ["10.9.0.2", "fd09:2::1"], ids=["4", "6"])
def test_a_stream_arrives_whole(pair, target, encapsulation, header):
    build(pair, header, encapsulation=encapsulation)
    transfer(pair, 20, target)
    drops = pair.right.call("counters").l2tp_drops
    assert {name for name, count in drops.items() if count} <= {"no_session"}


@dataclass
class World:
    """A server at the left, and clients with an SA and a session each."""

    server: Host
    clients: list[Dialer]

    def drops(self) -> dict[str, int]:
        drops = self.server.call("counters").l2tp_drops
        return {name: count for name, count in drops.items() if count and name != "no_session"}

    def messages(self) -> list[L2tpMessage]:
        """Those that have come, and are not taken away yet."""
        self.server.events += self.server.call("events")
        return [event for event in self.server.events if isinstance(event, L2tpMessage)]

    def until_message(self, payload: bytes) -> L2tpMessage:
        found = self.server.until(lambda event: isinstance(event, L2tpMessage) and event.payload == payload)
        assert isinstance(found, L2tpMessage)
        return found


@pytest.fixture
def world(pair):
    with dialers(pair, 2) as clients:
        for client in clients:
            client.install_session()
        yield World(pair.left, clients)


def echo(client: Dialer, mark: bytes) -> Any:
    return IP(src=client.address, dst="10.9.0.1") / ICMP(id=7) / Raw(mark)


def answer(client: Dialer) -> bytes:
    """What the server's echo reply holds."""
    reply = client.until(ICMP)
    assert (reply[IP:2].dst, reply[ICMP].type) == (client.address, 0)
    return bytes(reply[ICMP].payload)


FLAGS = [
    "+".join(flag for flag in flags if flag)
    for flags in product(("", "length"), ("", "sequence"), ("", "offset"), ("", "priority"))
]


def test_a_client_may_write_its_headers_in_every_way(world):
    client = world.clients[0]
    frames = (HDLC() / PPP(), PPP(), Raw(b"\xff\x03\x21"), Raw(b"\x21"))
    for number, (flags, frame) in enumerate(product(FLAGS, frames)):
        fields = {"ns": number} if "sequence" in flags else {}
        if "offset" in flags:
            fields |= {"offset": 5, "pad": b"pads!"}
        mark = b"%d" % number
        client.send_frame(frame / echo(client, mark), flags, **fields)
        assert answer(client) == mark, flags
    assert world.drops() == {}


def test_others_read_what_is_sent_and_its_checksums_are_right(world):
    client = world.clients[0]
    client.install_session(**WHOLE)
    for number in range(3):
        client.send_packet(echo(client, b"odd" * number))
        whole = client.receive()
        udp, message = whole[UDP], whole[L2TP]
        assert (udp.sport, udp.dport, message.tunnel_id, message.session_id) == (PORT, PORT, 7, 8)
        assert (str(message.hdr), message.ns, message.len) == ("sequence+length", number, udp.len - 8)
        assert (message[HDLC].address, message[PPP].proto) == (0xFF, 0x21)
        written = udp.chksum
        del udp.chksum
        assert IP(bytes(whole))[UDP].chksum == written
        assert bytes(message[ICMP].payload) == b"odd" * number


def test_ipv6_of_the_clients_network_passes(world):
    client = world.clients[0]
    world.server.add_address("fd09:ff::1/64", "lns0")
    world.server.run("ip", "-6", "route", "add", "fd09:0::/64", "dev", "lns0")
    client.send_packet(IPv6(src="fd09:0::beef", dst="fd09:ff::1") / ICMPv6EchoRequest(id=3, data=b"six"))
    reply = client.until(ICMPv6EchoReply)
    assert (reply[IPv6].dst, reply[ICMPv6EchoReply].data) == ("fd09::beef", b"six")


def test_two_clients_behind_one_nat_stay_apart(world):
    """They have the same address outside, the same ports inside, and the same IDs of their own."""
    one, other = world.clients
    for number in range(5):
        for client in (one, other):
            client.send_packet(echo(client, f"{client.number} {number}".encode()))
    for client in (one, other):
        assert [answer(client) for _ in range(5)] == [f"{client.number} {n}".encode() for n in range(5)]
    for client in (one, other):
        client.send(L2TP(hdr="control+length+sequence", tunnel_id=0) / Raw(client.peer.encode()))
    for client in (one, other):
        message = L2TP(hdr="control+length+sequence", tunnel_id=0) / Raw(client.peer.encode())
        assert world.until_message(bytes(message)).peer == client.peer


def test_nobody_sends_in_anothers_session_or_by_anothers_address(world):
    one, other = world.clients
    other.send_frame(HDLC() / PPP() / echo(one, b"mine?"), tunnel_id=100, session_id=200)
    wait_for(lambda: world.drops() == {"wrong_carrier": 1})
    other.send_packet(echo(one, b"mine?"))
    wait_for(lambda: world.drops() == {"wrong_carrier": 1, "source_address": 1})
    other.send_packet(IPv6(src="fd09:0::1", dst="fd09:ff::1") / ICMPv6EchoRequest())
    wait_for(lambda: world.drops() == {"wrong_carrier": 1, "source_address": 2})
    one.send_packet(echo(one, b"mine"))
    assert answer(one) == b"mine"


def test_an_address_that_two_sessions_have_is_the_later_ones(world):
    one, other = world.clients
    networks = one.session().networks
    other.install_session(networks=networks)
    one.send_packet(echo(one, b"whose?"))
    assert other.until(ICMP)[ICMP].load == b"whose?"
    world.server.call("remove_session", "lns", other.session().tunnel_id, other.session().session_id)
    one.send_packet(echo(one, b"one's"))
    assert answer(one) == b"one's"


ICMP_ECHO = bytes(IP(src="10.9.0.10", dst="10.9.0.1") / ICMP())
HEADER = bytes([0, 2, 0, 100, 0, 200])
MALFORMED = {
    "too_short": [b"", b"\x00", HEADER[:5], b"\x40\x02\x00\x06\x00\x64"],
    "version": [b"\x00\x03" + HEADER[2:] + b"\xff\x03\x00\x21" + ICMP_ECHO],
    "length": [b"\x40\x02\x00\x07" + HEADER[2:] + b"\x21", b"\x40\x02\xff\xff" + HEADER[2:] + b"\x21"],
    "offset": [b"\x02\x02" + HEADER[2:] + b"\x00\x02\x21"],
    "frame_too_short": [HEADER, HEADER + b"\xff\x03", HEADER + b"\x00"],
    "protocol_field": [HEADER + b"\x00\x20" + ICMP_ECHO],
    "packet": [
        HEADER + b"\x21",
        HEADER + b"\x57" + ICMP_ECHO,
        HEADER + b"\x21" + ICMP_ECHO[:-1],
        HEADER + b"\x21\x45",
        HEADER + b"\x57" + bytes(IPv6(dst="fd09::1"))[:39],
    ],
    "too_long": [b"\xc8\x02" + bytes(4095)],
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_has_a_name(world, name):
    client = world.clients[0]
    for message in MALFORMED[name]:
        client.send(message)
    wait_for(lambda: world.drops() == {name: len(MALFORMED[name])})
    assert world.messages() == []


def test_what_is_no_l2tp_has_a_name(world):
    client = world.clients[0]
    client.send_udp(ICMP_ECHO[20:], protocol=1)
    wait_for(lambda: world.drops() == {"not_udp": 1})
    client.send_udp(b"\x06\xa5\x06\xa5\x00\x20\x00\x00short")
    client.send_udp(b"\x06\xa5\x06\xa5\x00\x07\x00\x00")
    client.send_udp(b"\x06\xa5")
    wait_for(lambda: world.drops() == {"not_udp": 1, "udp_length": 3})
    client.send_udp(b"\x06\xa5\x00\x35\x00\x09\x00\x00x")
    client.send(b"\xc8\x02", port=9)
    wait_for(lambda: world.drops() == {"not_udp": 1, "udp_length": 3, "port": 2})


def test_what_the_gateway_must_see_comes_up(world):
    client = world.clients[0]
    control = bytes(L2TP(hdr="control+length+sequence", tunnel_id=100) / Raw(b"avps"))
    unknown = bytes(
        L2TP(hdr="sequence", tunnel_id=99, session_id=1, ns=5) / HDLC() / PPP(proto=0xC021) / b"lcp"
    )
    solicitation = IPv6(src="fe80::1", dst="ff02::2") / ICMPv6ND_RS()
    frames = [
        bytes(HDLC() / PPP(proto=0xC021) / b"echo"),
        b"\xc0\x23pap",
        b"\xfd\x01",
        bytes(HDLC() / PPP(proto=0x57) / solicitation),
    ]
    client.send(control)
    client.send(unknown)
    for number, frame in enumerate(frames):
        client.send_frame(Raw(frame), "sequence+length", ns=number)
    path = Path(SocketAddress(HERE, PORT), SocketAddress(THERE, PORT))
    expected = [control, unknown, *(HEADER + frame for frame in frames)]
    wait_for(lambda: len(world.messages()) == len(expected))
    assert world.messages() == [L2tpMessage("lns", payload, path, "client 0") for payload in expected]
    assert world.drops() == {}


def test_without_networks_or_a_session_packets_come_up_too(world):
    client = world.clients[0]
    frame = Raw(bytes(HDLC() / PPP() / echo(client, b"early")))
    client.install_session(networks=())
    client.send_frame(frame, "length")
    world.until_message(HEADER + bytes(frame))
    client.install_session()
    client.send_packet(echo(client, b"now"))
    assert answer(client) == b"now"
    world.server.call("remove_session", "lns", 100, 200)
    client.send_frame(frame, "length")
    world.until_message(bytes(L2TP(hdr="length", tunnel_id=100, session_id=200) / frame))


def test_the_gateway_sends_to_the_peer_it_names(world):
    one, other = world.clients
    path = Path(SocketAddress(HERE, PORT), SocketAddress(THERE, PORT))
    for client in (other, one):
        world.server.call("send_l2tp", "lns", b"\xc8\x02to " + client.peer.encode(), path, client.peer)
    for client in (one, other):
        whole = client.receive()
        assert (whole[UDP].sport, whole[UDP].dport) == (PORT, PORT)
        assert bytes(whole[UDP].payload) == b"\xc8\x02to " + client.peer.encode()
    world.server.call("send_l2tp", "lns", b"\xc8\x02", path, "nobody")
    wait_for(lambda: world.drops() == {"no_sa": 1})
    elsewhere = replace(path, remote=SocketAddress(THERE, 40_000))
    world.server.call("send_l2tp", "lns", b"\xc8\x02", elsewhere, one.peer)
    wait_for(lambda: world.drops() == {"no_sa": 1, "port": 1})


def test_numbers_are_of_one_row_whoever_sends(world):
    """RFC 2661 section 4.4.6: also those of frames that the gateway makes."""
    client = world.clients[0]
    path = Path(SocketAddress(HERE, PORT), SocketAddress(THERE, PORT))
    client.install_session(sequencing=True, networks=())
    frame = L2TP(hdr="sequence", tunnel_id=7, session_id=8, ns=999) / HDLC() / PPP(proto=0xC021) / b"lcp"
    for expected in (0, 1):
        world.server.call("send_l2tp", "lns", bytes(frame), path, client.peer)
        assert client.receive()[L2TP].ns == expected
    client.install_session(sequencing=True)
    client.send_packet(echo(client, b""))
    assert client.until(ICMP)[L2TP].ns == 2
    world.server.call("send_l2tp", "lns", bytes(frame), path, client.peer)
    assert client.receive()[L2TP].ns == 3


def test_what_was_overtaken_is_dropped(world):
    client = world.clients[0]
    for ns, mark in ((5, b"five"), (7, b"seven"), (6, b"six"), (7, b"again"), (8, b"eight")):
        client.send_frame(HDLC() / PPP() / echo(client, mark), "sequence", ns=ns)
    assert [answer(client) for _ in range(3)] == [b"five", b"seven", b"eight"]
    assert world.drops() == {"stale_data": 2}


def test_a_session_goes_on_when_its_sa_is_replaced(world):
    """It belongs to the peer, and to no SPI."""
    client, other = world.clients
    client.send_packet(echo(client, b"before"))
    assert answer(client) == b"before"
    for number in range(3):
        first = 0x1000 + number
        sending, receiving = client.there, client.back
        client.install()
        new = client.there
        client.there = sending
        client.send_packet(echo(client, b"by the old one"))
        assert answer(client) == b"by the old one", "answered by the new one"
        client.there = new
        client.send_packet(echo(client, b"by the new one"))
        assert answer(client) == b"by the new one"
        world.server.call("remove", first)
        client.send_packet(echo(client, b"after"))
        assert answer(client) == b"after"
        assert receiving.spi != client.back.spi
    other.send_packet(echo(other, b"untouched"))
    assert answer(other) == b"untouched"


def test_the_sa_that_is_to_be_used_sends(world):
    client = world.clients[0]
    first = client.back
    client.install()
    second, client.back = client.back, first
    world.server.call("use_outbound", "lns", 0x1000)
    client.send_packet(echo(client, b"by the first"))
    assert answer(client) == b"by the first"
    client.back = second
    world.server.call("use_outbound", "lns", 0x1001)
    client.send_packet(echo(client, b"by the second"))
    assert answer(client) == b"by the second"


def test_the_newest_sa_sends_though_others_come_and_go(world):
    client, other = world.clients
    client.install()
    world.server.call("remove", other.install().spi_in - 1)
    client.send_packet(echo(client, b"before"))
    assert answer(client) == b"before"
    world.server.call("remove", 0x2001)
    client.send_packet(echo(client, b"after"))
    assert answer(client) == b"after"


def test_a_session_goes_on_when_its_peer_moves(world):
    """The NAT gives it another port. Its packets pass at once; ours follow when the gateway says so."""
    client, other = world.clients
    client.process = other.process
    client.send_packet(echo(client, b"from elsewhere"))
    moved = world.server.until(is_a(PeerMoved))
    assert moved == PeerMoved(0x1000, SocketAddress(THERE, other.port))
    path = Path(SocketAddress(HERE, 4500), moved.remote)
    world.server.call("move", 0x1000, path, True)
    client.send_packet(echo(client, b"there"))
    assert answer(client) == b"there"


def test_a_syn_asks_for_no_more_than_the_peer_takes(world):
    client = world.clients[0]
    client.install_session(mtu=1300)
    world.server.run(
        "python3", "-c",
        "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('10.9.0.10', 80))",
    )  # fmt: skip
    syn = client.until(TCP)[TCP]
    assert ("MSS", 1260) in syn.options
    assert syn.chksum == _checksum_of(syn, client.address)


def _checksum_of(tcp: TCP, target: str) -> int:
    whole = IP(src="10.9.0.1", dst=target) / tcp.copy()
    del whole[TCP].chksum
    return int(IP(bytes(whole))[TCP].chksum)


def test_what_is_too_large_for_the_peer_is_fragmented_or_its_sender_told(world):
    client = world.clients[0]
    client.install_session(mtu=1000)
    ping = (client.address, "-s", "1200", "-M", "do", "-W", "0.1")
    world.server.ping(*ping, "-c", "1")
    settles(lambda: world.server.call("counters").tunnels["lns"][0].too_large, 1)
    wait_for(lambda: "mtu 1000" in world.server.run("ip", "route", "get", client.address).stdout)
    refused = world.server.ping(*ping, "-c", "1")
    assert "mtu=1000" in (refused.stdout + refused.stderr).replace("mtu = ", "mtu="), (
        "the kernel has learned it"
    )
    assert world.server.call("counters").tunnels["lns"][0].too_large == 1
    world.server.call("set_own_addresses", [ip_address("10.9.0.1")])
    world.server.run("ip", "route", "flush", "cache")
    world.server.ping(*ping, "-c", "2")
    pieces = [client.until(PPP)[IP:2] for _ in range(4)]
    assert all(len(bytes(piece)) <= 1000 for piece in pieces)
    assert [piece.frag for piece in pieces] == [0, pieces[1].frag] * 2


def test_a_flood_of_messages_does_not_reach_the_gateway(world):
    """Nor does it keep others out."""
    flooding, other = world.clients
    sccrq = L2TP(hdr="control+length+sequence", tunnel_id=0) / Raw(b"let me in")
    udp = IP(src=CLIENT, dst=SERVER) / UDP(sport=PORT, dport=PORT) / sccrq
    sealed = [flooding.seal(bytes(udp)[20:]) for _ in range(1000)]
    sender = flooding.pair.right
    before = kernel_counter(sender, 4, "OutDatagrams", "Udp")
    with world.server.stopped():
        for octets in sealed:
            flooding.send_sealed(octets)
        wait_for(lambda: kernel_counter(sender, 4, "OutDatagrams", "Udp") >= before + 1000)

    def came() -> int:
        return sum(message.peer == flooding.peer for message in world.messages())

    wait_for(lambda: came() + world.drops().get("too_many", 0) == 1000)
    # So many at once, and more by and by.
    assert 200 <= came() < 1000
    other.send(b"\xc8\x02other")
    world.until_message(b"\xc8\x02other")
    flooding.send_packet(echo(flooding, b"data"))
    assert answer(flooding) == b"data"


def test_the_use_of_each_session_is_told(world):
    one, _ = world.clients
    quiet = world.server.call("l2tp_sessions")
    assert [(s.inbound_packets, s.outbound_packets, s.inbound_idle, s.outbound_idle) for s in quiet] == [
        (0, 0, None, None)
    ] * 2
    packet = echo(one, b"x" * 72)
    one.send_packet(packet)
    answer(one)
    one.send_frame(HDLC() / PPP(proto=0xC021) / b"no use")
    one.send_packet(packet)
    answer(one)
    used = {s.tunnel_id: s for s in world.server.call("l2tp_sessions")}
    assert used[101] in quiet
    assert (used[100].tunnel, used[100].session_id) == ("lns", 200)
    assert (used[100].inbound_packets, used[100].inbound_octets) == (2, 200)
    assert (used[100].outbound_packets, used[100].outbound_octets) == (2, 200)
    assert used[100].inbound_idle is not None
    assert used[100].outbound_idle is not None
    one.install_session(mtu=1200)
    assert used[100].inbound_packets == 2, "it is the same session"
    world.server.call("remove_session", "lns", 100, 200)
    assert [s.tunnel_id for s in world.server.call("l2tp_sessions")] == [101]


def test_a_peer_without_a_name_has_the_servers(world):
    client = world.clients[0]
    client.install(peer="")
    client.send(b"\xc8\x02nobody")
    assert world.until_message(b"\xc8\x02nobody").peer == "lns"
    for name in ("", "lns"):
        client.install_session(peer=name)
        client.send_packet(echo(client, name.encode()))
        assert answer(client) == name.encode()
        path = Path(SocketAddress(HERE, PORT), SocketAddress(THERE, PORT))
        world.server.call("send_l2tp", "lns", b"\xc8\x02", path, name)
        assert bytes(client.receive()[UDP].payload) == b"\xc8\x02"


def test_what_cannot_be_is_refused(pair):
    with dialers(pair, 1) as (client,):
        session = client.session()
        for wrong in (
            {"networks": (ip_network("10.9.0.0/24"),)}, {"networks": (ip_network("fd09::/48"),)},
            {"tunnel_id": 1 << 16}, {"mtu": -1},
        ):  # fmt: skip
            with pytest.raises(ValueError, match="session"):
                pair.left.call("install_session", "lns", replace(session, **wrong))
        with pytest.raises(ValueError, match="no tunnel elsewhere"):
            pair.left.call("install_session", "elsewhere", session)
        left, _ = child_pair(pair, tunnel="lns")
        with pytest.raises(ValueError, match="transport mode"):
            pair.left.call("install", left, True)


def test_when_the_server_goes_its_sessions_go(world):
    world.server.call("remove_tunnel", "lns")
    assert world.server.call("l2tp_sessions") == []
    assert world.server.call("activity") == []
    path = Path(SocketAddress(HERE, PORT), SocketAddress(THERE, PORT))
    world.server.call("send_l2tp", "lns", b"\xc8\x02", path, "client 0")
