"""What `check` has found, in plain values; the renderers print it."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.check.configuration import Configuration
from kakehashi.check.pair import End, Pair
from kakehashi.check.sheet.row import Row
from kakehashi.check.verdict import Verdict
from kakehashi.model.finding import Finding
from kakehashi.model.finding import Severity as ModelSeverity
from kakehashi.model.source import Source


class Severity(enum.Enum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_SEVERITIES = {
    ModelSeverity.ERROR: Severity.ERROR,
    ModelSeverity.WARNING: Severity.WARNING,
    ModelSeverity.INFO: Severity.NOTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One finding. `rule` is stable for machines; `where`: the lines that it is about, of either file.

    `fix`: what to write where; "" where nobody can know. `name`: what it is about, where that has one.
    """

    rule: str
    severity: Severity
    message: str
    where: tuple[Source, ...] = ()
    fix: str = ""
    name: str = field(default="", compare=False)

    @classmethod
    def of(cls, finding: Finding) -> "Remark":
        """What a dialect has found while it read a file."""
        return cls(
            rule=finding.code,
            severity=_SEVERITIES[finding.severity],
            message=finding.message,
            where=() if finding.source is None else (finding.source,),
            fix=finding.remedy,
            name=finding.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What one device shows and logs because of a mismatch. `device` is its file."""

    device: str
    shows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One row that does not fit: the finding, and what both devices show of it."""

    row: Row
    remark: Remark
    symptoms: tuple[Symptom, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """One pair of tunnels: the verdict, the sheet, and what does not fit."""

    pair: Pair
    verdict: Verdict
    rows: tuple[Row, ...]
    mismatches: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything. `alone`: tunnels whose other end is in none of the files."""

    configurations: tuple[Configuration, ...]
    remarks: tuple[Remark, ...]
    pairs: tuple[PairReport, ...] = ()
    alone: tuple[End, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Is anything worse than a warning?"""
        return any(remark.severity is Severity.ERROR for remark in self.remarks)


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each once; the worst first, then by file and line."""
    rank = list(Severity)

    def key(remark: Remark) -> tuple[int, str, int]:
        first = remark.where[0] if remark.where else Source("", 0)
        return rank.index(remark.severity), first.file, first.line

    return tuple(sorted(dict.fromkeys(remarks), key=key))
