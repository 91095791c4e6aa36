"""Names that lead nowhere, and what was meant."""

from collections.abc import Iterable

from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close


def undefined(
    report: Report, line: int, kind: str, name: str, user: str, known: Iterable[str], remedy: str
) -> None:
    """An error: `user` names a thing that there is not. `kind` is what it should be, `remedy` what to do."""
    names = list(known)
    there = f"there are: {', '.join(names)}" if names else "there is none at all"
    report.error(
        line,
        f"undefined-{kind.lower().replace(' ', '-')}",
        f"{user} names the {kind} `{name}`, and there is no such {kind} ({there})",
        suggestion(name, names) or remedy,
    )


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or ""."""
    by_lower = {n.lower(): n for n in known}
    meant = by_lower.get(close(name, by_lower), "")
    return f"did you mean `{meant}`?" if meant and meant != name else ""
