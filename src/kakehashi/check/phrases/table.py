"""Looks a phrase up."""

from kakehashi.check.phrases.awplus import AWPLUS
from kakehashi.check.phrases.cisco_ios import CISCO_IOS
from kakehashi.check.phrases.nec_ix import NEC_IX

_TABLES = {"cisco-ios": CISCO_IOS, "nec-ix": NEC_IX, "awplus": AWPLUS}


def phrase(dialect: str, key: str, version: int, text: str) -> str:
    """The line that says `text`, the first value of a list that can be said; "" where the device has none."""
    found = _TABLES.get(dialect, {}).get((key, version))
    if found is None:
        return ""
    return next((line for value in text.split(", ") if (line := found.say(value))), "")


def can_say(dialect: str, key: str, version: int, text: str) -> bool:
    """Might the device have it? What no table knows it may have."""
    known = _TABLES.get(dialect, {}).get((key, version)) is not None
    return not known or bool(phrase(dialect, key, version, text))


def common(one: str, other: str, key: str, version: int) -> tuple[str, ...]:
    """The values of a row that the devices of both dialects have."""
    tables = [_TABLES.get(dialect, {}).get((key, version)) for dialect in (one, other)]
    if tables[0] is None or tables[1] is None:
        return ()
    return tuple(value for value in tables[0].words if value in tables[1].words)
