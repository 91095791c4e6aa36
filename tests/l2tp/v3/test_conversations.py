"""Two LCCEs make control connections and sessions, carry frames, disagree, and end."""

from dataclasses import replace

import pytest

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import Event
from kakehashi.l2tp.settings import Limits
from kakehashi.l2tp.v3.effects import CircuitChanged, ConnectionDown, ConnectionUp, WireDown, WireUp
from kakehashi.l2tp.v3.settings import Wire
from kakehashi.l2tp.v3.wire.header import ControlHeader, framed
from kakehashi.l2tp.v3.wire.message import avp, encode_message, u16, u32
from kakehashi.l2tp.v3.wire.registry import AvpType, MessageType
from kakehashi.model.pseudowire import (
    ControlChannel,
    Digest,
    L2tpv3,
    PseudowireSession,
    PseudowireType,
    Transport,
)
from kakehashi.model.secret import Secret
from tests.l2tp.v3.wire import EAST, ETHERNET, WEST, World, carrier, peer

FRAME = bytes(12) + b"\x08\x06" + b"a broadcast"
AUTHENTIC = ControlChannel(secret=Secret(b"shared secret"))
WAITS = ControlChannel(begins=False)


def both(world: World) -> None:
    """One connection, one session, and frames both ways."""
    for end in world.ends:
        assert len(end.lcce.connections()) == 1
        assert end.lcce.connections()[0].wires == ("lan",)
        assert end.lcce.send_frame("lan", FRAME)
    world.run(1)
    for end in world.ends:
        assert end.frames[-1] == FRAME
    assert len(world.east.lcce.sessions()) == len(world.west.lcce.sessions()) == 1


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("control", [ControlChannel(), AUTHENTIC])
def test_one_end_begins_and_a_broadcast_crosses(transport: Transport, control: ControlChannel) -> None:
    world = World(
        peer(EAST, WEST, control, transport=transport),
        peer(WEST, EAST, replace(control, begins=False), transport=transport),
    ).run(5)
    (up,) = world.west.of(ConnectionUp)
    assert up.host_name == "east"
    both(world)
    (wire,) = world.east.of(WireUp)
    assert wire.session.overhead == 18 + 12 * (transport is Transport.UDP)
    assert not world.east.drops | world.west.drops


@pytest.mark.parametrize("seed", range(30))
def test_when_both_begin_the_lower_tie_breaker_counts(seed: int) -> None:
    world = World(seed=seed).run(10)
    assert world.east.drops[Drop.LOST_TIE] == world.west.drops[Drop.LOST_TIE] == 1
    assert [len(end.of(ConnectionUp)) for end in world.ends] == [1, 1]
    both(world)
    assert not world.east.of(Event) or not world.west.of(Event)


@pytest.mark.parametrize("seed", range(20))
def test_when_both_ask_for_a_session_there_is_one(seed: int) -> None:
    world = World(west=peer(WEST, EAST, WAITS), seed=seed, turn=0, jitter=0.01).run(10)
    both(world)
    assert [len(end.of(WireUp)) for end in world.ends] == [1, 1]
    assert not world.east.of(WireDown) + world.west.of(WireDown)
    assert world.east.drops[Drop.LOST_TIE] == world.west.drops[Drop.LOST_TIE] == 1
    assert not world.east.of(Event) + world.west.of(Event)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_tie_breakers_are_thrown_again(seed: int) -> None:
    world = World(seed=seed, ties=(b"the same",)).run(0.1)
    assert not world.east.lcce.connections() + world.west.lcce.connections()
    assert world.east.drops[Drop.LOST_TIE] == world.west.drops[Drop.LOST_TIE] == 1
    both(world.run(20))


@pytest.mark.parametrize("seed", range(40))
def test_loss_doubles_and_disorder_keep_no_wire_down(seed: int) -> None:
    control = (ControlChannel(), AUTHENTIC, WAITS)[seed % 3]
    begins = replace(control, begins=True)
    world = World(
        peer(EAST, WEST, begins), peer(WEST, EAST, control), seed=seed, loss=0.3, doubled=0.2, jitter=0.5
    )
    world.run(60)
    world.loss = world.doubled = world.jitter = 0
    world.run(90)
    both(world)
    assert sum(end.lcce.half_open() for end in world.ends) == 0


