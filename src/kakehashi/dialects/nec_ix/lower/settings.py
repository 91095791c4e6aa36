"""The places where a policy setting may stand, and which of them holds (manual 2.25.6.3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from kakehashi.dialects.document import Statement
from kakehashi.dialects.grammar import Negation
from kakehashi.dialects.nec_ix.grammar.policy import POLICY
from kakehashi.dialects.report import Report

POLICY_KEYS = frozenset(c.key for c in POLICY)
# Several lines of these add up; of any other the last line holds.
_ADDITIVE = frozenset({"local-ts", "remote-ts", "cert cacert", "cert mycert"})


@dataclass(frozen=True, slots=True)
class Place:
    """The policy settings of one interface or profile."""

    title: str
    settings: dict[str, tuple[Statement, ...]]


def read_place(title: str, lines: Iterable[Statement], report: Report) -> Place:
    """Collect the policy settings among `lines`; a later line replaces an earlier one."""
    settings: dict[str, tuple[Statement, ...]] = {}
    for statement in lines:
        key = statement.key
        if key not in POLICY_KEYS:
            continue
        if statement.negated and statement.command.negation is Negation.REMOVES:
            before = settings.get(key, ())
            if before and not before[-1].negated:
                settings.pop(key)
            else:
                report.info(
                    statement.line,
                    "nothing-removed",
                    f"{title} has no `{statement.command.words}` that `no` could remove",
                )
            continue
        before = settings.get(key, ())
        if key in _ADDITIVE:
            settings[key] = (*before, statement)
            continue
        if before:
            report.warning(
                before[-1].line, "replaced", f"`{key}` is set again in line {statement.line}, which holds"
            )
        settings[key] = (statement,)
    return Place(title, settings)


@dataclass(frozen=True, slots=True)
class Settings:
    """Places in the order in which they are asked: tunnel interface, bound profile, default profile."""

    places: tuple[Place, ...]

    def all(self, key: str) -> tuple[Statement, ...]:
        """The lines that hold for `key`, all of one place; empty: the default holds."""
        return next((place.settings[key] for place in self.places if key in place.settings), ())

    def one(self, key: str) -> Statement | None:
        """The line that holds for `key`, or None."""
        lines = self.all(key)
        return lines[-1] if lines else None
