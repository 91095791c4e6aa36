"""Clients dial in over L2TP: tunnels and calls come up, carry PPP, are refused, and end."""

from dataclasses import replace

import pytest

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import Event, EventName, SessionDown, SessionUp, TunnelDown, TunnelUp
from kakehashi.l2tp.settings import Limits, Settings, Timing
from kakehashi.l2tp.wire.avp import result, u16
from kakehashi.l2tp.wire.header import ControlHeader
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.model.secret import Secret
from kakehashi.ppp.effects import Ipv4Up, LinkDown, LoginRefused, PacketReceived
from kakehashi.ppp.settings import Settings as LinkSettings
from kakehashi.ppp.settings import Timing as LinkTiming
from tests.l2tp.client import CDN, HELLO, OCRQ, SCCRP, STOPCCN, Lac, avp, n16, n32
from tests.l2tp.wire import Wire, carrier
from tests.ppp.client import Client
from tests.ppp.line import FIRST

SECRET = Settings(secret=Secret(b"tunnel secret"))


def test_a_client_dials_in_and_reaches_the_lan() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    (tunnel,) = wire.of(TunnelUp)
    (session,) = wire.of(SessionUp)
    assert (tunnel.host_name, tunnel.peer_tunnel) == ("laptop", 77)
    assert (session.peer.tunnel, session.peer.session, session.calling_number) == (77, 5, "laptop of ada")
    assert lac.ppp.address == FIRST.packed
    lac.ppp.ip(b"packet")
    lac.frames()
    wire.do(wire.server.send_packet, session.id, 4, b"answer")
    wire.run(1)
    assert wire.of(PacketReceived) == [PacketReceived(4, b"packet")]
    assert lac.ppp.packets == [b"answer"]
    assert wire.server.lns.tunnels()[0].sessions == ((session.id.session, 5),)


@pytest.mark.parametrize("seed", range(25))
def test_loss_doubles_and_disorder_keep_nobody_out(seed: int) -> None:
    wire = Wire(SECRET, seed=seed, loss=0.25, doubled=0.2, jitter=0.5)
    lac = wire.dial(Lac(Client("ada", "lovelace"), secret=b"tunnel secret"))
    wire.run(20)
    wire.loss = wire.doubled = wire.jitter = 0
    wire.run(30)
    assert lac.ppp.address == FIRST.packed
    assert len(wire.of(TunnelUp)) == len(wire.of(SessionUp)) == 1
    assert not wire.of(TunnelDown)
    assert not wire.of(SessionDown)
    assert wire.server.lns.half_open() == 0


def test_two_clients_behind_one_address_and_the_same_ports() -> None:
    wire = Wire(Settings(needs_ipsec=True))
    one = wire.dial(Lac(Client("ada", "lovelace")), carrier(peer="laptop of ada"))
    other = wire.dial(Lac(Client("bob", "pässword")), carrier(peer="phone of bob"))
    wire.run(5)
    assert one.ppp.address == FIRST.packed
    assert other.ppp.address == bytes((10, 9, 1, 1))
    assert len(wire.of(TunnelUp)) == 2
    # One of them cannot speak in the other's tunnel.
    one.peer_tunnel, mine = other.peer_tunnel, one.peer_tunnel
    one.say(HELLO)
    one.frames()
    wire.inject(one.out.pop(), carrier(peer="laptop of ada"))
    one.peer_tunnel = mine
    assert wire.drops[Drop.WRONG_CARRIER] == 1
    wire.do(wire.server.lost_peer, "laptop of ada", "its IKE SA is gone")
    assert [down.reason for down in wire.of(TunnelDown)] == ["its IKE SA is gone"]
    assert [down.user for down in wire.of(LinkDown)] == ["ada"]
    assert len(wire.server.links) == 1


def test_without_ipsec_an_lns_that_needs_it_answers_nobody() -> None:
    wire = Wire(Settings(needs_ipsec=True))
    wire.dial(Lac())
    wire.run(10)
    assert not wire.sent
    assert wire.drops[Drop.NOT_PROTECTED] > 5


