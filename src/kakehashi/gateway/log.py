"""The event log on standard error, one line an event: for people, or as JSON for machines (V2-52)."""

import json
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from kakehashi.ike.effects import Event, Level

# What the gateway itself says; the core says "ikev2", "IKE" for IKEv1's phase 1, and "IPsec" (V2-52).
FACILITY = "gateway"
REMEMBERED = 500  # lines

_LEVELS = {level: level.name.lower() for level in Level}
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class LogOptions:
    """`level`: that and what is worse is told."""

    level: Level = Level.NOTICE
    as_json: bool = False


def line(event: Event, time: datetime, as_json: bool) -> str:
    """The event in one line, whatever a peer has put into its sentence."""
    if as_json:
        return _encode(
            {
                "time": time.isoformat(timespec="milliseconds"),
                "level": _LEVELS[event.level],
                "facility": event.facility,
                "event": str(event.name),
                "tunnel": event.tunnel,
                "path": str(event.path) if event.path else "",
                "spi_i": event.spi_i.hex(),
                "spi_r": event.spi_r.hex(),
                "message": event.message,
                "details": dict(event.details),
            }
        )
    return plain(event.level, event.facility, event.tunnel, event.message, time)


def plain(level: Level, facility: str, tunnel: str, message: str, time: datetime) -> str:
    """`2026-01-02 03:04:05.678 notice ikev2 Tunnel0.0: message`."""
    stamp = time.isoformat(" ", "milliseconds")[:23]  # without the offset
    where = f" {tunnel}" if tunnel else ""
    return f"{stamp} {_LEVELS[level]} {facility}{where}: {_printable(message)}"


def _printable(message: str) -> str:
    if message.isprintable():
        return message
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """A terminal that is told the log: `hear` is called with each line. `level`: that and what is worse."""

    level: Level
    hear: Callable[[str], None]


class Log:
    """Writes events, at the next `flush` or `say`. `clock` gives the wall-clock time."""

    def __init__(
        self, options: LogOptions, clock: Callable[[], datetime], stream: TextIO | None = None
    ) -> None:
        self._options = options
        self._clock = clock
        self._stream = stream or sys.stderr
        self._waiting: list[str] = []
        self._listeners: list[Listener] = []
        self.level = options.level  # that and what is worse somebody reads
        self.last: deque[str] = deque(maxlen=REMEMBERED)

    def event(self, event: Event) -> None:
        """Tell it, if it is bad enough to be told."""
        if event.level <= self.level:
            now = self._clock()
            text = line(event, now, as_json=False)
            self._pass_on(event.level, text)
            if event.level <= self._options.level:
                self._waiting.append(line(event, now, as_json=True) if self._options.as_json else text)

    def say(self, level: Level, message: str, tunnel: str = "", name: str = "gateway") -> None:
        """Something that the gateway itself has to say; `name` is stable for machines."""
        if level > self.level:
            return
        now = self._clock()
        self._pass_on(level, plain(level, FACILITY, tunnel, message, now))
        if level > self._options.level:
            return
        if self._options.as_json:
            fields = {"level": _LEVELS[level], "facility": FACILITY, "event": name, "tunnel": tunnel}
            content = {"time": now.isoformat(timespec="milliseconds"), **fields, "message": message}
            self._waiting.append(_encode(content))
        else:
            self._waiting.append(plain(level, FACILITY, tunnel, message, now))
        self.flush()

    def listen(self, listener: Listener) -> None:
        """Tell it every line as plain text from now on."""
        self._set_listeners([*self._listeners, listener])

    def leave(self, listener: Listener) -> None:
        """Tell it nothing more."""
        self._set_listeners([other for other in self._listeners if other is not listener])

    def _set_listeners(self, listeners: list[Listener]) -> None:
        self._listeners = listeners
        self.level = max([self._options.level, *(listener.level for listener in listeners)])

    def _pass_on(self, level: Level, text: str) -> None:
        if level <= self._options.level:
            self.last.append(text)
        for listener in self._listeners:
            if level <= listener.level:
                listener.hear(text)

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