@pytest.mark.parametrize("digest", list(Digest))
@pytest.mark.parametrize("hidden", [False, True])
def test_every_message_is_authenticated(digest: Digest, hidden: bool) -> None:
    control = replace(AUTHENTIC, digest=digest, hidden=hidden)
    wire = Wire("lan", L2tpv3(end_id="10", cookie_size=8, control=control))
    world = World(peer(EAST, WEST, control, wire), peer(WEST, EAST, control, wire)).run(5)
    both(world)
    world.run(200)  # with HELLOs
    both(world)
    assert not any(b"shared secret" in packet for end in world.ends for packet in end.sent)
    assert "shared secret" not in repr(world.east.told)
    # What is said again by somebody else, or is changed on the way, is nothing.
    last = next(p for p in reversed(world.east.sent) if p[:4] == bytes(4))
    world.inject(world.west, last[:-1] + bytes((last[-1] ^ 1,)))
    assert world.west.drops[Drop.NOT_AUTHENTICATED] == 1
    cookies = [end.lcce.sessions()["lan"].local_cookie for end in world.ends]
    assert any(cookies[0] in packet for packet in world.east.sent if packet[:4] == bytes(4)) != hidden


@pytest.mark.parametrize(
    ("east", "west", "told"),
    [
        (AUTHENTIC, ControlChannel(secret=Secret(b"another")), "the digest is wrong"),
        (AUTHENTIC, ControlChannel(), "no secret is configured"),
        (ControlChannel(), AUTHENTIC, "it has no digest"),
        (AUTHENTIC, replace(AUTHENTIC, digest=Digest.SHA1), ""),  # the receiver takes either
    ],
)
def test_who_does_not_know_the_secret_has_no_connection(
    east: ControlChannel, west: ControlChannel, told: str
) -> None:
    world = World(peer(EAST, WEST, east), peer(WEST, EAST, replace(west, begins=False))).run(30)
    assert told in world.west.events
    for end in world.ends:
        assert bool(end.lcce.connections()) == (not told)
        assert end.lcce.half_open() == 0


@pytest.mark.parametrize("ours", [0, 4, 8])
@pytest.mark.parametrize("theirs", [0, 4, 8])
def test_each_end_asks_for_its_own_cookie(ours: int, theirs: int) -> None:
    world = World(
        peer(EAST, WEST, None, Wire("lan", L2tpv3(end_id="10", cookie_size=ours, control=WAITS))),
        peer(WEST, EAST, None, Wire("lan", L2tpv3(end_id="10", cookie_size=theirs, control=WAITS))),
    ).run(5)
    both(world)
    session = world.east.lcce.sessions()["lan"]
    assert (len(session.local_cookie), len(session.remote_cookie)) == (ours, theirs)
    assert session.overhead == 18 + theirs
    if ours:
        forged = session.local_id.to_bytes(4, "big") + bytes(a ^ 1 for a in session.local_cookie) + FRAME
        world.inject(world.east, forged)
        world.inject(world.east, forged[: 3 + ours])
        assert world.east.drops[Drop.COOKIE] == 2
        assert repr(session.local_cookie) not in repr(session)


def test_sequence_numbers_are_sent_where_they_are_asked_for() -> None:
    numbered = Wire("lan", L2tpv3(end_id="10", sequencing=True, control=ControlChannel()))
    world = World(peer(EAST, WEST, None, numbered)).run(5)
    both(world)
    session = world.west.lcce.sessions()["lan"]
    assert (session.sequencing, session.remote_sublayer, session.local_sublayer) == (True, True, False)
    old = next(p for p in world.west.sent if p[:4] != bytes(4))
    assert old[4:8] == b"\x40\0\0\0"
    world.inject(world.east, old)
    assert world.east.drops[Drop.STALE_DATA] == 1
    world.inject(world.east, old[:4] + b"\0\0\0\7" + FRAME)  # without S the number counts for nothing
    assert world.east.frames == [FRAME, FRAME]


@pytest.mark.parametrize(
    ("other", "result"),
    [
        (L2tpv3(end_id="11", control=ControlChannel()), "no pseudowire 10 to this peer"),
        (L2tpv3(end_id="10", type=PseudowireType.VLAN, control=ControlChannel()), "pseudowire type 5"),
    ],
)
def test_a_session_that_does_not_fit_is_refused_and_asked_for_again(other: L2tpv3, result: str) -> None:
    world = World(west=peer(WEST, EAST, WAITS, Wire("lan", other))).run(20)
    assert result in world.east.events
    assert result in world.west.events
    assert len(world.east.of(Event)) > 2
    assert not world.east.of(WireUp) + world.west.of(WireUp)
    assert world.east.lcce.connections()
    fits = replace(world.west.lcce._shared.settings, peers=(peer(WEST, EAST, WAITS),))
    world.do(world.west.lcce.configure, fits)
    world.run(100)
    both(world)


