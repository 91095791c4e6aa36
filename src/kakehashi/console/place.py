"""Where somebody is: outside of configuration, or in one of its modes."""

from dataclasses import dataclass, field, replace

from kakehashi.dialects.grammar import Grammar, Mode
from kakehashi.dialects.manner import Manner
from kakehashi.dialects.matching import Match


@dataclass(frozen=True, slots=True)
class Frame:
    """An open mode: the line that opened it, and the name of the object there."""

    mode: Mode
    opener: str = field(default="", repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """`frames`: the open modes of the configuration, its root first; none outside of it."""

    frames: tuple[Frame, ...] = ()

    @property
    def configures(self) -> bool:
        """Is this inside of the configuration?"""
        return bool(self.frames)

    @property
    def mode(self) -> Mode:
        """The innermost mode. IndexError outside."""
        return self.frames[-1].mode

    @property
    def path(self) -> tuple[str, ...]:
        """The lines that lead here."""
        return tuple(frame.opener for frame in self.frames[1:])

    def upto(self, depth: int) -> "Place":
        """So many modes open, and no more."""
        return replace(self, frames=self.frames[:depth])

    def opened(self, match: Match, line: str, grammar: Grammar) -> "Place":
        """In the mode that a line opens."""
        name = "-".join(str(v) for v in match.values.values() if isinstance(v, str | int))
        frame = Frame(grammar.mode(match.command.enters or grammar.root.name), line, name)
        return replace(self, frames=(*self.frames, frame))

    def prompt(self, hostname: str, manner: Manner, privileged: bool) -> str:
        """As the device writes it."""
        name = hostname or manner.hostname
        if not self.frames:
            return f"{name}{'#' if privileged or not manner.enable else '>'}"
        inside = self.frames[-1]
        root = "config" if len(self.frames) == 1 else manner.inside(inside.mode.name, inside.name)
        return f"{name}({root})#"


def in_configuration(grammar: Grammar) -> Place:
    """At its root."""
    return Place((Frame(grammar.root),))
