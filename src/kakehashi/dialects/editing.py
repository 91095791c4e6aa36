"""A configuration that somebody types into: each line finds its place, and what it supersedes goes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from kakehashi.dialects.document import Comment, Document, Item, Statement
from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Grammar,
    Mode,
    Negation,
    Optional,
    ValueRefusedError,
    Word,
)
from kakehashi.dialects.matching import Failure, Match, expected, match_in
from kakehashi.dialects.syntax import terminals
from kakehashi.dialects.terminal import typed as without_prompt
from kakehashi.dialects.terminal import without_page

_NEVER = re.compile(r"(?!)")
_BLANKS = re.compile(r"\s+")
_UNLIKE_LETTERS = re.compile(r"[^A-Za-z-]")
_COLUMNS = 80  # of a terminal that may have broken a line
_MARKS = ("", "!", "exit", "end")  # what stands between blocks, and is written anew
_OF_A_TERMINAL = re.compile(
    r"building configuration|(current|startup|running) configuration ?:|\[ok\]|% |using \d+ ",
    re.IGNORECASE,
)
# Which values of a line say that it is about the same as another: names of arguments; ANY_OTHER: all of
# them; WHICH: not what they are, but which there are.
ANY_OTHER: tuple[str, ...] = ("*",)
WHICH: tuple[str, ...] = ("?",)
ONE: tuple[str, ...] = ()
# Behind it the value that lets a line stand beside the others, as secondary addresses do.
BESIDE = "&"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a device keeps what it is told.

    `same`: by mode and key, the values by which a line replaces another; else a line of the root replaces
    only what says the same, and a line further in every one with its key. `instead`: by mode and key, the key
    of lines that cannot hold beside it, and go. `indent`: how far the lines of a block stand in. `unshown`:
    what is not shown when it is off, by mode and key. `leading`: of lines whose words nobody reads here, by
    the first of them, how many say that one replaces another. `heading`, `ending`: the first line and the
    last.
    """

    same: Mapping[tuple[str, str], tuple[str, ...]]
    instead: Mapping[tuple[str, str], str] = field(default_factory=dict)
    indent: int = 1
    unshown: frozenset[tuple[str, str]] = frozenset()
    leading: Mapping[str, int] = field(default_factory=lambda: {"username": 2})
    heading: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with those below it. `command` None: it was not understood. `raw`: it stays as it stands."""

    text: str = field(repr=False)
    command: Command | None = None
    negated: bool = False
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: tuple["Line", ...] = ()
    raw: bool = False


class EditError(ValueError):
    """A line that cannot be put where it was meant."""


def lines_of_document(document: Document) -> tuple[Line, ...]:
    """What a file says, without what stood around it."""
    return tuple(_lines(document.items))


def edited(
    lines: tuple[Line, ...], path: Sequence[str], text: str, grammar: Grammar, habits: Habits
) -> tuple[Line, ...]:
    """The configuration after `text` was typed in the block that `path` leads to: the lines that open it.

    EditError: a line fits no command of its mode.
    """
    return _edited(lines, grammar.root, tuple(path), text, grammar, habits)


def written(lines: tuple[Line, ...], grammar: Grammar, habits: Habits) -> str:
    """The text that reads as these lines, laid out as the device shows it."""
    ends = [[end] if end else [] for end in (habits.heading, habits.ending)]
    inner = [line for line in lines if line.text != habits.heading]
    return "\n".join([*ends[0], *_written(tuple(inner), grammar, habits, 0), *ends[1], ""])


def spelled_out(words: Sequence[str], commands: Sequence[Command]) -> str:
    """A line with its keywords and names whole, as the device shows it. The line must fit."""
    whole: list[str] = []
    for position, word in enumerate(words):
        if position == 0 and word.lower() == "no":
            whole.append("no")
            continue
        taken = expected(words[:position], commands)
        if any(isinstance(t, Argument) and t.rest for t in taken) and not _is_keyword(word, taken):
            whole += words[position:]
            break
        whole.append(_whole(word, taken))
    return " ".join(whole)


def _lines(items: Sequence[Item]) -> Iterator[Line]:
    before: Line | None = None
    for item in items:
        if isinstance(item, Comment):
            text = item.text.rstrip()
            if before is not None and len(before.text) == _COLUMNS and not text.startswith((" ", "!")):
                before = replace(before, text=before.text + text)
                continue
            if text.strip().lower() in _MARKS or _OF_A_TERMINAL.match(text.strip()):
                continue
            following = Line(text, raw=True)
        elif isinstance(item, Statement):
            text = _in_full(_plain(item.text), item.command)
            body = tuple(_lines(item.body))
            following = Line(text, item.command, item.negated, item.values, body)
        else:
            following = Line(_plain(item.text), body=tuple(_lines(item.body)))
        if before is not None:
            yield before
        before = following
    if before is not None:
        yield before


def _plain(text: str) -> str:
    """Without a terminal's page and prompt."""
    return without_prompt(without_page(text), _NEVER).strip()


