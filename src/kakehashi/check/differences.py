"""What need not be the same on both sides, and is told where it is not."""

from collections.abc import Iterator

from kakehashi.check.pair import Pair
from kakehashi.check.report import Remark, Severity
from kakehashi.check.sheet.labels import ENGLISH
from kakehashi.check.sheet.row import NOTHING, Row

_LIFETIMES = frozenset({"lifetime", "lifetime-kilobytes"})


def differences(pair: Pair, rows: tuple[Row, ...]) -> Iterator[Remark]:
    """Lifetimes, and who notices that the other end has gone (RFC 3706, RFC 7296 section 2.4)."""
    for row in rows:
        if row.parameter in _LIFETIMES and NOTHING not in (row.a.text, row.b.text) and not _shared(row):
            yield _lifetime(pair, row)
        if row.parameter == "keepalive" and (row.a.text == NOTHING) != (row.b.text == NOTHING):
            yield _keepalive(pair, row)


def _shared(row: Row) -> bool:
    """Has one of several proposals the same?"""
    return bool(set(row.a.text.split(", ")) & set(row.b.text.split(", ")))


def _lifetime(pair: Pair, row: Row) -> Remark:
    return Remark(
        rule="different-lifetime",
        severity=Severity.NOTE,
        message=f"{ENGLISH.parameter(row)} differs: {pair.a} has {row.a.text}, {pair.b} has {row.b.text}; "
        "the shorter one counts, and some devices refuse a longer one than their own",
        where=(*row.a.sources[:1], *row.b.sources[:1]),
        fix="write the same on both sides",
    )


def _keepalive(pair: Pair, row: Row) -> Remark:
    (end, cell), other = ((pair.a, row.a), pair.b) if row.a.text == NOTHING else ((pair.b, row.b), pair.a)
    return Remark(
        rule="different-keepalive",
        severity=Severity.NOTE,
        message=f"{end} does not probe whether the other end is there, and {other} does: after a failure it "
        "keeps its SAs until they end",
        where=cell.sources[:1],
        fix="switch dead peer detection on there, too",
    )