def test_many_wires_share_one_connection() -> None:
    wires = [Wire(f"vlan{n}", L2tpv3(end_id=str(n), type=PseudowireType.VLAN)) for n in range(40)]
    world = World(peer(EAST, WEST, None, *wires), peer(WEST, EAST, None, *wires)).run(30)
    assert len(world.east.lcce.connections()) == 1
    assert len(world.east.lcce.sessions()) == len(world.west.lcce.sessions()) == 40
    assert len({s.local_id for s in world.east.lcce.sessions().values()}) == 40


def test_static_sessions_need_no_control_connection() -> None:
    ids = PseudowireSession(local_id=1, remote_id=2, local_cookie=b"east", remote_cookie=b"westwest")
    back = PseudowireSession(local_id=2, remote_id=1, local_cookie=b"westwest", remote_cookie=b"east")
    world = World(
        replace(peer(EAST, WEST, None, Wire("tunnel1", L2tpv3(static=ids))), control=None),
        replace(peer(WEST, EAST, None, Wire("tunnel1", L2tpv3(static=back))), control=None),
    ).run(100)
    assert not world.east.sent
    assert world.east.lcce.next_timeout() is None
    assert world.east.lcce.send_frame("tunnel1", FRAME)
    world.run(1)
    assert world.east.sent == [b"\0\0\0\2westwest" + FRAME]
    assert world.west.frames == [FRAME]
    nothing = replace(world.west.lcce._shared.settings, peers=())
    world.do(world.west.lcce.configure, nothing)
    assert world.west.of(WireDown)[0].reason == "the configuration has changed"
    assert not world.west.lcce.send_frame("tunnel1", FRAME)


def test_a_circuit_that_goes_down_is_told_and_kept() -> None:
    world = World().run(5)
    world.do(world.east.lcce.set_circuit, "lan", False)
    world.run(1)
    assert world.west.of(CircuitChanged) == [CircuitChanged("lan", False)]
    both(world)
    world.do(world.east.lcce.set_circuit, "lan", True)
    world.run(1)
    assert world.west.of(CircuitChanged)[-1].active


def test_a_peer_that_falls_silent_is_noticed_and_found_again() -> None:
    world = World().run(5)
    world.loss = 1
    world.run(300)
    for end in world.ends:
        assert end.of(ConnectionDown)[-1].reason == "the peer does not answer"
        assert end.of(WireDown)
        assert not end.lcce.sessions()
    world.loss = 0
    world.run(200)
    both(world)


def test_a_peer_that_starts_again_replaces_its_connection() -> None:
    world = World(west=peer(WEST, EAST, WAITS)).run(5)
    before = world.west.lcce.connections()[0]
    fresh = World(west=peer(WEST, EAST, WAITS), seed=9)
    world.east.lcce = fresh.east.lcce
    world.run(10)
    assert world.west.of(ConnectionDown)[0].reason == "the peer has begun anew"
    assert world.west.lcce.connections()[0].local_id != before.local_id
    both(world)


def test_goodbye_ends_both_and_the_other_end_tries_again() -> None:
    world = World().run(5)
    world.do(world.east.lcce.shutdown)
    world.run(1)
    assert "SHUTTING_DOWN" in world.west.of(ConnectionDown)[0].reason
    assert not world.west.lcce.sessions()
    assert not world.east.lcce.sessions()
    world.run(30)
    both(world)  # a shut down LCCE still answers; a process that ends does not


def test_a_lost_ipsec_peer_takes_its_wires_with_it() -> None:
    world = World().run(5)
    (path,) = world.east.lcce._peerings
    world.do(world.east.lcce.lost_peer, path, "its IKE SA is gone")
    assert world.east.of(WireDown)[0].reason == "its IKE SA is gone"
    both(world.run(60))


def sccrq(number: int) -> bytes:
    avps = (
        avp(AvpType.HOST_NAME, b"stranger"),
        u32(AvpType.ROUTER_ID, 9),
        u32(AvpType.ASSIGNED_CONNECTION_ID, number),
        avp(AvpType.PSEUDOWIRE_CAPABILITIES, b"\0\5"),
    )
    return framed(ControlHeader(0, 0, 0).encode(encode_message(MessageType.SCCRQ, avps)), over_udp=False)


