"""Why a line was not understood, in words that any dialect can use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kakehashi.dialects.document import Unknown
from kakehashi.dialects.grammar import Argument, Command, Support, Terminal, Word
from kakehashi.dialects.matching import MASK, Failure, expected
from kakehashi.dialects.spelling import close
from kakehashi.model.finding import Severity

_MOST = 12  # words that a message lists


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


def wanted(terminals: Sequence[Terminal]) -> str:
    """What could have stood there, in words."""
    parts = [f"`{t.text}`" if isinstance(t, Word) else t.kind.expected for t in terminals[:_MOST]]
    return either(tuple(dict.fromkeys(parts))) if parts else "nothing more"


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
