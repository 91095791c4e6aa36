"""A watch group: it stands while all of its events have occurred. Time and answers in, echo requests out."""

from datetime import datetime, timedelta

from kakehashi.gateway.watch.event import EventWatch
from kakehashi.model.watch import Condition, WatchGroup, WatchStatus


class GroupWatch:
    """The group from `now` on. Several events are one condition: one host that answers is enough to go on.

    The manual does not say so; who wants any of several hosts to count writes a group of the same name and
    another number for each.
    """

    def __init__(self, group: WatchGroup, now: float) -> None:
        self.group = group
        self.stands = group.stands_at_first and bool(group.events)
        self._events = {
            event.number: EventWatch(event, group.timing, now + group.startup_delay, self.stands)
            for event in group.events
        }
        self._changed = now
        self._otherwise: float | None = None  # since when the events say otherwise than `stands`
        self._stood = 0
        self._restored = 0

    def due(self) -> float | None:
        """When `handle_timeout` wants to be called, None for never."""
        times = [due for event in self._events.values() if (due := event.due) is not None]
        if self._otherwise is not None:
            times.append(self._otherwise + self._delay())
        return min(times, default=None)

    def handle_timeout(self, now: float) -> tuple[int, ...]:
        """Carry on to `now`; the numbers of the events whose hosts have to be asked."""
        asked = tuple(number for number, event in self._events.items() if event.step(now))
        self._settle(now)
        return asked

    def answer(self, number: int, now: float) -> None:
        """The host of an event has answered."""
        self._events[number].answer(now)
        self._settle(now)

    def look(self, interface: str, up: bool, now: float) -> None:
        """An interface is up, or not."""
        for event in self._events.values():
            if event.event.interface == interface:
                event.look(up)
        self._settle(now)

    def watched_interfaces(self) -> frozenset[str]:
        """Those of which an event tells that they are down."""
        events = (e for e in self.group.events if e.condition is Condition.INTERFACE_DOWN)
        return frozenset(e.interface for e in events if e.interface is not None)

    def status(self, now: float, time: datetime) -> WatchStatus:
        """As it is `now`, which the wall clock calls `time`."""
        return WatchStatus(
            name=self.group.name,
            number=self.group.number,
            stands=self.stands,
            since=time - timedelta(seconds=now - self._changed),
            stood=self._stood,
            restored=self._restored,
            events=tuple(event.status() for event in self._events.values()),
        )

    def _settle(self, now: float) -> None:
        says = bool(self._events) and all(event.occurred for event in self._events.values())
        if says == self.stands:
            self._otherwise = None
            return
        if self._otherwise is None:
            self._otherwise = now
        if now < self._otherwise + self._delay():
            return
        self.stands, self._changed, self._otherwise = says, now, None
        if says:
            self._stood += 1
        else:
            self._restored += 1

    def _delay(self) -> int:
        return self.group.delay_to_restore if self.stands else self.group.delay_to_stand
