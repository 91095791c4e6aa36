"""When a group stands, in virtual time; and which routes go with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from kakehashi.gateway.watch.group import GroupWatch
from kakehashi.gateway.watch.withdrawn import withdrawn
from kakehashi.model.watch import (
    ClearSaAction,
    Condition,
    ProbeTiming,
    RouteAction,
    WatchEvent,
    WatchGroup,
)
from tests.gateway.builders import gateway, route

TIMING = ProbeTiming(interval=5, standing_interval=5, wait=2, to_stand=2, to_restore=2)
GROUP = WatchGroup(
    name="w",
    number=10,
    timing=TIMING,
    events=(
        WatchEvent(number=10, condition=Condition.UNREACHABLE, host=ip_address("192.0.2.9")),
        WatchEvent(number=20, condition=Condition.UNREACHABLE, host=ip_address("192.0.2.10")),
    ),
    actions=(RouteAction(number=10, destination=ip_network("192.168.2.0/24"), interface="Tunnel0.0"),),
)
ONE = replace(GROUP, events=GROUP.events[:1])
ROUTES = (
    route("192.168.2.0/24", by="Tunnel0.0"),
    route("192.168.2.0/24", by="Tunnel1.0", metric=100),
    route("192.168.3.0/24", by="Tunnel0.0"),
)


class Story:
    """Hosts of the events in `answering` answer at once. `changes`: when it began to stand, or ended."""

    def __init__(self, group: WatchGroup) -> None:
        self.watch = GroupWatch(group, 0.0)
        self.now = 0.0
        self.changes: list[tuple[float, bool]] = []

    def until(self, end: float, *answering: int) -> "Story":
        while (due := self.watch.due()) is not None and due < end:
            self.now, before = due, self.watch.stands
            for number in self.watch.handle_timeout(due):
                if number in answering:
                    self.watch.answer(number, due)
            if self.watch.stands != before:
                self.changes.append((self.now, self.watch.stands))
        self.now = end
        return self


def test_it_stands_only_while_no_host_answers() -> None:
    story = Story(GROUP).until(20, 10)
    assert story.changes == []
    story.until(40)
    assert story.changes == [(27, True)]
    story.until(60, 20)
    assert story.changes == [(27, True), (45, False)]


def test_a_group_without_events_never_stands() -> None:
    story = Story(replace(GROUP, events=(), stands_at_first=True)).until(100)
    assert (story.watch.stands, story.watch.due()) == (False, None)


def test_nothing_is_asked_before_the_start_is_over() -> None:
    story = Story(replace(ONE, startup_delay=180))
    assert story.watch.due() == 180
    story.until(200)
    assert story.changes == [(187, True)]


def test_delays_want_the_events_to_say_so_for_a_while() -> None:
    story = Story(replace(ONE, delay_to_stand=10, delay_to_restore=20))
    story.until(20).until(60, 10)
    assert story.changes == [(17, True), (45, False)], "over since 25, and 20 seconds later"
    short = Story(replace(ONE, delay_to_stand=15)).until(15).until(60, 10)
    assert short.changes == [], "the event was over at 20, before it had lasted"


def test_what_stands_at_first_ends_with_the_first_answers() -> None:
    story = Story(replace(ONE, stands_at_first=True))
    assert story.watch.stands
    assert story.until(20, 10).changes == [(5, False)]


def test_an_interface_that_is_down() -> None:
    event = WatchEvent(number=1, condition=Condition.INTERFACE_DOWN, interface="Tunnel0.0")
    watch = GroupWatch(replace(GROUP, events=(event,)), 0.0)
    assert (watch.watched_interfaces(), watch.due()) == ({"Tunnel0.0"}, None)
    watch.look("Tunnel1.0", up=False, now=1.0)
    assert not watch.stands
    watch.look("Tunnel0.0", up=False, now=2.0)
    assert watch.stands
    watch.look("Tunnel0.0", up=True, now=3.0)
    assert not watch.stands


def test_what_is_told_of_it() -> None:
    story = Story(ONE).until(20)
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    found = story.watch.status(20, time)
    assert (found.name, found.number, found.stands, found.stood, found.restored) == ("w", 10, True, 1, 0)
    assert found.since == time - timedelta(seconds=13)
    assert [(e.number, e.sent, e.answered) for e in found.events] == [(10, 4, 0)]


def test_the_route_of_an_action_is_withdrawn_and_no_other() -> None:
    of = gateway(routes=ROUTES)
    assert list(withdrawn(of, [GROUP])) == [ROUTES[0]]
    assert withdrawn(of, []) == {}
    by_any = replace(GROUP, actions=(RouteAction(number=1, destination=ip_network("192.168.2.0/24")),))
    assert list(withdrawn(of, [by_any])) == list(ROUTES[:2])


def test_a_route_that_another_group_resumes_stays() -> None:
    resumes = replace(GROUP, actions=tuple(replace(a, resumes=True) for a in GROUP.actions
                                           if isinstance(a, RouteAction)))  # fmt: skip
    of = gateway(routes=ROUTES)
    assert withdrawn(of, [GROUP, resumes]) == withdrawn(of, [resumes, GROUP]) == {}


def test_to_delete_sas_is_nothing_to_routes() -> None:
    clears = replace(GROUP, actions=(ClearSaAction(number=1, tunnel="Tunnel0.0"),))
    assert withdrawn(gateway(routes=ROUTES), [clears]) == {}