def test_the_tunnel_secret_opens_the_tunnel() -> None:
    wire = Wire(SECRET)
    lac = wire.dial(Lac(Client("ada", "lovelace"), secret=b"tunnel secret"))
    wire.run(5)
    assert lac.ppp.address


@pytest.mark.parametrize("given", [b"another", b""])
def test_a_wrong_tunnel_secret_is_told_so_and_leaves_no_tunnel(given: bytes) -> None:
    wire = Wire(SECRET)
    lac = wire.dial(Lac(secret=given))
    lac.understand, understand = (
        lambda avps: understand({k: v for k, v in avps.items() if k != 13 and (given or k != 11)}),
        lac.understand,
    )
    wire.run(10)
    text = "it does not know the tunnel's secret" if given else "it does not authenticate"
    assert lac.results[0][:2] == (4, 0)
    assert not wire.of(TunnelUp)
    assert wire.of(Event)[0].name is EventName.REFUSED
    assert text in wire.of(Event)[0].message
    assert "tunnel secret" not in repr(wire.told)
    wire.run(60)
    assert wire.server.lns.half_open() == 0


def test_a_challenge_without_a_secret_is_refused() -> None:
    wire = Wire()
    lac = wire.dial(Lac(secret=b"something"))
    wire.run(3)
    assert lac.results[0][0] == 4
    assert wire.server.lns.half_open() == 0


@pytest.mark.parametrize(
    ("extra", "results"),
    [
        (avp(999, b"x"), [(2, 8)]),
        (avp(999, b"x", mandatory=False), []),
        (avp(999, b"x", vendor=9), [(2, 8)]),
        (avp(5, b"tiebreak", mandatory=False), []),  # nobody has dialed the other way: there is no tie
    ],
)
def test_avps_in_an_sccrq(extra: bytes, results: list[tuple[int, int]]) -> None:
    wire = Wire()
    lac = Lac()
    lac.extra = extra
    wire.dial(lac)
    wire.run(3)
    assert [r[:2] for r in lac.results[:1]] == results
    assert bool(wire.of(TunnelUp)) == (not results)


def test_another_protocol_version_is_refused_with_ours() -> None:
    wire = Wire()
    lac = Lac()
    lac.say(1, n16(2, 0x200) + n32(3, 3) + avp(7, b"x") + n16(9, 77))
    wire.inject(lac.out.pop())
    lac.receive(wire.sent[-1][0])
    assert lac.results == [(5, 0x100, "protocol version 2")]


def test_a_flood_of_sccrqs_leaves_a_bounded_trace_and_others_get_in() -> None:
    wire = Wire(Settings(limits=Limits(half_open_total=100, half_open_per_source=10)))
    for number in range(3000):
        lac = Lac(tunnel=1 + number % 60000)
        lac.begin()
        source = carrier(f"203.0.{number % 7}.{number % 250}" if number % 3 else "203.0.113.1")
        wire.inject(lac.out.pop(), source)
    assert wire.server.lns.half_open() <= 100
    assert wire.drops[Drop.HALF_OPEN_LIMIT] >= 2900
    assert not wire.of(TunnelUp)
    sent = sum(len(datagram) for datagram, _ in wire.sent)
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    assert lac.ppp.address
    assert sent / 3000 < 150  # one SCCRP for each SCCRQ, never again by itself
    wire.run(60)
    assert wire.server.lns.half_open() == 0


def test_a_stranger_who_cannot_read_gets_no_tunnel() -> None:
    wire = Wire()
    lac = Lac()
    lac.begin()
    wire.inject(lac.out.pop(), carrier("203.0.113.9"))
    lac.queue.clear()
    lac.ns, lac.nr = 1, 1
    for guess in range(1, 400):
        lac.peer_tunnel = guess
        lac.queue.clear()
        lac.say(3)
        wire.inject(lac.out.pop(), carrier("203.0.113.10"))
    assert not wire.of(TunnelUp)


