"""What every dialect can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kakehashi.dialects.document import Document
from kakehashi.dialects.grammar import Grammar
from kakehashi.dialects.notation import Notation
from kakehashi.dialects.rendering import Rendered
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status


@dataclass(frozen=True, slots=True)
class Lowered:
    """A configuration in the model, and the findings on it. Errors among the findings: do not run it."""

    gateway: Gateway
    findings: tuple[Finding, ...]


class ShowError(ValueError):
    """A show or clear command that the device would not take; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Clear:
    """`clear ikev2 sa`: delete the IKE SAs of `tunnel`, or of all tunnels if it is None.

    `version`: of this version of IKE only. `callers`: it is the sessions of those who have dialed in that
    end, and no SA.
    """

    tunnel: str | None
    version: int | None = None
    callers: bool = False


class Dialect(Protocol):
    """One router's language. `omitted`: what holds without a command, by its mode and key."""

    name: str
    title: str
    grammar: Grammar
    notation: Notation
    omitted: Mapping[tuple[str, str], str]

    def recognise(self, text: str) -> float:
        """How much `text` looks like this dialect, 0 to 1."""

    def evidence(self, text: str) -> tuple[str, ...]:
        """What in `text` speaks for this dialect, in words."""

    def parse(self, text: str) -> Document:
        """The configuration as a tree that keeps every line."""

    def lower(self, text: str, file: str) -> Lowered:
        """Parse and lower. Never raises for what the text says; findings carry file and line."""

    def render(self, gateway: Gateway) -> Rendered:
        """The text that says `gateway` in this dialect, and what of it cannot be said."""

    def show(self, words: Sequence[str], status: Status, gateway: Gateway) -> str:
        """The output of `show WORDS`, as the device prints it. `gateway` is what runs. ShowError."""

    def clear(self, words: Sequence[str], status: Status) -> Clear:
        """What `clear WORDS` asks for. ShowError."""
