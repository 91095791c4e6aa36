"""Events to the core, effects to the data plane, in order; one timer."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from kakehashi.dataplane.protocol import (
    Acquire,
    Activity,
    Datagram,
    Expire,
    FirstInbound,
    PeerMoved,
    Undecryptable,
    UnknownSpi,
)
from kakehashi.gateway.driver import Driver
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.outgoing import NoWay, Way
from kakehashi.ike.effects import (
    AskActivity,
    Event,
    EventName,
    InstallChildSa,
    IsakmpSaChanged,
    Level,
    MoveChildSa,
    RemoveChildSa,
    Send,
    SendNatKeepalive,
    UseOutbound,
)
from kakehashi.model.address import SocketAddress
from tests.gateway.builders import child_sa, path
from tests.gateway.fakes import FakeCore, FakeDataPlane

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACQUIRE = Acquire("Tunnel0.0", ip_address("192.168.1.2"), ip_address("192.168.2.2"), 1, 0, 0)
MOVED = SocketAddress(ip_address("10.2.0.9"), 4500)


class Stage:
    """A driver between a fake core and a fake data plane."""

    def __init__(self) -> None:
        self.core, self.dataplane = FakeCore(), FakeDataPlane()
        self.way: Way | NoWay = Way(path(), frozenset(), "eth0")
        self.log = io.StringIO()
        self.changes = 0
        self.peers: list[str] = []
        self.driver = Driver(
            self.core,
            self.dataplane,
            Log(LogOptions(Level.DEBUG), lambda: TIME, self.log),
            lambda: TIME,
            way=lambda _: self.way,
            sa_changed=self._changed,
            isakmp_sa_changed=self.peers.append,
            broken=self.log.write,
            hold_down=0,
        )
        self.driver.start()

    def _changed(self, tunnel: str) -> None:
        self.changes += 1


def play(story: Callable[[Stage], Awaitable[None]]) -> Stage:
    async def act() -> Stage:
        stage = Stage()
        await story(stage)
        stage.driver.stop()
        stage.dataplane.close()
        return stage

    return asyncio.run(asyncio.wait_for(act(), 10))


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


def failed(tunnel: str) -> Event:
    return Event(
        level=Level.ERROR,
        name=EventName.NEGOTIATION_FAILED,
        facility="ikev2",
        message="no answer",
        tunnel=tunnel,
    )


def test_every_event_of_the_data_plane_reaches_the_core_in_order() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.arrive(
            Datagram(b"one", path()),
            Expire(1),
            Expire(1, hard=True),
            FirstInbound(2),
            PeerMoved(3, MOVED),
            UnknownSpi(4, path(), 5, in_ah=True),
            Undecryptable(1, path(), 6),
        )
        await until(lambda: len(stage.core.asked) == 7)

    assert play(story).core.asked == [
        ("receive", b"one"),
        ("expire", 1, "soft"),
        ("expire", 1, "hard"),
        ("first inbound", 2),
        ("peer moved", 3, MOVED),
        ("unknown spi", 4, 5, "AH"),
        ("unknown spi", 1, 6),
    ]


def test_effects_are_carried_out_in_the_order_of_the_core() -> None:
    async def story(stage: Stage) -> None:
        sa = child_sa(spi_in=7)
        stage.core.answers = [
            [InstallChildSa(sa, use_outbound=False), Send(b"answer", path()), UseOutbound("Tunnel0.0", 7)],
            [MoveChildSa("Tunnel0.0", 7, path(port=4500), True), SendNatKeepalive(path())],
            [RemoveChildSa("Tunnel0.0", 7, "Delete received")],
        ]
        stage.driver.step()

    stage = play(story)
    assert [entry[:2] for entry in stage.dataplane.done] == [
        ("install", 7),
        ("send", b"answer"),
        ("use", 7),
        ("move", 7),
        ("keepalive", path()),
        ("remove", 7),
    ]
    assert [(e.event, e.reason) for e in stage.driver.history.entries("Tunnel0.0")] == [
        ("Create", ""),
        ("Delete", "Delete received"),
    ]
    assert stage.changes == 1  # told once, of all that has happened


def test_a_burst_is_answered_first_and_cleared_up_after() -> None:
    """To remove an SA wakes the threads of the data plane: once for many."""

    async def story(stage: Stage) -> None:
        stage.core.answers = [
            [RemoveChildSa("Tunnel0.0", 7, "INITIAL_CONTACT"), Send(b"one", path())],
            [RemoveChildSa("Tunnel0.0", 8, "INITIAL_CONTACT"), Send(b"two", path())],
        ]
        stage.dataplane.arrive(Datagram(b"1", path()), Datagram(b"2", path()))
        await until(lambda: len(stage.dataplane.done) == 4)

    assert [entry[:2] for entry in play(story).dataplane.done] == [
        ("send", b"one"),
        ("send", b"two"),
        ("remove", 7),
        ("remove", 8),
    ]


def test_what_is_forgotten_is_removed_before_its_successor_waits_to_send() -> None:
    """Else a packet that comes in between would leave by an SA of which the peer knows nothing any more."""

    async def story(stage: Stage) -> None:
        new = child_sa(spi_in=9)
        stage.core.answers = [
            [
                RemoveChildSa("Tunnel0.0", 7, "INITIAL_CONTACT"),
                RemoveChildSa("Tunnel1.0", 8, "INITIAL_CONTACT"),
                InstallChildSa(new, use_outbound=False),
                Send(b"answer", path()),
                UseOutbound("Tunnel0.0", 9),
            ]
        ]
        stage.driver.step()

    assert [entry[:2] for entry in play(story).dataplane.done] == [
        ("remove", 7),
        ("remove", 8),
        ("install", 9),
        ("send", b"answer"),
        ("use", 9),
    ]


def test_a_packet_that_waits_begins_a_negotiation() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.arrive(ACQUIRE)
        await until(lambda: bool(stage.core.asked))

    stage = play(story)
    assert stage.core.asked == [("initiate", "Tunnel0.0", path(), ACQUIRE)]
    assert stage.dataplane.done == []


def test_a_packet_without_a_way_to_the_peer_is_dropped_not_kept() -> None:
    async def story(stage: Stage) -> None:
        stage.way = NoWay("outgoing interface GigaEthernet0.0 is down")
        stage.dataplane.arrive(ACQUIRE)
        await until(lambda: bool(stage.dataplane.done))

    stage = play(story)
    assert stage.dataplane.done == [("discard waiting", "Tunnel0.0")]
    assert "GigaEthernet0.0 is down" in stage.log.getvalue()


def test_a_packet_that_the_sas_refuse_and_nothing_is_negotiated_for_is_let_go_in_silence() -> None:
    async def story(stage: Stage) -> None:
        stage.core.initiates = False
        stage.dataplane.arrive(replace(ACQUIRE, refused=True))
        await until(lambda: bool(stage.dataplane.done))

    stage = play(story)
    assert stage.dataplane.done == [("discard waiting", "Tunnel0.0")]
    assert "dropped" not in stage.log.getvalue()


def test_a_packet_for_a_peer_that_can_only_come_to_us_is_dropped() -> None:
    async def story(stage: Stage) -> None:
        stage.way = Way(None, frozenset(), "")
        stage.core.initiates = False
        stage.dataplane.arrive(ACQUIRE)
        await until(lambda: bool(stage.dataplane.done))

    stage = play(story)
    assert stage.dataplane.done == [("discard waiting", "Tunnel0.0")]
    assert "its peer can only come to us" in stage.log.getvalue()


def test_a_packet_waits_for_phase_2_under_the_isakmp_sa_of_a_peer_of_unknown_address() -> None:
    """V1-10: the core knows whether there is one."""

    async def story(stage: Stage) -> None:
        stage.way = Way(None, frozenset(), "")
        stage.dataplane.arrive(ACQUIRE)
        await until(lambda: bool(stage.core.asked))

    stage = play(story)
    assert stage.core.asked == [("initiate", "Tunnel0.0", None, ACQUIRE)]
    assert stage.dataplane.done == []


def test_what_the_sas_carried_is_told_of_those_that_are_asked_for_and_looked_up_once() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.carried = [Activity(7, 1.5, None), Activity(8, None, None), Activity(9, 2.0, 3.0)]
        stage.core.answers = [[AskActivity((7,)), Send(b"on", path()), AskActivity((9, 10))]]
        stage.driver.step()

    stage = play(story)
    assert stage.core.asked == [("activity", 7, 1.5, None), ("activity", 9, 2.0, 3.0)]
    assert stage.dataplane.done == [("send", b"on"), ("activity",)]


def test_an_isakmp_sa_that_comes_or_goes_is_told_by_its_peer() -> None:
    async def story(stage: Stage) -> None:
        stage.core.answers = [[IsakmpSaChanged("site2")]]
        stage.driver.step()

    assert play(story).peers == ["site2"]


def test_a_failed_negotiation_lets_the_waiting_packets_go_and_is_remembered() -> None:
    async def story(stage: Stage) -> None:
        stage.core.answers = [[failed("Tunnel0.0"), failed("Tunnel0.0")]]
        stage.driver.step()
        await until(lambda: bool(stage.dataplane.done))

    stage = play(story)
    assert stage.dataplane.done == [("discard waiting", "Tunnel0.0")]
    assert stage.driver.failures.last("Tunnel0.0") == "no answer"


def test_after_the_end_nothing_is_let_go() -> None:
    async def story(stage: Stage) -> None:
        stage.core.answers = [[failed("Tunnel0.0")]]
        stage.driver.step()
        stage.driver.stop()
        for _ in range(3):
            await asyncio.sleep(0)

    assert play(story).dataplane.done == []


def test_a_new_child_sa_ends_the_failure() -> None:
    async def story(stage: Stage) -> None:
        stage.core.answers = [[failed("Tunnel0.0"), InstallChildSa(child_sa(), use_outbound=True)]]
        stage.driver.step()

    assert play(story).driver.failures.last("Tunnel0.0") == ""


def test_the_timer_is_the_cores_next_timeout() -> None:
    async def story(stage: Stage) -> None:
        stage.core.due = stage.driver.now()
        stage.driver.step()
        await until(lambda: bool(stage.core.asked))

    assert play(story).core.asked == [("timeout",)]


def test_a_sooner_timeout_takes_the_place_of_a_later_one() -> None:
    async def story(stage: Stage) -> None:
        stage.core.due = stage.driver.now() + 3600
        stage.driver.step()
        stage.core.due = stage.driver.now()
        stage.driver.step()
        await until(lambda: bool(stage.core.asked))

    assert play(story).core.asked == [("timeout",)]


def test_a_fault_of_ours_is_told_without_its_values_and_the_rest_goes_on() -> None:
    async def story(stage: Stage) -> None:
        stage.core.faulty = True
        stage.dataplane.refuses = True
        stage.core.answers = [[InstallChildSa(child_sa(), use_outbound=True), Send(b"on", path())]]
        stage.dataplane.arrive(Datagram(b"bad", path()), Expire(1))
        await until(lambda: ("expire", 1, "soft") in stage.core.asked)

    stage = play(story)
    assert stage.dataplane.done == [("send", b"on")]
    assert "internal fault RuntimeError at fakes.py:" in stage.log.getvalue()
    assert "0123456789" not in stage.log.getvalue()


def test_a_data_plane_that_has_failed_ends_the_gateway_instead_of_spinning() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.broken = True
        stage.dataplane.arrive(Expire(1))
        await until(lambda: bool(stage.log.getvalue()))

    stage = play(story)
    assert stage.log.getvalue() == "the data plane has failed: a thread has ended"
    assert stage.core.asked == []
