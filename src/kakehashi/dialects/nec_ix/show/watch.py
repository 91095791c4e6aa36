"""`show watch-group [NAME] [detail]`, `show network-monitor`: path monitoring (V1-22).

The words for states and counts are those of a device of release 10.11; the layout is ours.
"""

from collections.abc import Iterator

from kakehashi.dialects.nec_ix.render.watch import action_line, event_line
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status
from kakehashi.model.watch import EventStatus, RouteAction, WatchGroup, WatchStatus


def render(status: Status, gateway: Gateway) -> str:
    """Each group in short."""
    return _text(line for group in gateway.watch_groups for line in _short(group, _of(group, status)))


def render_detail(status: Status, gateway: Gateway) -> str:
    """Each group with its events, its actions and its rhythm."""
    return _text(line for group in gateway.watch_groups for line in _detail(group, _of(group, status)))


def render_monitor(status: Status, gateway: Gateway) -> str:
    """What is switched on."""
    lines: list[str] = []
    for name in dict.fromkeys(group.name for group in gateway.watch_groups):
        groups = [g for g in gateway.watch_groups if g.name == name]
        lines += [
            f"Network monitor {name} is {'enabled' if groups[0].enabled else 'disabled'}",
            f"  Startup delay is {groups[0].startup_delay} seconds",
        ]
        lines += [f"  Watch group {g.title}: {_state(_of(g, status))}" for g in groups]
    return _text(iter(lines))


def _text(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _of(group: WatchGroup, status: Status) -> WatchStatus | None:
    return next((w for w in status.watches if (w.name, w.number) == (group.name, group.number)), None)


def _state(watch: WatchStatus | None) -> str:
    if watch is None:
        return "disable"
    return "stand" if watch.stands else "normal"


def _short(group: WatchGroup, watch: WatchStatus | None) -> Iterator[str]:
    yield f"Watch group {group.title}"
    yield f"  Status: {_state(watch)}"
    if watch is not None:
        if watch.since is not None:
            yield f"  Since: {watch.since:%Y/%m/%d %H:%M:%S}"
        yield f"  Profile variance counts: {watch.stood}"
        yield f"  Profile restore counts: {watch.restored}"


def _detail(group: WatchGroup, watch: WatchStatus | None) -> Iterator[str]:
    yield from _short(group, watch)
    timing = group.timing
    yield (
        f"  Probe counter: watch {timing.echoes}, variance {timing.to_stand}, restorer {timing.to_restore}"
    )
    yield (
        f"  Probe timer: variance {timing.interval}, restorer {timing.standing_interval}, "
        f"wait {timing.wait:g} (seconds)"
    )
    states = {event.number: event for event in watch.events} if watch else {}
    for event in group.events:
        yield f"  E{event_line(event)[1:]}"
        if event.number in states:
            yield from _event(states[event.number])
    doing = "executing" if watch is not None and watch.stands else "restoration"
    for action in group.actions:
        yield f"  A{action_line(action)[1:]}"
        if watch is not None and isinstance(action, RouteAction):
            yield f"    Status: {doing}"


def _event(event: EventStatus) -> Iterator[str]:
    yield f"    Status: {'stand' if event.occurred else 'normal'}, rounds against it: {event.rounds}"
    rtt = f", last answer after {event.rtt * 1000:.1f} ms" if event.rtt is not None else ""
    yield f"    Sent: {event.sent}, received: {event.answered}{rtt}"
