"""Names that lead nowhere, and what was meant."""

from collections.abc import Iterable

from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close

_MOST_LISTED = 12
_MOST_COMPARED = 500  # names; among more of them it would take too long to look for the nearest


def undefined(
    report: Report, line: int, kind: str, name: str, user: str, known: Iterable[str], remedy: str
) -> None:
    """An error: `user` names a thing that there is not. `kind` is what it should be, `remedy` what to do."""
    names = list(known)
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    there = f"there are: {', '.join(names[:_MOST_LISTED])}{more}" if names else "there is none at all"
    report.error(
        line,
        f"undefined-{kind.replace(' ', '-')}",
        f"{user} names the {kind} `{name}`, and there is no such {kind} ({there})",
        suggestion(name, names) or remedy,
    )


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or ""."""
    by_lower = {n.lower(): n for n in known}
    if len(by_lower) > _MOST_COMPARED:
        return ""
    meant = by_lower.get(close(name, by_lower), "")
    return f"did you mean `{meant}`?" if meant else ""
