"""Is it one configuration?"""

from itertools import pairwise

from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report


def tell_several(document: Document, report: Report) -> None:
    """Say of a second name that it may be that of a second device, whose lines are taken for the first's."""
    named = [s for s in document.statements("hostname") if not s.negated]
    for before, line in pairwise(named):
        if line.get("name") != before.get("name"):
            report.warning(
                line.line,
                "several-devices",
                f"the file names a second device, `{line.get('name')}` after `{before.get('name')}` (line "
                f"{before.line}): all lines are taken for one device's, and the last of a kind holds",
                "put each configuration into a file of its own",
            )
