"""The sheet as a table of plain strings, from which every renderer begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kakehashi.check.report import PairReport, Remark
from kakehashi.check.sheet.labels import Language
from kakehashi.check.sheet.row import Cell, Row

FITS, FITS_NOT = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Line:
    """One row in the words of a language. `words_a`, `words_b`: what each end's file itself says."""

    parameter: str
    a: str
    b: str
    agreed: str
    fits: bool
    words_a: str
    words_b: str

    @property
    def mark(self) -> str:
        """Does it fit?"""
        return FITS if self.fits else FITS_NOT


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one phase."""

    phase: int
    title: str
    lines: tuple[Line, ...]


def sections(pair: PairReport, language: Language) -> Iterator[Section]:
    """Both phases, as far as the sheet has rows of them."""
    for phase, title in language.phases.items():
        lines = tuple(_line(row, language) for row in pair.rows if row.phase == phase)
        if lines:
            yield Section(phase, title, lines)


def title(pair: PairReport) -> str:
    """The pair in one line."""
    return f"{pair.pair.a} - {pair.pair.b}"


def verdict(pair: PairReport, language: Language) -> str:
    """What becomes of it, in one sentence."""
    if not pair.verdict.comes_up:
        return language.word("down")
    return language.word("up" if pair.verdict.survives_rekey else "dies")


def places(remark: Remark) -> str:
    """The lines that a finding is about."""
    return ", ".join(str(source) for source in remark.where)


def _line(row: Row, language: Language) -> Line:
    return Line(
        parameter=language.parameter(row),
        a=language.value(row.a.text),
        b=language.value(row.b.text),
        agreed=language.value(row.agreed) if row.fits else "",
        fits=row.fits,
        words_a=_words(row.a),
        words_b=_words(row.b),
    )


def _words(cell: Cell) -> str:
    if not cell.words:
        return ""
    if not cell.sources:
        return cell.words
    # The whole path stands above the table, and has no room here.
    first = cell.sources[0]
    return f"{cell.words} ({PurePath(first.file).name}:{first.line})"