def test_refusals_to_strangers_are_few() -> None:
    wire = Wire(Settings(limits=Limits(answers_per_second=5)))
    for number in range(50):
        lac = Lac(tunnel=number + 1)
        lac.extra = avp(999, b"x")
        lac.begin()
        wire.inject(lac.out.pop())
    assert len(wire.sent) == 5
    assert wire.drops[Drop.ANSWERS_LIMIT] == 45


def test_silence_is_asked_after_and_the_dead_are_forgotten() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    lac.ppp.answers_echo = True
    wire.run(300)
    assert not wire.of(TunnelDown)
    lac.silent = True
    wire.run(200)
    assert [down.reason for down in wire.of(TunnelDown)] == ["the peer does not answer"]
    assert len(wire.of(LinkDown)) == 1
    assert not wire.server.links
    assert not wire.server.lns.tunnels()
    wire.run(200)
    assert wire.server.next_timeout() is None


def test_a_tunnel_without_data_is_kept_by_hellos() -> None:
    wire = Wire(Settings(timing=Timing(hello=20, empty=10_000)))
    lac = Lac()
    lac.dials = False
    wire.dial(lac)
    wire.run(105)
    assert lac.heard.count(HELLO) == 5
    assert not wire.of(TunnelDown)


def test_a_tunnel_that_nobody_uses_is_ended() -> None:
    wire = Wire(Settings(timing=Timing(empty=15)))
    lac = Lac()
    lac.dials = False
    wire.dial(lac)
    wire.run(20)
    assert lac.results == [(1, 0, "no session is left")]
    assert wire.of(TunnelDown)
    wire.run(100)
    assert wire.server.next_timeout() is None


def test_the_client_ends_the_tunnel_and_is_acknowledged_as_often_as_it_asks() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    lac.say(STOPCCN, n16(9, 77) + avp(1, b"\0\6\0\0bye"))
    again = lac.out[-1]
    wire.run(1)
    assert wire.of(TunnelDown)[0].reason == "the peer ends the tunnel: result SHUTTING_DOWN (bye)"
    assert wire.of(LinkDown)[0].user == "ada"
    assert not lac.queue
    before = len(wire.sent)
    wire.inject(again)
    assert len(wire.sent) == before + 1
    wire.run(60)
    wire.inject(again)
    assert wire.drops[Drop.UNKNOWN_TUNNEL] == 1


def test_the_client_ends_the_call() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    lac.say(CDN, avp(1, b"\0\3") + n16(14, 5), lac.peer_session)
    wire.run(1)
    assert wire.of(SessionDown)[0].reason == "the peer ends the call: result ADMINISTRATIVE"
    assert wire.pool.take("x", FIRST) == FIRST
    assert wire.server.lns.tunnels()


def test_an_idle_session_ends_in_words_and_the_client_comes_back() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    (session,) = wire.of(SessionUp)
    wire.do(wire.server.idle, session.id)
    wire.run(5)
    assert lac.ppp.ended == b"idle for too long"
    assert lac.results == [(3, 0, "idle for too long")]
    lac.ppp, lac.ended, lac.session = Client("ada", "lovelace"), "", 6
    lac.dial()
    wire.run(5)
    assert lac.ppp.address == bytes((10, 9, 0, 11))  # the one that was given back rests longest


def test_a_wrong_password_is_told_so_and_after_some_calls_the_caller_waits() -> None:
    wire = Wire(Settings(timing=Timing(empty=1000)), LinkSettings(attempts=2))
    lac = wire.dial(Lac(Client("ada", "wrong")))
    lac.ppp.wrong = ["wrong"] * 9
    for number in range(4):
        wire.run(8)
        lac.ppp, lac.ended, lac.session = Client("ada", "lovelace"), "", 6 + number
        lac.ppp.wrong = ["wrong"] * 9
        lac.dial()
    wire.run(5)
    assert len(wire.of(LoginRefused)) == 4
    assert lac.results[-1] == (3, 0, "too many failed logins, try again later")
    wire.run(70)
    lac.ppp, lac.ended, lac.session = Client("ada", "lovelace"), "", 20
    lac.dial()
    wire.run(5)
    assert wire.of(Ipv4Up)


