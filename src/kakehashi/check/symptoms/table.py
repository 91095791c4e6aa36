"""Looks a symptom up: by dialect, version of IKE, and what does not fit."""

from kakehashi.check.sheet.row import Row
from kakehashi.check.symptoms.awplus import AWPLUS
from kakehashi.check.symptoms.cause import Cause, cause_of
from kakehashi.check.symptoms.cisco_ios import CISCO_IOS
from kakehashi.check.symptoms.nec_ix import NEC_IX

_TABLES = {"cisco-ios": CISCO_IOS, "nec-ix": NEC_IX, "awplus": AWPLUS}


def symptom(dialect: str, version: int, row: Row) -> str:
    """What the device shows; "" where that is not known."""
    table = _TABLES.get(dialect, {})
    cause = cause_of(row, version)
    return table.get((cause, version)) or table.get((cause, 0), "") if cause else ""


__all__ = ["Cause", "symptom"]
