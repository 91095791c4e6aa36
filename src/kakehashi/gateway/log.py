"""The event log: on standard error, in a buffer, to terminals and to log hosts (V2-52).

One event is one line, for people or as JSON for machines. docs/logs.md lists the events.
"""

import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TextIO

from kakehashi.ike.effects import Event, Level
from kakehashi.model.address import Path
from kakehashi.model.logging import Severity, Threshold

# What the gateway itself says; the core says "ikev2", "IKE" for IKEv1's phase 1, and "IPsec" (V2-52).
FACILITY = "gateway"
REMEMBERED = 500  # lines

_LEVELS = {level: level.name.lower() for level in Level}
_encode = json.JSONEncoder(ensure_ascii=False).encode
_NOTHING: Mapping[str, str | int] = {}


@dataclass(frozen=True, slots=True)
class LogOptions:
    """`level`: that and what is worse is told."""

    level: Level = Level.NOTICE
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event with its time, from the core or from the gateway itself. `subject` is V2-52's name for it."""

    time: datetime
    level: Level
    subject: str
    name: str
    message: str
    tunnel: str = ""
    path: Path | None = None
    spi_i: bytes = b""
    spi_r: bytes = b""
    details: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence, whatever a peer has put into it, as one line that colours no terminal."""
        return _printable(self.message)

    @property
    def plain(self) -> str:
        """`2026-01-02 03:04:05.678 notice ikev2 Tunnel0.0: message`."""
        stamp = self.time.isoformat(" ", "milliseconds")[:23]  # without the offset
        where = f" {self.tunnel}" if self.tunnel else ""
        return f"{stamp} {_LEVELS[self.level]} {self.subject}{where}: {self.text}"

    @property
    def json(self) -> str:
        """Everything, as an object in one line."""
        return _encode(
            {
                "time": self.time.isoformat(timespec="milliseconds"),
                "level": _LEVELS[self.level],
                "facility": self.subject,
                "event": self.name,
                "tunnel": self.tunnel,
                "peer": str(self.path.remote.ip) if self.path else str(self.details.get("peer", "")),
                "path": str(self.path) if self.path else "",
                "spi_i": self.spi_i.hex(),
                "spi_r": self.spi_r.hex(),
                "message": self.message,
                "details": dict(self.details),
            }
        )


def entry_of(event: Event, time: datetime) -> Entry:
    """An event of the core."""
    return Entry(
        time=time,
        level=event.level,
        subject=event.facility,
        name=str(event.name),
        message=event.message,
        tunnel=event.tunnel,
        path=event.path,
        spi_i=event.spi_i,
        spi_r=event.spi_r,
        details=event.details,
    )


def _printable(message: str) -> str:
    if message.isprintable():
        return message
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


class Sink(Protocol):
    """Who is told. `threshold`: of what."""

    @property
    def threshold(self) -> Threshold: ...

    def take(self, entry: Entry) -> None:
        """Be told at once; never wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """A terminal that is told the log: `hear` is called with each line."""

    threshold: Threshold
    hear: Callable[[str], None]

    def take(self, entry: Entry) -> None:
        self.hear(entry.plain)


class Log:
    """Writes events, at the next `flush` or `say`. `clock` gives the wall-clock time."""

    def __init__(
        self, options: LogOptions, clock: Callable[[], datetime], stream: TextIO | None = None
    ) -> None:
        self._options = options
        self._clock = clock
        self._stream = stream or sys.stderr
        self._waiting: list[str] = []
        self._sinks: list[Sink] = []
        self._buffer = _buffered_as(options)
        self.level = options.level  # that and what is worse somebody reads
        self.heard: Callable[[Level], None] = lambda level: None  # called when that is another
        self.last: deque[str] = deque(maxlen=REMEMBERED)
        self.buffered = 0

    @property
    def terminals(self) -> int:
        """How many are told the log now."""
        return sum(isinstance(sink, Listener) for sink in self._sinks)

    def event(self, event: Event) -> None:
        """Tell it, if it is bad enough to be told."""
        if event.level <= self.level:
            self._tell(entry_of(event, self._clock()))

    def say(
        self,
        level: Level,
        message: str,
        tunnel: str = "",
        name: str = "gateway",
        details: Mapping[str, str | int] = _NOTHING,
    ) -> None:
        """Something that the gateway itself has to say; `name` is stable for machines."""
        if level > self.level:
            return
        self._tell(
            Entry(
                time=self._clock(),
                level=level,
                subject=FACILITY,
                name=name,
                message=message,
                tunnel=tunnel,
                details=details,
            )
        )
        self.flush()

    def remember(self, buffer: Threshold | None) -> None:
        """What the buffer takes from now on; None: what standard error is told."""
        self._buffer = _buffered_as(self._options) if buffer is None else buffer
        self._set_level()

    def join(self, sink: Sink) -> None:
        """Tell it from now on."""
        self._sinks = [*self._sinks, sink]
        self._set_level()

    def leave(self, sink: Sink) -> None:
        """Tell it nothing more."""
        self._sinks = [other for other in self._sinks if other is not sink]
        self._set_level()

    def _set_level(self) -> None:
        thresholds = [self._buffer, *(sink.threshold for sink in self._sinks)]
        wanted = [loosest for each in thresholds if (loosest := each.loosest) is not None]
        before, self.level = self.level, Level(max([self._options.level, *wanted, Level.ERROR]))
        if self.level != before:
            self.heard(self.level)

    def _tell(self, entry: Entry) -> None:
        plain = entry.plain  # somebody wants it: the core makes no event that nobody reads
        if self._buffer.admits(entry.subject, entry.level):
            self.last.append(plain)
            self.buffered += 1
        for sink in self._sinks:
            if sink.threshold.admits(entry.subject, entry.level):
                sink.take(entry)
        if entry.level <= self._options.level:
            self._waiting.append(entry.json if self._options.as_json else plain)

    def flush(self) -> None:
        """Write what waits, all lines at once."""
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        try:
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()
        except (OSError, ValueError):
            pass  # nobody listens any more; the tunnels matter more than their log


def _buffered_as(options: LogOptions) -> Threshold:
    return Threshold(Severity(options.level))
