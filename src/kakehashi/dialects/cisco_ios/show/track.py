"""`show track`, `show ip sla statistics`: path monitoring."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kakehashi.dialects.cisco_ios.render.track import tracks
from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status
from kakehashi.model.watch import EventStatus, WatchEvent, WatchGroup, WatchStatus


def render(status: Status, gateway: Gateway, number: int | None = None) -> str:
    """Each tracked object."""
    hanging = tracks(gateway, Losses()).of_route.values()
    lines: list[str] = []
    for group in gateway.watch_groups:
        if number in (None, group.number):
            lines += _object(group, _of(group, status), group.number in hanging, status.time)
    return _text(lines)


def render_statistics(status: Status, gateway: Gateway, number: int | None = None) -> str:
    """Each operation, once."""
    lines = ["IPSLAs Latest Operation Statistics", ""]
    seen: set[int] = set()
    for group in gateway.watch_groups:
        watch = _of(group, status)
        for event in group.events:
            if event.host is None or event.number in seen or number not in (None, event.number):
                continue
            seen.add(event.number)
            lines += _operation(event, _event(event, watch))
    return _text(lines)


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _of(group: WatchGroup, status: Status) -> WatchStatus | None:
    return next((w for w in status.watches if (w.name, w.number) == (group.name, group.number)), None)


def _event(event: WatchEvent, watch: WatchStatus | None) -> EventStatus:
    found = (e for e in (watch.events if watch else ()) if e.number == event.number)
    return next(found, EventStatus(number=event.number))


def _object(group: WatchGroup, watch: WatchStatus | None, tracked: bool, now: datetime) -> Iterator[str]:
    event = group.events[0]
    state = "Down" if watch is None or watch.stands else "Up"
    yield f"Track {group.number}"
    if event.host is None:
        yield f"  Interface {event.interface} line-protocol"
        yield f"  Line protocol is {state}"
    else:
        word = "state" if event.threshold is not None else "reachability"
        yield f"  IP SLA {event.number} {word}"
        yield f"  {word.capitalize()} is {state}"
    if watch is not None:
        changes = watch.stood + watch.restored
        since = now - (watch.since or now)
        yield f"    {changes} change{'' if changes == 1 else 's'}, last change {_clock(since)}"
    if group.delay_to_restore or group.delay_to_stand:
        yield f"  Delay up {group.delay_to_restore} secs, down {group.delay_to_stand} secs"
    if event.host is not None:
        latest = _event(event, watch)
        yield f"  Latest operation return code: {_code(latest)}"
        if latest.rtt is not None:
            yield f"  Latest RTT (millisecs) {round(latest.rtt * 1000)}"
    if tracked:
        yield from ("  Tracked by:", "    Static IP Routing 0")


def _operation(event: WatchEvent, latest: EventStatus) -> Iterator[str]:
    yield f"IPSLA operation id: {event.number}"
    if latest.rtt is not None:
        yield f"        Latest RTT: {round(latest.rtt * 1000)} milliseconds"
    else:
        yield "        Latest RTT: NoConnection/Busy/Timeout"
    yield f"Latest operation return code: {_code(latest)}"
    yield f"Number of successes: {latest.answered}"
    yield f"Number of failures: {max(latest.sent - latest.answered, 0)}"
    yield f"Operation time to live: {'Forever' if event.runs else 0}"
    yield ""


def _code(latest: EventStatus) -> str:
    if not latest.sent:
        return "Unknown"
    return "OK" if latest.rtt is not None else "Timeout"


def _clock(since: timedelta) -> str:
    seconds = max(int(since.total_seconds()), 0)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
