"""Path monitoring: watch groups (V1-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix.defaults import PROBES
from kakehashi.dialects.nec_ix.lower.names import Named, read_about
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.tunnel import Tunnel
from kakehashi.model.watch import (
    ClearSaAction,
    Condition,
    ProbeTiming,
    RouteAction,
    WatchAction,
    WatchEvent,
    WatchGroup,
)

_CONDITIONS = {"unreach-host": Condition.UNREACHABLE, "reach-host": Condition.REACHABLE}
_COUNTERS = {"watch": "echoes", "variance": "to_stand", "restorer": "to_restore"}
_TIMERS = {"variance": "interval", "restorer": "standing_interval", "wait": "wait"}


@dataclass(slots=True)
class _Groups:
    """What is said of the groups outside of them, by name; and what they refer to."""

    enabled: Mapping[str | None, Statement]
    delays: Mapping[str | None, Statement]
    directed: Mapping[str | None, Statement]
    interfaces: Mapping[str, Interface]
    routes: Sequence[Route]
    tunnels: frozenset[str]
    report: Report
    own: frozenset[object] = field(init=False)

    def __post_init__(self) -> None:
        self.own = frozenset(a.ip for i in self.interfaces.values() for a in i.addresses)


def read_watch_groups(
    document: Document,
    interfaces: Mapping[str, Interface],
    routes: Sequence[Route],
    tunnels: Sequence[Tunnel],
    report: Report,
) -> tuple[WatchGroup, ...]:
    """The watch groups in their order. Of one name there may be several, by number."""
    blocks = read_blocks(document, "watch-group", _title)
    named = Named(
        "watch group", "undefined-watch-group", {b.opener.get("name"): b.opener for b in blocks.values()}
    )
    around = _Groups(
        enabled=read_about(document, "network-monitor", named, report),
        delays=read_about(document, "network-monitor startup-delay", named, report),
        directed=read_about(document, "network-monitor directed-response", named, report),
        interfaces=interfaces,
        routes=routes,
        tunnels=frozenset(t.interface for t in tunnels),
        report=report,
    )
    return tuple(_group(block, around) for block in blocks.values())


def _title(statement: Statement) -> str | None:
    """Its name and its number, where the line has both."""
    name, number = statement.get("name"), statement.get("priority")
    return None if name is None or number is None else f"{name} {number}"


def _group(block: Block, around: _Groups) -> WatchGroup:
    name = block.opener.get("name")
    delay = around.delays.get(name)
    group = WatchGroup(
        name=name,
        number=block.opener.get("priority"),
        timing=_timing(block),
        events=_events(block, name in around.directed, around.report),
        actions=_actions(block, around.report),
        enabled=name in around.enabled,
        startup_delay=delay.get("value") if delay else 0,
        source=around.report.source(block.line),
    )
    _check(group, around)
    return group


def _numbered(block: Block, kind: str) -> list[Statement]:
    """The lines of a kind, the last of each number, without those that `no` takes away."""
    found: dict[int | None, Statement] = {}
    for line in block.lines:
        if not line.key.startswith(f"{kind} ") or line.key.endswith(" others"):
            continue
        if not line.negated:
            found[line.get("number")] = line
        elif "number" in line.values:
            found.pop(line.get("number"), None)
        else:
            found.clear()
    return list(found.values())


def _events(block: Block, directed: bool, report: Report) -> tuple[WatchEvent, ...]:
    return tuple(
        WatchEvent(
            number=line.get("number"),
            condition=_CONDITIONS[line.get("condition")],
            host=line.get("host"),
            interface=line.get("interface"),
            source_address=line.get("source"),
            directed=directed,
            source=report.source(line.line),
        )
        for line in _numbered(block, "event")
    )


def _timing(block: Block) -> ProbeTiming:
    changes = {
        name: line.get("value")
        for kind, names in (("probe-counter", _COUNTERS), ("probe-timer", _TIMERS))
        for word, name in names.items()
        if (line := block.last(f"{kind} {word}"))
    }
    return replace(PROBES, **changes)


def _actions(block: Block, report: Report) -> tuple[WatchAction, ...]:
    actions: list[WatchAction] = []
    for line in _numbered(block, "action"):
        number, source = line.get("number"), report.source(line.line)
        if line.key == "action ipsec":
            clear = ClearSaAction(
                number=number, tunnel=line.get("tunnel"), policy=line.get("policy", ""), source=source
            )
            actions.append(clear)
            continue
        actions.append(
            RouteAction(
                number=number,
                destination=line.get("prefix"),
                interface=line.get("interface"),
                next_hop=line.get("next_hop"),
                resumes=line.get("resumes"),
                source=source,
            )
        )
    return tuple(actions)


def _check(group: WatchGroup, around: _Groups) -> None:
    line, report = _line(group), around.report
    if not group.enabled:
        report.info(
            line,
            "unused-watch-group",
            f"the watch group `{group.name}` is not switched on",
            f"add `network-monitor {group.name} enable`",
            name=group.name,
        )
    for event in group.events:
        _check_event(event, around)
    for action in group.actions:
        if isinstance(action, ClearSaAction):
            _check_tunnel(action, around)
        else:
            _check_route(action, around)
    if group.enabled and not group.events:
        report.warning(
            line,
            "incomplete",
            f"the watch group `{group.title}` watches nothing; its actions never come",
            "add an `event`",
        )
    withdrawn = [a for a in group.actions if isinstance(a, RouteAction) and not a.resumes]
    for resumed in (a for a in group.actions if isinstance(a, RouteAction) and a.resumes):
        if any(replace(a, number=resumed.number, resumes=True) == resumed for a in withdrawn):
            report.warning(
                _line(resumed),
                "watch-stays",
                f"the watch group `{group.title}` withdraws the route to {resumed.destination} and resumes "
                "it at the same time: the route stays",
                "take the `resume-route` out: what is withdrawn comes back by itself",
            )


def _check_event(event: WatchEvent, around: _Groups) -> None:
    for name in (event.interface, event.source_address):
        if isinstance(name, str) and name not in around.interfaces:
            around.report.warning(
                _line(event),
                "undefined-interface",
                f"event {event.number} names {name}, which has no `interface` block",
            )
    if event.host in around.own:
        around.report.warning(
            _line(event),
            "watched-own-address",
            f"event {event.number} watches {event.host}, an address of this device; the device does not do "
            "that (manual 2.19.1)",
            "watch a host behind the interface",
        )


def _check_tunnel(action: ClearSaAction, around: _Groups) -> None:
    if action.tunnel not in around.tunnels:
        around.report.warning(
            _line(action),
            "undefined-interface",
            f"action {action.number} deletes the SAs of {action.tunnel}, which is no tunnel",
        )


def _check_route(action: RouteAction, around: _Groups) -> None:
    if not any(action.is_about(r.destination, r.interface, r.next_hop) for r in around.routes):
        by = action.interface or action.next_hop
        around.report.warning(
            _line(action),
            "undefined-route",
            f"action {action.number} is about a route to {action.destination} by {by}, and no line sets such "
            "a static route",
            "write the prefix and the interface as in `ip route`",
        )


def _line(thing: WatchGroup | WatchEvent | WatchAction) -> int:
    return thing.source.line if thing.source else 0