def test_a_flood_of_strangers_costs_nothing() -> None:
    world = World(west=peer(WEST, EAST, WAITS)).run(5)
    before = len(world.west.sent)
    for number in range(1, 2000):
        world.inject(world.west, sccrq(number), carrier(WEST, EAST + number))
    assert world.west.drops[Drop.UNKNOWN_PEER] == 1999
    assert len(world.west.sent) == before
    both(world)


def test_a_flood_in_a_peers_name_has_bounds_and_ends_nothing() -> None:
    limits = Limits(half_open_per_source=10, half_open_total=20)
    world = World(west=peer(WEST, EAST, WAITS), limits=limits).run(5)
    for number in range(1, 500):
        world.inject(world.west, sccrq(number))
    assert world.west.lcce.half_open() == 10
    assert world.west.drops[Drop.HALF_OPEN_LIMIT] == 489
    both(world)
    world.run(60)
    assert world.west.lcce.half_open() == 0
    both(world)
    authentic = World(peer(EAST, WEST, AUTHENTIC), peer(WEST, EAST, AUTHENTIC)).run(5)
    for number in range(1, 500):
        authentic.inject(authentic.west, sccrq(number))
    assert authentic.west.lcce.half_open() == 0
    assert len(authentic.west.of(Event)) < 15
    both(authentic)


@pytest.mark.parametrize(
    ("kind", "avps", "result"),
    [
        (MessageType.SCCRP, (), "SCCRP is not expected"),
        (MessageType.HELLO, (replace(avp(AvpType.HOST_NAME, b"x"), type=AvpType(999)),), "AVP 999"),
        (MessageType(99), (), "unknown message type 99"),
    ],
)
def test_what_does_not_belong_ends_the_connection_and_it_comes_back(kind, avps, result) -> None:
    world = World(west=peer(WEST, EAST, WAITS)).run(5)
    connection = world.east.lcce._peerings[carrier(EAST, WEST)].current
    connection.queue(encode_message(kind, avps))
    world.do(connection.flush)
    world.run(1)
    assert result in world.west.of(ConnectionDown)[0].reason
    assert result in world.east.of(ConnectionDown)[0].reason
    both(world.run(60))


def test_a_session_message_that_is_not_whole_ends_the_session_alone() -> None:
    world = World(west=peer(WEST, EAST, WAITS)).run(5)
    connection = world.east.lcce._peerings[carrier(EAST, WEST)].current
    theirs = world.west.lcce.sessions()["lan"].local_id
    for avps in (
        [u32(AvpType.REMOTE_SESSION_ID, theirs)],
        [u32(AvpType.REMOTE_SESSION_ID, 77), u32(AvpType.LOCAL_SESSION_ID, 5)],
    ):
        connection.queue(encode_message(MessageType.SLI, avps))
    connection.queue(encode_message(MessageType.OCRQ, [u32(AvpType.LOCAL_SESSION_ID, 5)]))
    world.do(connection.flush)
    world.run(1)
    assert len(world.west.of(WireDown)) == len(world.east.of(WireDown)) == 1
    assert world.west.drops[Drop.UNKNOWN_SESSION] == 1
    assert len(world.west.lcce.connections()) == 1
    both(world.run(30))


def test_what_a_peer_asks_that_cannot_be_is_refused_with_its_result() -> None:
    world = World(peer(EAST, WEST, None, ETHERNET), peer(WEST, EAST, WAITS)).run(5)
    connection = world.east.lcce._peerings[carrier(EAST, WEST)].current
    ask = [
        u32(AvpType.LOCAL_SESSION_ID, 5),
        u32(AvpType.REMOTE_SESSION_ID, 0),
        u32(AvpType.SERIAL_NUMBER, 1),
        u16(AvpType.PSEUDOWIRE_TYPE, 5),
        avp(AvpType.REMOTE_END_ID, b"10"),
        u16(AvpType.CIRCUIT_STATUS, 3),
    ]
    for more in (
        [u16(AvpType.DATA_SEQUENCING, 2)],
        [u16(AvpType.SUBLAYER_TYPE, 2)],
        [avp(AvpType.ASSIGNED_COOKIE, b"12345")],
    ):
        connection.queue(encode_message(MessageType.ICRQ, ask + more))
    world.do(connection.flush)
    world.run(1)
    assert "sequence numbers need" in world.west.events
    assert "Sublayer 2 is not known" in world.west.events
    assert "0, 4 or 8 octets" in world.west.events
    both(world)  # the session that stands is not touched