def _in_full(text: str, command: Command) -> str:
    """The line as the device keeps it, with its blanks; whoever wrote the file may have shortened words."""
    words = text.split()
    if _is_surely_whole(words, command):
        return text
    spelled = spelled_out(words, (command,)).split()
    if spelled == words or len(spelled) != len(words):
        return text
    return "".join(map("".join, zip_longest(spelled, _BLANKS.findall(text), fillvalue="")))


def _is_surely_whole(words: Sequence[str], command: Command) -> bool:
    """Seen without reading the line, for a large centre has many: each word is known, or begins like none."""
    known, beginnings = _known(command)
    return all(word in known or _UNLIKE_LETTERS.split(word, 1)[0].lower() not in beginnings for word in words)


@lru_cache(maxsize=4096)
def _known(command: Command) -> tuple[frozenset[str], frozenset[str]]:
    """The keywords of a command and the words of its values, and how one of these may begin."""
    inside = tuple(terminals(command.pattern))
    keywords = frozenset(t.text for t in inside if isinstance(t, Word)) | {"no"}
    known = keywords.union(text for t in inside if isinstance(t, Argument) for text, _ in t.kind.words)
    return known, frozenset(text[:n].lower() for text in known for n in range(1, len(text) + 1))


def _edited(
    lines: tuple[Line, ...],
    mode: Mode,
    path: tuple[str, ...],
    text: str,
    grammar: Grammar,
    habits: Habits,
) -> tuple[Line, ...]:
    if not path:
        return _typed(lines, mode, text, habits)
    words = path[0].split()
    match = match_in(words, mode)
    if isinstance(match, Failure) or match.command.enters is None:
        raise EditError(f"`{path[0]}` opens nothing")
    place = _last_opened(lines, match)
    if place is None:
        lines = _typed(lines, mode, path[0], habits)
        place = _last_opened(lines, match)
    if place is None:
        raise EditError(f"`{path[0]}` opens nothing")
    inner = grammar.mode(match.command.enters)
    body = _edited(lines[place].body, inner, path[1:], text, grammar, habits)
    return (*lines[:place], replace(lines[place], body=body), *lines[place + 1 :])


def _last_opened(lines: tuple[Line, ...], match: Match) -> int | None:
    """Where the block is that a line opens, or opened last."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line.command is not None and not line.negated and line.command.key == match.command.key:
            names = set(line.values) & set(match.values) or set(match.values)
            if all(line.values.get(name) == match.values.get(name) for name in names):
                return place
    return None


def _typed(lines: tuple[Line, ...], mode: Mode, text: str, habits: Habits) -> tuple[Line, ...]:
    words = text.split()
    match = match_in(words, mode)
    if isinstance(match, Failure):
        if mode.unknown is not mode.unknown.OURS:
            return _typed_unknown(lines, text)
        raise EditError(f"`{match.word}` does not fit")
    spelled = spelled_out(words, mode.commands)
    new = Line(spelled, match.command, match.negated, match.values)
    if match.command.enters and not match.negated and _last_opened(lines, match) is not None:
        place = _last_opened(lines, match)
        # What it says besides its name may be another.
        return tuple(replace(new, body=o.body) if n == place else o for n, o in enumerate(lines))
    if match.negated:
        is_whole = isinstance(match_in(words[1:], mode), Match)
        kept = tuple(line for line in lines if not _takes_back(match, line, is_whole))
        is_shown = match.command.negation is Negation.SETS
        if not is_shown or (mode.name, match.command.key) in habits.unshown:
            return kept
        return _placed(kept, new)
    kept_lines: list[Line] = []
    place = None
    for line in lines:
        if (
            _is_superseded(line, match, mode, habits)
            or _is_excluded(line, match, mode, habits)
            or _begins_alike(line, new, habits)
        ):
            place = len(kept_lines) if place is None else place
        else:
            kept_lines.append(line)
    if place is None and mode.name == "root" and habits.same.get(("root", match.command.key)) == ONE:
        place = next((n for n, line in enumerate(kept_lines) if not line.raw), len(kept_lines))
    if place is None:
        return _placed(tuple(kept_lines), new)
    return (*kept_lines[:place], new, *kept_lines[place:])


def _typed_unknown(lines: tuple[Line, ...], text: str) -> tuple[Line, ...]:
    """A line of a mode that nothing is known of."""
    first, _, rest = text.partition(" ")
    if first.lower() == "no":
        return tuple(line for line in lines if line.text != rest.strip())
    return lines if any(line.text == text for line in lines) else (*lines, Line(text))


def _placed(lines: tuple[Line, ...], new: Line) -> tuple[Line, ...]:
    """Behind its like: the last of the same command, else of the same first word, else at the end."""
    if not lines or new.command is None:
        return (*lines, new)
    alike = [n for n, line in enumerate(lines) if line.command and line.command.key == new.command.key]
    first = _first(new)
    near = alike or [n for n, line in enumerate(lines) if not line.raw and _first(line) == first]
    place = near[-1] + 1 if near else len(lines)
    return (*lines[:place], new, *lines[place:])


def _first(line: Line) -> str:
    words = line.text.split()
    return next((word for word in words if word != "no"), "")


def _takes_back(negative: Match, line: Line, is_whole: bool) -> bool:
    """Does a line with `no` mean this one? What it leaves out, it does not ask for.

    `is_whole`: without the `no` it would be a line itself, and means no other command's.
    """
    command = line.command
    if command is None or (line.negated and negative.command.negation is Negation.REMOVES):
        return False
    if command.key != negative.command.key and (is_whole or not _begins_as(command, negative.command)):
        return False
    return all(_says(line.values.get(name), value) for name, value in negative.values.items())


def _says(value: object, wanted: object) -> bool:
    """Is it that value, or words that begin so?"""
    if isinstance(value, tuple) and isinstance(wanted, tuple):
        return value[: len(wanted)] == wanted
    return value == wanted


def _begins_as(command: Command, other: Command) -> bool:
    """Has it the other's leading keywords, and perhaps more? One keyword alone names nothing."""
    if command.words == other.words:
        return other.stem > 0
    return other.stem > 1 and f"{command.words} ".startswith(f"{other.words} ")