def test_calls_that_cannot_be_are_refused_and_others_stay() -> None:
    wire = Wire(Settings(limits=Limits(sessions_per_tunnel=2)))
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    lac.say(OCRQ, n16(14, 30) + n32(15, 1))
    lac.say(10, n16(14, 31) + n32(15, 1) + avp(999, b"?"))
    lac.say(10, n16(14, 32))
    lac.say(10, n16(14, 33) + n32(15, 2))
    lac.say(10, n16(14, 34) + n32(15, 2))
    wire.run(5)
    assert [r[:2] for r in lac.results] == [(5, 0), (2, 8), (2, 3), (4, 0)]
    assert wire.server.links
    lac.say(10, n16(14, 0) + n32(15, 2))
    wire.run(5)
    assert lac.results[-1][:2] == (2, 5)
    assert wire.of(TunnelDown)


def test_a_call_without_iccn_is_given_up() -> None:
    wire = Wire()
    lac = Lac()
    wire.dial(lac)
    lac.understand, understand = lambda avps: avps[0] != b"\0\x0b" and understand(avps), lac.understand
    wire.run(40)
    assert lac.results[0] == (10, 0, "no ICCN has come")
    assert not wire.of(SessionUp)


@pytest.mark.parametrize(
    ("kind", "body", "result"),
    [
        (SCCRP, b"", (7, 0)),
        (99, b"", (2, 0)),
        (HELLO, avp(999, b""), (2, 8)),
        (HELLO, b"\x80\x05\0\0\0\0", (2, 2)),
        (HELLO, n16(15, 1), (2, 2)),
    ],
)
def test_what_is_wrong_in_a_tunnel_ends_it_with_the_right_code(kind, body, result) -> None:
    wire = Wire()
    lac = wire.dial(Lac())
    wire.run(3)
    lac.say(kind, body)
    wire.run(3)
    assert lac.results[0][:2] == result
    assert wire.of(TunnelDown)


def test_sequence_numbers_where_they_are_asked_for() -> None:
    wire = Wire()
    lac = Lac(Client("ada", "lovelace"))
    lac.sequencing = True
    wire.dial(lac)
    wire.run(5)
    assert wire.of(SessionUp)[0].sequencing
    data = [d for d, _ in wire.sent if not d[0] & 0x80]
    assert [int.from_bytes(d[6:8], "big") for d in data] == list(range(len(data)))
    assert lac.ppp.address


def test_data_that_was_overtaken_is_dropped() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    head = b"\x08\2" + lac.peer_tunnel.to_bytes(2, "big") + lac.peer_session.to_bytes(2, "big")
    for ns in (0, 1, 3, 2, 3, 4):
        wire.inject(head + bytes((0, ns, 0, 0)) + b"\x21" + bytes([ns]))
    assert [p.packet for p in wire.of(PacketReceived)] == [b"\0", b"\1", b"\3", b"\4"]
    assert wire.drops[Drop.STALE_DATA] == 2


def test_a_client_that_begins_anew_with_the_same_tunnel_id_replaces_its_ghost() -> None:
    wire = Wire()
    wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    lac = Lac(Client("ada", "lovelace"))
    lac.extra = avp(8, b"after a reboot", mandatory=False)
    wire.dial(lac)
    wire.run(5)
    assert [d.reason for d in wire.of(TunnelDown)] == ["the peer has begun anew"]
    assert lac.ppp.address
    wire.run(100)
    assert len(wire.server.lns.tunnels()) == 1


