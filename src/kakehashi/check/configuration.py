"""A configuration file as it was read, with what its dialect has said about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway
from kakehashi.model.source import Source


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line of the VPN that the dialect does not understand. Of a key only a mask is left in `text`."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says about something in its maker's words, and the lines that say it.

    `words` never hold a key.
    """

    sources: tuple[Source, ...]
    words: str


class Lines(Protocol):
    """Finds the line of a file that says a thing."""

    def said(self, parameter: str, *blocks: Source | None) -> Said | None:
        """The lines that set `parameter` (a name of the parameter sheet) within one of the blocks that begin
        at `blocks`, or for the whole device. None: no line does, the device's default holds.
        """

    def place(self, parameter: str, *blocks: Source | None) -> Source | None:
        """The first line of the block in which `parameter` would be set; None: that is not known."""

    def scope(self, *blocks: Source | None) -> frozenset[int]:
        """The lines on which what begins at `blocks` depends: their own, and those of all that they name."""

    def head(self, line: int) -> int:
        """The line with which the block around `line` begins; itself where there is none."""


class NoLines:
    """For a model that came of no text."""

    def said(self, parameter: str, *blocks: Source | None) -> Said | None:
        """Nothing is known."""
        return None

    def place(self, parameter: str, *blocks: Source | None) -> Source | None:
        """Nothing is known."""
        return None

    def scope(self, *blocks: Source | None) -> frozenset[int]:
        """Nothing is known."""
        return frozenset()

    def head(self, line: int) -> int:
        """Nothing is known."""
        return line


NO_LINES = NoLines()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCertificate:
    """A certificate of a device: of its file, of a file that a line names, or of the store of its gateway.

    `name`: under which it is kept; `is_own`: it names the device; `where`: the line that brings it, or its
    trustpoint's; `file`: where its octets are, the configuration's own or another.
    """

    name: str
    subject: str
    is_own: bool
    not_before: datetime
    not_after: datetime
    where: Source | None
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One file. `lines`: how many it has; `not_ours`: those that are not about the VPN;
    `evidence`: by what the dialect was recognised, empty where it was said.
    `text` finds lines by what they say. `certificates`: those that could be seen.
    """

    file: str
    dialect: str
    title: str
    gateway: Gateway
    findings: tuple[Finding, ...] = ()
    evidence: tuple[str, ...] = ()
    lines: int = 0
    not_ours: tuple[int, ...] = ()
    unknown: tuple[UnknownLine, ...] = ()
    text: Lines = NO_LINES
    certificates: tuple[HeldCertificate, ...] = ()
