"""Everything that happened while the traffic went, in the order of time."""

import enum
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kakehashi.lab.outage.gaps import Direction


class What(enum.Enum):
    """What an entry tells of."""

    OUTAGE = "outage"
    LAB = "lab"
    TUNNEL_UP = "tunnel up"
    TUNNEL_DOWN = "tunnel down"
    EVENT = "event"
    LOST = "traffic lost"
    BACK = "traffic back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `at`: seconds after the traffic began. `times`: so often, the last `until`.

    `tunnel`: the interface, "" where it is of none. `name`: the event's, for machines.
    """

    at: float
    what: What
    device: str
    text: str
    tunnel: str = ""
    name: str = ""
    times: int = 1
    until: float | None = None


_TOLD = frozenset({"error", "warning", "notice"})
_RUNNING = "running"
_CREATED, _REKEYED, _DELETED = "child-sa-created", "child-sa-rekeyed", "child-sa-deleted"
# What is of no account for an outage, or is told as the tunnel's state.
_SILENT = frozenset({_REKEYED, "ike-sa-rekeyed", "host", _CREATED, _DELETED, "ike-sa-deleted"})
_REPEATS = 60.0  # seconds in which the same sentence counts as one that is repeated
_SPI = re.compile(r"\b(Child SA|IPsec SA) [0-9a-f]{8} ")


def told(device: str, log: str, start: float) -> list[Entry]:
    """What a gateway's log tells from `start` on, which is seconds since the epoch."""
    sas: defaultdict[str, set[str]] = defaultdict(set)
    found: list[Entry] = []
    for event in _events(log):
        at = datetime.fromisoformat(str(event["time"])).timestamp() - start
        entry = _state(device, at, event, sas) or _event(device, at, event)
        if entry is not None and at >= 0:
            found.append(entry)
    return _gathered(found)


def traffic(directions: Iterable[Direction]) -> Iterator[Entry]:
    """When traffic was lost and back, a line for all directions to which the same happened at once."""
    at: defaultdict[tuple[int, What], list[tuple[float, str]]] = defaultdict(list)
    for direction in directions:
        for gap in direction.gaps:
            at[round(gap.begun), What.LOST].append((gap.begun, str(direction)))
            if gap.ended is not None:
                at[round(gap.ended), What.BACK].append((gap.ended, str(direction)))
    for (_, what), all_ in at.items():
        names = sorted({name for _, name in all_})
        text = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        yield Entry(at=min(moment for moment, _ in all_), what=what, device="", text=text)


def _events(log: str) -> Iterator[Mapping[str, Any]]:
    for line in log.splitlines():
        if line.startswith("{"):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("time"):
                yield event


def _state(device: str, at: float, event: Mapping[str, Any], sas: defaultdict[str, set[str]]) -> Entry | None:
    """The tunnel's SAs after the event: an entry where it has got its first one or lost the last one."""
    tunnel, name = str(event.get("tunnel", "")), event.get("event")
    details = event.get("details") or {}
    spi = str(details.get("spi_in", ""))
    if name == _RUNNING:
        sas.clear()
    if name not in (_CREATED, _REKEYED, _DELETED) or not spi:
        return None
    own = sas[tunnel]
    had = bool(own)
    own.discard(str(details.get("replaces", "")))
    if name == _DELETED:
        own.discard(spi)
    else:
        own.add(spi)
    if had == bool(own):
        return None
    what = What.TUNNEL_UP if own else What.TUNNEL_DOWN
    text = str(details.get("reason") or "") if what is What.TUNNEL_DOWN else str(event.get("message"))
    return Entry(at=at, what=what, device=device, text=_plain(text), tunnel=tunnel, name=str(name))


def _event(device: str, at: float, event: Mapping[str, Any]) -> Entry | None:
    if event.get("level") not in _TOLD or event.get("event") in _SILENT:
        return None
    return Entry(
        at=at,
        what=What.EVENT,
        device=device,
        text=_plain(str(event.get("message"))),
        tunnel=str(event.get("tunnel", "")),
        name=str(event.get("event")),
    )


def _plain(text: str) -> str:
    """Without the numbers that nobody looks for in a report."""
    text = _SPI.sub(r"\1 ", text)
    return re.sub(r": SPIs .*? out, ", ": ", text)


def _gathered(entries: Iterable[Entry]) -> list[Entry]:
    """What is said again and again stands there once."""
    found: list[Entry] = []
    last: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        key = (entry.tunnel, entry.name, entry.text)
        index = last.get(key)
        if entry.what is What.EVENT and index is not None:
            before = found[index]
            if entry.at - (before.until or before.at) < _REPEATS:
                found[index] = replace(before, times=before.times + 1, until=entry.at)
                continue
        last[key] = len(found)
        found.append(entry)
    return found
