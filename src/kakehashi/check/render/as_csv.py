"""The sheets as CSV (RFC 4180), for a spreadsheet."""

import csv
import io

from kakehashi.check.render.table import sections
from kakehashi.check.report import Report
from kakehashi.check.sheet.labels import Language

# What a spreadsheet would take for a formula at the beginning of a cell.
_FORMULA = ("=", "+", "@", "\t", "\r")


def render_csv(report: Report, language: Language) -> str:
    """One line a parameter, under a line of headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    word = language.word
    writer.writerow(["A", "B", word("phase"), word("parameter"), "A", "B", word("agreed"), word("fits")])
    for pair in report.pairs:
        ends = [str(pair.pair.a), str(pair.pair.b)]
        for section in sections(pair, language):
            for line in section.lines:
                cells = [line.parameter, line.a, line.b, line.agreed]
                writer.writerow([*ends, section.phase, *map(_plain, cells), line.mark])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
