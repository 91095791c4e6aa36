"""When the end of a certificate is near: the marks at which it is told."""

from datetime import datetime, timedelta

WARN_DAYS = (30, 7, 1)
"""Days before the end at which it is told; it is told once more when it has come."""

ENDED = 0
_DAY = timedelta(days=1)


def days_left(not_after: datetime, now: datetime) -> int:
    """Whole days to the end, rounded up: 1 on the last one; 0 or less when it has come."""
    return -((now - not_after) // _DAY)


def mark(not_after: datetime, now: datetime) -> int | None:
    """The last mark that was passed, one of `WARN_DAYS` or `ENDED`; None: the end is far."""
    left = days_left(not_after, now)
    return min((m for m in (*WARN_DAYS, ENDED) if left <= m), default=None)


def next_mark(not_after: datetime, now: datetime) -> datetime | None:
    """When the next mark is passed; None: all of them were."""
    return min((at for m in (*WARN_DAYS, ENDED) if (at := not_after - m * _DAY) > now), default=None)
