"""`watch-group` and `network-monitor`."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from kakehashi.dialects.nec_ix.defaults import PROBES
from kakehashi.dialects.rendering import Losses, is_word
from kakehashi.model.gateway import Gateway
from kakehashi.model.watch import (
    ClearSaAction,
    Condition,
    ProbeTiming,
    RouteAction,
    WatchAction,
    WatchEvent,
    WatchGroup,
)

_CONDITIONS = {Condition.UNREACHABLE: "unreach-host", Condition.REACHABLE: "reach-host"}
_COUNTERS = {"watch": "echoes", "variance": "to_stand", "restorer": "to_restore"}
_TIMERS = {"variance": "interval", "restorer": "standing_interval", "wait": "wait"}


def watch_sections(gateway: Gateway, losses: Losses) -> Iterator[list[str]]:
    """The lines of each group, and the ones that switch groups on."""
    switches: dict[str, None] = {}
    for group in gateway.watch_groups:
        if not losses.unless(
            is_word(group.name), group.source, f"watch group {group.name}", "its name is not one word"
        ):
            continue
        yield [f"watch-group {group.name} {group.number}", *_body(group, gateway, losses)]
        if group.startup_delay:
            switches[f"network-monitor {group.name} startup-delay {group.startup_delay}"] = None
        if any(event.directed for event in group.events):
            switches[f"network-monitor {group.name} directed-response"] = None
        if group.enabled:
            switches[f"network-monitor {group.name} enable"] = None
    yield list(switches)


def _body(group: WatchGroup, gateway: Gateway, losses: Losses) -> Iterator[str]:
    if group.stands_at_first:
        what = f"watch group {group.title}: its actions hold until its hosts have answered"
        losses.add(group.source, what, "the device begins with what is watched being there")
    for event in group.events:
        if said := _event(event, group, gateway, losses):
            yield f"  {event_line(said)}"
    for action in group.actions:
        yield f"  {action_line(action)}"
    for line in _timing(group.timing, group, losses):
        yield f"  {line}"


def event_line(event: WatchEvent) -> str:
    """The line of an event that the device has words for."""
    word = _CONDITIONS.get(event.condition, event.condition.value)
    ip = "ipv6" if event.host and event.host.version == 6 else "ip"
    line = f"event {event.number} {ip} {word} {event.host} {event.interface}"
    return f"{line} source {event.source_address}" if event.source_address else line


def action_line(action: WatchAction) -> str:
    """The line of an action."""
    if isinstance(action, ClearSaAction):
        line = f"action {action.number} ipsec clear-sa {action.tunnel}"
        return f"{line} policy {action.policy}" if action.policy else line
    ip = "ip" if action.destination.version == 4 else "ipv6"
    verb = "resume-route" if action.resumes else "shutdown-route"
    # The device does not take `default` here.
    by = action.interface or action.next_hop
    return f"action {action.number} {ip} {verb} {action.destination} {by}"


def _event(event: WatchEvent, group: WatchGroup, gateway: Gateway, losses: Losses) -> WatchEvent | None:
    """The event as the device can have it."""
    what = f"event {event.number} of watch group {group.title}"
    if event.condition not in _CONDITIONS or event.host is None:
        losses.add(event.source, f"{what}: {event.condition.value}", "it is not written for the device")
        return None
    interface = event.interface or _by_actions(group)
    if interface is None:
        losses.add(event.source, what, "the device must be told by which interface it asks")
        return None
    if not event.runs:
        losses.add(event.source, f"{what}: it is never started", "on the device it is")
    if event.threshold is not None:
        losses.add(event.source, f"{what}: late answers count as none", "the device only waits for so long")
    source = _interface_with(event, gateway)
    if event.source_address is not None and source is None:
        losses.add(
            event.source, f"{what}: the source {event.source_address}", "no interface has that address"
        )
    return replace(event, interface=interface, source_address=source)


def _by_actions(group: WatchGroup) -> str | None:
    """The one interface that all its routes lead by."""
    found = {a.interface for a in group.actions if isinstance(a, RouteAction)}
    return found.pop() if len(found) == 1 else None


def _interface_with(event: WatchEvent, gateway: Gateway) -> str | None:
    if event.source_address is None or isinstance(event.source_address, str):
        return event.source_address
    holders = (i.name for i in gateway.interfaces if any(a.ip == event.source_address for a in i.addresses))
    return next(holders, None)


def _timing(timing: ProbeTiming, group: WatchGroup, losses: Losses) -> Iterator[str]:
    """The lines of what is not the default. Delays become more rounds."""
    values = {
        "echoes": timing.echoes,
        "to_stand": timing.to_stand + ceil(group.delay_to_stand / timing.interval),
        "to_restore": timing.to_restore + ceil(group.delay_to_restore / timing.standing_interval),
        "interval": timing.interval,
        "standing_interval": timing.standing_interval,
        "wait": ceil(timing.wait),
    }
    for kind, names, highest in (("probe-counter", _COUNTERS, 255), ("probe-timer", _TIMERS, 65535)):
        for word, name in names.items():
            what = f"{kind} {word} of watch group {group.title}"
            value = losses.within(values[name], 1, highest, group.source, what)
            if value != getattr(PROBES, name):
                yield f"{kind} {word} {value}"
