"""Looks a symptom up: by dialect, version of IKE, and what does not fit."""

from kakehashi.check.sheet.row import Row
from kakehashi.check.symptoms.awplus import AWPLUS
from kakehashi.check.symptoms.cause import Cause, cause_of
from kakehashi.check.symptoms.cisco_ios import CISCO_IOS, CISCO_IOS_AGGRESSIVE
from kakehashi.check.symptoms.nec_ix import NEC_IX

_TABLES = {"cisco-ios": CISCO_IOS, "nec-ix": NEC_IX, "awplus": AWPLUS}

_AGGRESSIVE = {"cisco-ios": CISCO_IOS_AGGRESSIVE}


def symptom(dialect: str, version: int, row: Row, *, aggressive: bool = False) -> str:
    """What the device shows; "" where that is not known. `aggressive`: that mode is tried."""
    cause = cause_of(row, version)
    if cause is None:
        return ""
    table = {**_TABLES.get(dialect, {}), **(_AGGRESSIVE.get(dialect, {}) if aggressive else {})}
    return table.get((cause, version)) or table.get((cause, 0), "")


__all__ = ["Cause", "symptom"]
