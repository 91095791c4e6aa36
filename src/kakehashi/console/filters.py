"""`show ... | include WORD`: which lines of an output are shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kakehashi.dialects.grammar import Argument, Command, Mode, Negation, Word
from kakehashi.dialects.kinds import Text
from kakehashi.dialects.matching import Failure, match_line

LONGEST_PATTERN = 200
MOST_REPETITIONS = 3
_SENTENCES = {
    "include": "Lines in which it is found",
    "exclude": "Lines in which it is not found",
    "begin": "From the first line on in which it is found",
    "section": "Blocks whose first line has it",
    "count": "How many lines have it",
}
_LINE = Argument("pattern", Text("a regular expression"), "A regular expression", rest=True)
FILTERS = Mode(
    name="filter",
    title="a filter",
    commands=tuple(
        Command(key=key, pattern=(Word(key, sentence), _LINE), help=sentence, negation=Negation.NONE)
        for key, sentence in _SENTENCES.items()
    ),
)


class FilterError(ValueError):
    """It is no filter, or its expression is none; the text says which."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`kind` is one of the five words."""

    kind: str
    pattern: re.Pattern[str]

    def lines(self, lines: Sequence[str]) -> list[str]:
        """What is left of an output."""
        has = [self.pattern.search(line) is not None for line in lines]
        match self.kind:
            case "include":
                return [line for line, found in zip(lines, has, strict=True) if found]
            case "exclude":
                return [line for line, found in zip(lines, has, strict=True) if not found]
            case "begin":
                return list(lines[has.index(True) :]) if True in has else []
            case "count":
                return [f"Number of lines which match regexp = {sum(has)}"]
        return _sections(lines, has)


def parse_filter(text: str) -> Filter | Failure:
    """The filter behind a `|`. FilterError if its expression is none, or one that would take too long."""
    found = match_line(text.split(), FILTERS.commands)
    if isinstance(found, Failure):
        return found
    expression = text.split(None, 1)[1].strip()
    repeated = sum(expression.count(mark) for mark in "*+{")
    if len(expression) > LONGEST_PATTERN or repeated > MOST_REPETITIONS or re.search(r"\)[*+{]", expression):
        raise FilterError("the expression is too intricate")
    try:
        return Filter(found.command.key, re.compile(expression))
    except (re.error, OverflowError, RecursionError):
        raise FilterError(f"{expression} is no regular expression") from None


def _sections(lines: Sequence[str], has: Sequence[bool]) -> list[str]:
    """A line that has it, and those below it that stand further in."""
    kept: list[str] = []
    margin: int | None = None
    for line, found in zip(lines, has, strict=True):
        depth = len(line) - len(line.lstrip())
        if margin is not None and (depth <= margin or not line.strip()):
            margin = None
        if margin is None and found:
            margin = depth
        if margin is not None:
            kept.append(line)
    return kept