def _is_superseded(line: Line, match: Match, mode: Mode, habits: Habits) -> bool:
    if line.command is None or line.command.key != match.command.key or line.body:
        return False
    by = habits.same.get((mode.name, match.command.key))
    if by is None:
        by = ANY_OTHER if mode.name == "root" or match.command.enters else ONE
        if _takes_rest(match.command):
            by = ANY_OTHER
    if by == ANY_OTHER:
        return dict(line.values) == match.values
    if by == WHICH:
        return set(line.values) == set(match.values)
    if by[:1] == (BESIDE,):
        if match.values.get(by[1]):
            return dict(line.values) == match.values
        return not line.values.get(by[1])
    return all(line.values.get(name) == match.values.get(name) for name in by)


def _is_excluded(line: Line, match: Match, mode: Mode, habits: Habits) -> bool:
    other = habits.instead.get((mode.name, match.command.key))
    return other is not None and line.command is not None and line.command.key == other


def _begins_alike(line: Line, new: Line, habits: Habits) -> bool:
    words = new.text.split()
    number = habits.leading.get(words[0], 0)
    return 0 < number < len(words) and line.text.split()[:number] == words[:number]


def _takes_rest(command: Command) -> bool:
    """Is nothing known of what stands behind its words?"""
    last = command.pattern[-1] if command.pattern else None
    item = last.items[0] if isinstance(last, Optional) and last.items else last
    return isinstance(item, Argument) and item.rest


def _is_keyword(word: str, taken: Sequence[object]) -> bool:
    return any(isinstance(t, Word) and t.text == word.lower() for t in taken)


def _whole(word: str, taken: Sequence[Word | Argument]) -> str:
    """One word of a line, as the device would show it."""
    wanted = word.lower()
    if _is_keyword(word, taken):
        return wanted
    for argument in (t for t in taken if isinstance(t, Argument)):
        try:
            value = argument.kind.read(word)
        except ValueRefusedError:
            continue
        listed = [text for text, _ in argument.kind.words if text.lower().startswith(wanted)]
        if wanted in (text.lower() for text in listed):
            return wanted
        if isinstance(value, str) and value.lower() != wanted and argument.kind.words:
            return value  # an interface, by its whole name
        return listed[0] if len(listed) == 1 and not argument.kind.forms else word
    return next((t.text for t in taken if isinstance(t, Word) and t.text.startswith(wanted)), word)


def _written(lines: tuple[Line, ...], grammar: Grammar, habits: Habits, depth: int) -> Iterator[str]:
    margin = " " * (habits.indent * depth)
    was_block = False
    open_modes: tuple[Mode, ...] = ()
    for line in lines:
        is_block = bool(line.command and line.command.enters and not line.negated) or bool(line.body)
        if depth == 0 and (is_block or was_block):
            yield "!"
        # A line that one of the modes before it would take for its own is kept from it.
        if any(_takes(mode, line) for mode in open_modes):
            yield margin + " " * habits.indent + "exit"
        yield line.text if line.raw else margin + line.text
        yield from _written(line.body, grammar, habits, depth + 1)
        if not line.raw:
            open_modes = tuple(_left_open(line, grammar))
        was_block = is_block
    if depth == 0:
        yield "!"


def _takes(mode: Mode, line: Line) -> bool:
    """Would that mode read the line before an outer one? As a shortened one only what is nobody's."""
    words = line.text.split()
    match = match_in(words, mode)
    if isinstance(match, Failure):
        return False
    typed = [word.lower() for word in words[1 if match.negated else 0 :]]
    return line.command is None or typed[: match.command.stem] == match.command.words.split()


def _left_open(line: Line, grammar: Grammar) -> Iterator[Mode]:
    if line.command and line.command.enters and not line.negated:
        yield grammar.mode(line.command.enters)
        if line.body:
            yield from _left_open(line.body[-1], grammar)
