"""By which lines a dialect is known, and how much each of them says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

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
    return tuple(sign for sign in signs if sign.pattern.search(text))


def likeness(text: str, signs: Iterable[Sign]) -> float:
    """How much a text looks like the dialect, 0 to 1: each sign takes its share of what doubt is left."""
    return 1 - prod(1 - sign.weight for sign in borne(text, signs))


def evidence(text: str, signs: Iterable[Sign]) -> tuple[str, ...]:
    """What in a text speaks for the dialect, in words."""
    return tuple(sign.what for sign in borne(text, signs))
