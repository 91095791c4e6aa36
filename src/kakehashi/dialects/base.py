"""What every dialect can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kakehashi.dialects.document import Document
from kakehashi.dialects.grammar import Grammar
from kakehashi.dialects.notation import Notation
from kakehashi.dialects.rendering import Rendered
from kakehashi.model.address import IPAddress
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

    `version`: of this version of IKE only; `peer`: with this one alone, of a tunnel that has many.
    `callers`: it is the sessions of those who have dialed in that end, and no SA; those of `l2tp_tunnels`, by
    interface and our ID, which end with them, and of `l2tp_sessions`, by interface and our two IDs; where
    neither names any, all. `next_hops`: it is what NHRP has learnt. `at_once`: SAs are gone before the peer
    has answered the Delete.
    """

    tunnel: str | None
    version: int | None = None
    peer: IPAddress | None = None
    callers: bool = False
    next_hops: bool = False
    at_once: bool = True
    l2tp_tunnels: frozenset[tuple[str, int]] = frozenset()
    l2tp_sessions: frozenset[tuple[str, int, int]] = frozenset()


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
