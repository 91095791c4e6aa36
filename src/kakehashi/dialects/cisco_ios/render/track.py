"""`ip sla`, `track`, and which object a route hangs on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kakehashi.dialects.cisco_ios.defaults import SLA_FREQUENCY, SLA_THRESHOLD, SLA_TIMEOUT, TRACK_GROUP
from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import Gateway, Route
from kakehashi.model.watch import Condition, RouteAction, WatchEvent, WatchGroup

_LONGEST_DELAY = 180


@dataclass(slots=True)
class Tracks:
    """The lines of all objects, and the number of the object that each route hangs on."""

    lines: list[str] = field(default_factory=list)
    of_route: dict[Route, int] = field(default_factory=dict)


def tracks(gateway: Gateway, losses: Losses) -> Tracks:
    """What path monitoring needs."""
    made = Tracks()
    numbers = _numbers(gateway)
    fitting = [group for group in gateway.watch_groups if _fits(group, losses)]
    operations: dict[int, list[str]] = {}
    # Who asks for reachability does not mind what threshold the operation has for others.
    placed = {
        group.title: _place(
            event.number, _operation(group, event, losses), operations, event.threshold is None
        )
        for group in sorted(fitting, key=lambda g: g.events[0].threshold is None)
        if (event := group.events[0]).host is not None
    }
    for group in fitting:
        number, event = numbers[group.title], group.events[0]
        if event.host is None:
            made.lines.append(f"track {number} interface {event.interface} line-protocol")
        else:
            word = "reachability" if event.threshold is None else "state"
            made.lines.append(f"track {number} ip sla {placed[group.title]} {word}")
        made.lines += _delay(group, losses)
        for action in group.actions:
            if isinstance(action, RouteAction) and not action.resumes:
                for route in gateway.routes:
                    if action.is_about(route.destination, route.interface, route.next_hop):
                        _hang(route, number, made.of_route, losses)
            else:
                losses.add(
                    action.source, f"action {action.number} of {group.title}", "a track has routes only"
                )
    made.lines[:0] = [line for lines in operations.values() for line in lines]
    return made


def _numbers(gateway: Gateway) -> Mapping[str, int]:
    """A number of its own for each group: the one that it had, or the next that is free."""
    taken = {g.number for g in gateway.watch_groups if g.name == TRACK_GROUP}
    found: dict[str, int] = {}
    for group in gateway.watch_groups:
        number = group.number
        if group.name != TRACK_GROUP:
            number = next(n for n in range(1, 1001) if n not in taken)
            taken.add(number)
        found[group.title] = number
    return found


def _fits(group: WatchGroup, losses: Losses) -> bool:
    what = f"path monitoring {group.title}"
    if not losses.unless(group.enabled, group.source, what, "it is not switched on, and a track always is"):
        return False
    if not losses.unless(len(group.events) == 1, group.source, what, "a track looks at one thing"):
        return False
    event = group.events[0]
    known = event.condition in (Condition.UNREACHABLE, Condition.INTERFACE_DOWN)
    return losses.unless(known, event.source, what, "a track is down while the host does not answer")


def _operation(group: WatchGroup, event: WatchEvent, losses: Losses) -> list[str]:
    """The lines of an operation without its number, and whether it is started."""
    timing, what = group.timing, f"path monitoring {group.title}"
    source = event.source_address if event.source_address is not None else event.interface
    word = "source-interface" if isinstance(source, str) else "source-ip"
    of = f" {word} {source}" if source is not None else ""
    if event.interface is not None:
        said = f"{what}: requests leave by {event.interface}"
        losses.add(
            event.source, said, "the device asks by its routing table: give the host a route of its own"
        )
    if event.directed:
        losses.add(event.source, f"{what}: answers count by one interface", "the device takes any")
    if group.startup_delay:
        losses.add(group.source, f"{what}: a delay after the start", "the device has none")
    losses.unless(
        timing.echoes == 1, group.source, f"{what}: {timing.echoes} requests a round", "it sends one"
    )
    same = timing.interval == timing.standing_interval
    losses.unless(same, group.source, f"{what}: two intervals", f"one of {timing.interval} s is written")
    lines = [f" icmp-echo {event.host}{of}"]
    wait = round(timing.wait * 1000)
    threshold = SLA_THRESHOLD if event.threshold is None else round(event.threshold * 1000)
    if event.threshold is None and wait < SLA_THRESHOLD:
        threshold = wait  # the device wants it to be no larger than the timeout
    if threshold != SLA_THRESHOLD:
        lines.append(f" threshold {threshold}")
    if wait != SLA_TIMEOUT:
        lines.append(f" timeout {wait}")
    if timing.interval != SLA_FREQUENCY:
        lines.append(f" frequency {timing.interval}")
    if event.runs:
        lines.append("ip sla schedule {} life forever start-time now")
    return lines


def _place(wanted: int, lines: list[str], operations: dict[int, list[str]], any_threshold: bool) -> int:
    """The number under which an operation is written: its own, or a free one where another has that."""

    def counted(of: list[str]) -> list[str]:
        return [line for line in of if not (any_threshold and line.startswith(" threshold"))]

    def written(number: int) -> list[str]:
        return [f"ip sla {number}", *(line.format(number) for line in lines)]

    number = wanted
    while number in operations and counted(operations[number]) != counted(written(number)):
        number += 1
    operations.setdefault(number, written(number))
    return number


def _delay(group: WatchGroup, losses: Losses) -> Iterator[str]:
    """Rounds in a row are a delay, too."""
    timing, what = group.timing, f"path monitoring {group.title}: delay"
    down = group.delay_to_stand + timing.interval * (timing.to_stand - 1)
    up = group.delay_to_restore + timing.standing_interval * (timing.to_restore - 1)
    words = [
        f"{word} {losses.within(seconds, 0, _LONGEST_DELAY, group.source, what)}"
        for word, seconds in (("down", down), ("up", up))
        if seconds
    ]
    if words:
        yield f" delay {' '.join(words)}"


def _hang(route: Route, number: int, of_route: dict[Route, int], losses: Losses) -> None:
    if of_route.setdefault(route, number) != number:
        losses.add(
            route.source, f"route to {route.destination} by track {number}", "a route hangs on one track"
        )
