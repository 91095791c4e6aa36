"""Why a line was not understood, in words that any dialect can use."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kakehashi.dialects.document import Comment, Item, Statement, Unknown
from kakehashi.dialects.grammar import Argument, Command, Grammar, Support, Terminal, Word
from kakehashi.dialects.matching import MASK, Failure, Match, expected, match_line
from kakehashi.dialects.spelling import close
from kakehashi.model.finding import Severity

_MOST = 12  # words that a message lists
_PLAIN = 2  # so many keywords of a command, written out, are no accident


@dataclass(frozen=True, slots=True)
class Reason:
    """How bad it is, a code for machines, and the sentence."""

    severity: Severity
    code: str
    sentence: str


def reason(unknown: Unknown, vital: bool) -> Reason:
    """What is wrong with a line. `vital`: the VPN hangs on it."""
    failure, wished = unknown.failure, wanted(unknown.failure.expected)
    word, said = f"`{failure.word}`", f"`{failure.said}`"
    after = f" after {said}" if failure.said else ""
    if len(failure.ambiguous) > 1:
        return Reason(Severity.ERROR, "ambiguous", f"{word} could be {either(failure.ambiguous)}")
    if failure.incomplete:
        return Reason(Severity.ERROR, "incomplete", f"{said} is incomplete: expected {wished}")
    if failure.excess:
        end = f"expected {wished} or the end of the line" if failure.expected else "the line ends there"
        severity = Severity.ERROR if vital else Severity.WARNING
        return Reason(severity, "excess-words", f"{word} is not understood{after}: {end}")
    if failure.wants_value:
        sentence = f"{word}{after} is wrong: expected {failure.refusal or wished}"
        return Reason(Severity.ERROR, "invalid-value", sentence)
    place = after or f" in {unknown.mode.title}"
    sentence = f"{word}{place} is not understood; the line has no effect"
    return Reason(Severity.WARNING, "unknown-command", sentence)


def suggestion(failure: Failure, *commands: Sequence[Command]) -> str:
    """The word of one of these commands that was meant, or "". Only what the VPN needs is ever meant."""
    if failure.incomplete or failure.word == MASK:
        return ""
    ours = [c for several in commands for c in several if c.support in (Support.OURS, Support.NOT_YET)]
    terminals = expected(failure.words[: failure.position], ours)
    candidates = [t.text for t in terminals if isinstance(t, Word)]
    candidates += [word for t in terminals if isinstance(t, Argument) for word, _ in t.kind.words]
    return close(failure.word, candidates)


def remedy(unknown: Unknown, grammar: Grammar, modes: Collection[str]) -> str:
    """What to do about a line, or "". It may have been meant for one of `modes`."""
    meant = suggestion(unknown.failure, unknown.mode.commands, grammar.root.commands)
    if meant:
        return f"did you mean `{meant}`?"
    words = unknown.failure.words
    for mode in grammar.modes:
        if mode is unknown.mode or mode.name not in modes:
            continue
        found = match_line(words, mode.commands)
        if isinstance(found, Match) and _is_plain(words, found):
            return f"the command belongs below `{mode.title}`"
    return "write more of it" if len(unknown.failure.ambiguous) > 1 and is_ours(unknown) else ""


def is_ours(unknown: Unknown) -> bool:
    """Could it have become a command that has an effect here?"""
    return any(c.support is Support.OURS for c in unknown.failure.commands)


def is_indented(item: Item) -> bool:
    """Does the line stand apart from the margin?"""
    return isinstance(item, Statement | Unknown) and item.text[:1].isspace()


def wanted(terminals: Sequence[Terminal]) -> str:
    """What could have stood there, in words."""
    every = [f"`{t.text}`" if isinstance(t, Word) else t.kind.expected for t in terminals]
    parts = tuple(dict.fromkeys(every))
    if len(parts) > _MOST:
        parts = (*parts[: _MOST - 1], f"{len(parts) - _MOST + 1} others")
    return either(parts) if parts else "nothing more"


def either(parts: Sequence[str]) -> str:
    """`a, b or c`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " or " + parts[-1]


def ranges(lines: Iterable[int]) -> str:
    """`3, 5-9`: line numbers, runs of them drawn together."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][-1] + 1:
            runs[-1][-1:] = [line] if len(runs[-1]) == 2 else [runs[-1][-1], line]
        else:
            runs.append([line])
    return ", ".join("-".join(str(n) for n in run) for run in runs)


def count(lines: Sequence[int]) -> str:
    """`1 line is`, `3 lines are`."""
    return "1 line is" if len(lines) == 1 else f"{len(lines)} lines are"


def left_out(body: Sequence[Item]) -> str:
    """What is said behind the sentence on a line, of those below it; nothing where there are none."""
    below = _lines(body)
    if not below:
        return ""
    lines = "line that belongs to it is" if below == 1 else f"{below} lines that belong to it are"
    return f"; the {lines} left out"


def none_have_effect(body: Sequence[Item]) -> str:
    """Of a line that does nothing, and of those below it."""
    below = _lines(body)
    if not below:
        return "the line has no effect"
    lines = "line" if below == 1 else f"{below} lines"
    return f"it and the {lines} below it have no effect"


def _lines(body: Sequence[Item]) -> int:
    return sum(not isinstance(item, Comment) for item in body)


def _is_plain(words: Sequence[str], found: Match) -> bool:
    """Is it beyond doubt this command?"""
    typed = [word.lower() for word in words[1 if found.negated else 0 :]]
    stem = found.command.words.split()
    return found.command.support is Support.OURS and len(stem) >= _PLAIN and typed[: len(stem)] == stem
