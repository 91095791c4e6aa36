"""By which lines a dialect is known, and how much each of them says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from kakehashi.dialects.terminal import without_page

_ENOUGH = 1_000_000  # characters: who has not shown by then what he is, will not
_PAGED = re.compile(r"[\b\x1b]|-+ ?more ?-+", re.IGNORECASE)
# Before a line that was pasted from a terminal.
PROMPT = r"^(?:[ \t]*[\w.-]+\([\w./-]+\)[#%])?[ \t]*"


@dataclass(frozen=True, slots=True)
class Sign:
    """A line that speaks for a dialect: `weight` is how sure it makes us, `what` how it is said."""

    pattern: re.Pattern[str]
    weight: float
    what: str


def sign(pattern: str, weight: float, what: str, *, any_case: bool = True) -> Sign:
    """A sign by the pattern of a line; letter case counts where not `any_case`."""
    flags = re.MULTILINE | (re.IGNORECASE if any_case else re.NOFLAG)
    return Sign(re.compile(pattern, flags), weight, what)


def borne(text: str, signs: Iterable[Sign]) -> tuple[Sign, ...]:
    """Those of the signs that a text bears."""
    lines = _plain(text)
    return tuple(sign for sign in signs if sign.pattern.search(lines))


def likeness(text: str, signs: Iterable[Sign]) -> float:
    """How much a text looks like the dialect, 0 to 1: each sign takes its share of what doubt is left."""
    return 1 - prod(1 - sign.weight for sign in borne(text, signs))


def evidence(text: str, signs: Iterable[Sign]) -> tuple[str, ...]:
    """What in a text speaks for the dialect, in words."""
    return tuple(sign.what for sign in borne(text, signs))


def _plain(text: str) -> str:
    """The lines without what a terminal added, where it added something."""
    lines = text[:_ENOUGH].lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not _PAGED.search(lines):
        return lines
    return "\n".join(without_page(line) for line in lines.split("\n"))