def test_a_peer_that_acknowledges_nothing_cannot_make_us_remember() -> None:
    wire = Wire(Settings(limits=replace(Limits(), backlog=4)))
    lac = wire.dial(Lac())
    wire.run(3)
    lac.silent = True
    nr = lac.nr
    for number in range(200):
        body = n16(0, OCRQ) + n16(14, number + 1) + n32(15, 1)
        lac.packet(0, body)
        lac.ns += 1
        wire.inject(lac.out.pop())
    assert lac.nr == nr
    assert wire.drops[Drop.BACKLOG] >= 1
    assert wire.drops[Drop.OUTSIDE_WINDOW] > 150
    wire.run(100)
    assert not wire.server.lns.tunnels()


def test_shutdown_says_goodbye() -> None:
    wire = Wire()
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    wire.do(wire.server.shutdown)
    wire.run(1)
    assert lac.results == [(6, 0, "the LNS shuts down")]
    assert not wire.server.links


def test_a_peer_that_moves_keeps_its_tunnel() -> None:
    wire = Wire()
    by, to = carrier(port=1701, peer="ada"), carrier(port=40001, peer="ada")
    lac = wire.dial(Lac(Client("ada", "lovelace")), by)
    wire.run(5)
    wire.server.moved(by, to)
    wire.lacs = {to: lac}
    lac.ppp.ip(b"packet")
    lac.frames()
    wire.run(200)
    assert wire.of(PacketReceived) == [PacketReceived(4, b"packet")]
    assert wire.server.lns.tunnels()[0].carrier == to
    assert not wire.of(TunnelDown)


def test_packets_that_the_data_plane_took_are_signs_of_life() -> None:
    wire = Wire(link=LinkSettings(timing=LinkTiming(echo=10, echo_failures=2)))
    lac = wire.dial(Lac(Client("ada", "lovelace")))
    wire.run(5)
    lac.ppp.answers_echo = False
    (session,) = wire.of(SessionUp)
    for _ in range(20):
        wire.run(5)
        wire.do(wire.server.heard, session.id)
    assert not wire.of(LinkDown)
    assert HELLO not in lac.heard
    wire.run(60)
    assert wire.of(LinkDown)[0].reason == "the peer answers no echo"


def test_a_message_for_a_tunnel_that_is_not_there_is_answered_so_that_its_peer_knows() -> None:
    wire = Wire()
    # As a client goes on after we have started anew: HELLO as its third message, ours would be the second.
    wire.inject(ControlHeader(4711, 0, 3, 2).encode(encode_message(MessageType.HELLO)))
    wire.inject(b"\0\x02\x12\x67\0\1\xff\x03\0\x21")
    for (datagram, by), (ns, nr) in zip(wire.sent, ((2, 4), (0, 0)), strict=True):
        assert by == carrier()
        header, body = ControlHeader.decode(datagram)
        message = Message.decode(body)
        assert (header.tunnel_id, header.session_id, header.ns, header.nr) == (0, 0, ns, nr)
        assert message.type == MessageType.STOPCCN
        assert message.number(AvpType.ASSIGNED_TUNNEL_ID) == 4711
        assert message.result()[:2] == (2, 1)
    assert wire.drops == {Drop.UNKNOWN_TUNNEL: 2}


def test_what_says_goodbye_to_a_tunnel_that_is_not_there_has_no_answer() -> None:
    wire = Wire()
    body = encode_message(MessageType.STOPCCN, (u16(AvpType.ASSIGNED_TUNNEL_ID, 7), result(1, 0, "")))
    wire.inject(ControlHeader(4711, 0, 3, 2).encode(body))
    wire.inject(ControlHeader(4711, 0, 3, 2).encode(b""))
    assert not wire.sent


def test_answers_about_tunnels_that_are_not_there_are_few() -> None:
    wire = Wire(Settings(limits=Limits(answers_per_second=3)))
    for tunnel in range(1, 100):
        wire.inject(ControlHeader(tunnel, 0, 3, 2).encode(encode_message(MessageType.HELLO)))
    assert len(wire.sent) == 3
    assert wire.drops[Drop.ANSWERS_LIMIT] == 96
