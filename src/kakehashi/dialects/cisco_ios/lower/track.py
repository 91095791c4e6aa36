"""Path monitoring: operations of `ip sla`, tracked objects, and the routes that hang on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.defaults import (
    SLA_FREQUENCY,
    SLA_THRESHOLD,
    SLA_TIMEOUT,
    TRACK_GROUP,
)
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.watch import Condition, ProbeTiming, RouteAction, WatchEvent, WatchGroup

_NEVER = "pending"
_OF_INTERFACE = ProbeTiming(interval=SLA_FREQUENCY, standing_interval=SLA_FREQUENCY, wait=SLA_TIMEOUT / 1000)


@dataclass(frozen=True, slots=True)
class _Operations:
    """By number: their lines, and the lines that start them."""

    blocks: Mapping[int, Block]
    started: frozenset[int]
    interfaces: Mapping[str, Interface]
    report: Report


def read_tracks(
    document: Document, interfaces: Mapping[str, Interface], routes: Sequence[Route], report: Report
) -> tuple[WatchGroup, ...]:
    """Each tracked object as a group with one event, and the routes of which it decides as its actions."""
    operations = _operations(document, interfaces, report)
    objects = _objects(document)
    tracked = _tracked(document, routes)
    for line, (number, _) in tracked.items():
        if number not in objects:
            report.warning(
                line,
                "undefined-track",
                f"there is no tracked object {number} that could be understood; the route is always there",
                f"define `track {number} ip sla ...`",
            )
    groups = []
    for number, (opener, lines) in objects.items():
        actions = [route for of, route in tracked.values() if of == number]
        group = _group(number, opener, lines, actions, operations)
        if group is not None:
            groups.append(group)
    watched = {line.get("operation") for line, _ in objects.values()}
    for operation, block in operations.blocks.items():
        if operation not in watched:
            report.info(block.line, "unused-sla", f"no tracked object looks at the operation {operation}")
    return tuple(groups)


def _objects(document: Document) -> dict[int, tuple[Statement, list[Statement]]]:
    """The opening line that holds for each object, and the lines below all of them."""
    found: dict[int, tuple[Statement, list[Statement]]] = {}
    for line in document.statements("track ip sla", "track interface"):
        number = line.get("object")
        if line.negated:
            found.pop(number, None)
            continue
        before = found.get(number)
        below = before[1] if before and before[0].values == line.values else []
        found[number] = (line, [*below, *(s for s in line.body if isinstance(s, Statement))])
    return found


def _operations(document: Document, interfaces: Mapping[str, Interface], report: Report) -> _Operations:
    blocks = read_blocks(document, "ip sla", lambda line: _word(line.get("operation")))
    started: set[int] = set()
    for line in document.statements("ip sla schedule"):
        number = line.get("operation")
        start, life = _last(line.get("start")), _last(line.get("life"))
        if line.negated or start in (None, _NEVER):
            started.discard(number)
            continue
        started.add(number)
        if str(number) not in blocks:
            report.warning(
                line.line,
                "undefined-sla",
                f"`ip sla schedule` starts the operation {number}, and there is none of that number",
                f"define `ip sla {number}`",
            )
        elif start != "now" or line.get("recurring") or life:
            report.warning(
                line.line,
                "sla-always",
                f"the operation {number} is not always to run; here it runs from the start to the end",
                f"write `ip sla schedule {number} life forever start-time now`",
            )
    return _Operations({int(n): b for n, b in blocks.items()}, frozenset(started), interfaces, report)


def _last(value: Any) -> Any:
    """Of an option that may be written more than once, the last."""
    return value[-1] if isinstance(value, tuple) else value


def _word(number: int | None) -> str | None:
    return None if number is None else str(number)


def _group(
    number: int,
    opener: Statement,
    lines: list[Statement],
    actions: list[RouteAction],
    operations: _Operations,
) -> WatchGroup | None:
    report = operations.report
    source = report.source(opener.line)
    event: WatchEvent | None
    if opener.key == "track interface":
        timing = _OF_INTERFACE
        name = interface_of(opener, "interface")
        event = WatchEvent(number=1, condition=Condition.INTERFACE_DOWN, interface=name, source=source)
        if name not in operations.interfaces:
            report.warning(
                opener.line,
                "undefined-interface",
                f"the tracked object {number} looks at {name}, which has no `interface` block",
            )
    else:
        timing, event = _echo(opener, operations)
    if event is None:
        return None
    delay = next((s for s in reversed(lines) if s.key == "delay"), None)
    delays = {} if delay is None or delay.negated else delay.values
    if not actions:
        report.info(opener.line, "unused-track", f"nothing hangs on the tracked object {number}")
    return WatchGroup(
        name=TRACK_GROUP,
        number=number,
        timing=timing,
        events=(event,),
        actions=tuple(actions),
        # Until the first answer the device takes the host for unreachable.
        stands_at_first=event.host is not None,
        delay_to_stand=delays.get("down", 0),
        delay_to_restore=delays.get("up", 0),
        source=source,
    )


def _echo(opener: Statement, operations: _Operations) -> tuple[ProbeTiming, WatchEvent | None]:
    """What the object's operation asks, and how often."""
    number, report = opener.get("operation"), operations.report
    block = operations.blocks.get(number)
    echo = block.last("icmp-echo") if block else None
    if block is None or echo is None:
        what = "there is none of that number" if block is None else "it asks nobody that could be understood"
        report.warning(
            opener.line,
            "undefined-sla",
            f"the tracked object {opener.get('object')} looks at the operation {number}, and {what}; what "
            "hangs on it is always there",
            f"define `ip sla {number}` with `icmp-echo`",
        )
        return _OF_INTERFACE, None
    if number not in operations.started:
        report.warning(
            block.line,
            "unscheduled-sla",
            f"nothing starts the operation {number}: what hangs on it is never there",
            f"add `ip sla schedule {number} life forever start-time now`",
        )
    frequency = _value(block, "frequency", "seconds", SLA_FREQUENCY)
    timeout = _value(block, "timeout", "milliseconds", SLA_TIMEOUT)
    threshold = _value(block, "threshold", "milliseconds", SLA_THRESHOLD)
    if threshold > timeout and block.last("threshold"):
        report.warning(
            block.line,
            "sla-threshold",
            f"the threshold of the operation {number} is larger than its timeout: the device refuses that",
            "make `threshold` the smaller one",
        )
    source = echo.get("source") or interface_of(echo, "source interface")
    if isinstance(source, str) and source not in operations.interfaces:
        report.warning(
            echo.line,
            "undefined-interface",
            f"the operation {number} takes its address from {source}, which has no `interface` block",
        )
    # `state` is what holds where neither word is written.
    within = not opener.get("reachability", False)
    event = WatchEvent(
        number=number,
        condition=Condition.UNREACHABLE,
        host=echo.get("host"),
        source_address=source,
        threshold=threshold / 1000 if within else None,
        runs=number in operations.started,
        source=report.source(echo.line),
    )
    return ProbeTiming(interval=frequency, standing_interval=frequency, wait=timeout / 1000), event


def _value(block: Block, key: str, name: str, default: int) -> int:
    line = block.last(key)
    return int(line.get(name)) if line else default


def _tracked(document: Document, routes: Sequence[Route]) -> dict[int, tuple[int, RouteAction]]:
    """By the line of each route that hangs on an object: its number, and the action that takes it out."""
    there = {route.source.line: route for route in routes if route.source}
    found: dict[int, tuple[int, RouteAction]] = {}
    for line in document.statements("ip route", "ipv6 route"):
        route = there.get(line.line)
        number = _last(line.get("track"))
        if route is None or number is None or line.negated:
            continue
        action = RouteAction(
            number=len(found) + 1,
            destination=route.destination,
            interface=route.interface,
            next_hop=route.next_hop,
            source=route.source,
        )
        found[line.line] = (number, action)
    return found
