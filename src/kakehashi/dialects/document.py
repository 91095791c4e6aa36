"""The text of a configuration as a tree that keeps every line, also those that were not understood."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from kakehashi.dialects.cursor import leaving
from kakehashi.dialects.grammar import Command, Grammar, Mode, Support
from kakehashi.dialects.matching import Failure, Match, match_in
from kakehashi.dialects.spelling import close


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that says nothing to the device. `text` is the line as it stood."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A line understood. `body` are the lines in the mode that it opened."""

    line: int
    text: str = field(repr=False)
    command: Command
    negated: bool
    values: dict[str, Any]
    body: tuple["Item", ...] = ()

    @property
    def key(self) -> str:
        """The name of the command."""
        return self.command.key

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an argument, or `default` where the line has none."""
        return self.values.get(name, default)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A line not understood, and the mode in which it stood. `body`: the lines of the mode it meant."""

    line: int
    text: str = field(repr=False)
    mode: Mode
    failure: Failure
    body: tuple["Item", ...] = ()


Item = Comment | Statement | Unknown
_FOREIGN = (Support.NOT_OURS, Support.THE_HOSTS)
_COLUMNS = 80  # of a terminal
# What stands indented below a line that nobody knows.
_NOBODY_S = Mode(name="foreign", title="a mode that is not ours", commands=(), unknown=Support.NOT_OURS)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole configuration."""

    items: tuple[Item, ...]

    def statements(self, *keys: str) -> Iterator[Statement]:
        """The statements of the root mode with one of these keys (all without), in their order."""
        return statements(self.items, *keys)

    def walk(self) -> Iterator[Item]:
        """Every line, in its order."""
        return _walk(self.items)


def statements(items: tuple[Item, ...], *keys: str) -> Iterator[Statement]:
    """The statements among `items` with one of these keys (all without), in their order."""
    return (i for i in items if isinstance(i, Statement) and (not keys or i.key in keys))


def parse_document(
    text: str, grammar: Grammar, said: Callable[[Sequence[str]], Sequence[str]] = tuple
) -> Document:
    """Read a configuration. Indentation is decoration; a line that is not its mode's may be one of the modes
    around it, of the root at last.

    `said`: what each of the lines says to the device, "" for nothing. Never raises for what the text says.
    `exit` leaves a mode, `end` leaves all.
    """
    parser = _Parser(grammar)
    lines = _lines(text)
    meant = _joined(lines, [_plain(line) for line in said(lines)], grammar)
    for number, (line, plain) in enumerate(zip(lines, meant, strict=True), start=1):
        parser.feed(number, line, plain, _follows_deeper(meant, number))
    return Document(parser.close())


def _lines(text: str) -> list[str]:
    """Lines as an editor counts them: str.splitlines would also split at form feeds and the like."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _plain(said: str) -> str:
    """Without what stands for nothing: a mark of the byte order, blanks at the end, a comment's text."""
    plain = said.lstrip("\ufeff").rstrip()
    return "" if plain.lstrip().startswith("!") else plain


def _joined(lines: Sequence[str], said: Sequence[str], grammar: Grammar) -> list[str]:
    """What the lines say, where a terminal broke one at its last column: the rest is put behind it again.

    A line is only taken for the rest of the one above if no command begins like it.
    """
    begins = {c.words.split()[0] for mode in (grammar.root, *grammar.modes) for c in mode.commands if c.stem}
    joined, head = list(said), 0
    for number in range(1, len(said)):
        text = said[number]
        if len(lines[number - 1]) != _COLUMNS or not said[number - 1]:
            head = number
            continue
        first = text.split(None, 1)[0].lower() if text else ""
        if not first or text[0].isspace() or first in begins or first in ("no", "exit", "end"):
            head = number
            continue
        joined[head] += text
        joined[number] = ""
    return joined


def _follows_deeper(said: Sequence[str], number: int) -> bool:
    """Is the line after that of this number, counted from 1, indented deeper?"""
    after = next((said[i] for i in range(number, len(said)) if said[i]), "")
    return _indentation(after) > _indentation(said[number - 1])


def _indentation(text: str) -> int:
    expanded = text.expandtabs()
    return len(expanded) - len(expanded.lstrip())


@dataclass(slots=True)
class _Frame:
    """An open mode: the line that opened it, and its lines so far. The root has no opener.

    `margin`: how far the opener is indented; `indented`: and what is in the mode further?
    """

    mode: Mode
    opener: Statement | Unknown | None = None
    body: list[Item] = field(default_factory=list)
    margin: int = -1
    indented: bool = False


class _Parser:
    """Lines go in. The open modes stand in each other, the root outermost."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._frames = [_Frame(grammar.root)]
        self._margin = 0  # how far the line at hand is indented
        self._opens = False

    def feed(self, number: int, text: str, said: str, opens: bool) -> None:
        """`opens`: the next line is indented deeper, as it would be in a mode that this one opens."""
        words = said.split()
        if not words:
            self._keep(Comment(number, text))
            return
        self._margin, self._opens = _indentation(said), opens
        for frame in self._frames:
            frame.indented = frame.indented or self._margin > frame.margin >= 0
        if left := leaving(words, self._frames[-1].mode):
            self._leave(max(1, len(self._frames) - 1) if left == "exit" else 1)
            self._keep(Comment(number, text))
            return
        self._read(number, text, _without_remark(words, self._frames))

    def close(self) -> tuple[Item, ...]:
        self._leave(1)
        return tuple(self._frames[0].body)

    def _read(self, number: int, text: str, words: list[str]) -> None:
        """A line belongs to the innermost mode that takes it; but where a shortened one would be whole words
        further out, it is meant there, and where it would be ours there and is not here, too.

        What has begun as a command of ours is no other one, and what stands indented below a mode leaves it
        only for what is ours: `mop` and `ntp` are commands of an interface, too.
        """
        failures: list[Failure] = []
        shortened: list[tuple[int, Match]] = []
        for depth in range(len(self._frames), 0, -1):
            found = match_in(words, self._frames[depth - 1].mode)
            if isinstance(found, Failure):
                failures.append(found)
            elif depth == len(self._frames) or self._leaves(words, found, failures):
                if _is_whole(words, found):
                    is_foreign = found.command.support in _FOREIGN
                    self._append(max(depth, self._below()) if is_foreign else depth, number, text, found)
                    return
                shortened.append((depth, found))
        # What is shortened, not ours and further out is rather a line of ours that is misspelt.
        near = [s for s in shortened if s[0] == len(self._frames)]
        meant = next((s for s in shortened if _is_ours(s[1])), near[0] if near else None)
        if meant is not None:
            self._append(meant[0], number, text, meant[1])
        else:
            self._refuse(Unknown(number, text, self._frames[-1].mode, reduce(_further, failures)))

    def _leaves(self, words: list[str], match: Match, failures: Sequence[Failure]) -> bool:
        """Does a line leave the open mode? A mode of unknown commands is left by whole words only.

        `failures`: what the modes further in said to the line.
        """
        frame = self._frames[-1]
        if frame.indented and self._margin <= frame.margin:
            return True  # what belongs to the mode was indented, and this is not
        if match.command.support in _FOREIGN and any(_has_begun(failure) for failure in failures):
            return False
        if frame.mode.unknown is Support.OURS:
            return True
        return _typed(words, match)[:1] == match.command.words.split()[:1]

    def _below(self) -> int:
        """So many modes, the root counted, were opened by lines above which the line at hand is indented."""
        return sum(frame.margin < self._margin for frame in self._frames)

    def _append(self, depth: int, number: int, text: str, match: Match) -> None:
        """Keep a statement in the mode at `depth`, and open its own."""
        self._leave(depth)
        statement = Statement(number, text, match.command, match.negated, match.values)
        if match.command.enters and not match.negated:
            mode = self._grammar.mode(match.command.enters)
            self._frames.append(_Frame(mode, statement, margin=self._margin))
        else:
            self._keep(statement)

    def _refuse(self, unknown: Unknown) -> None:
        """Keep a line that was not understood. If it meant to open a mode, what follows belongs to it.

        Whoever indents below a foreign command means that one, however near the words are to one of ours.
        """
        is_foreign = unknown.mode.unknown is not Support.OURS and unknown.text[:1].isspace()
        # What is indented below a mode opens none of the root's, however like their words it is.
        is_below = self._below() > 1 and unknown.failure.position == 0
        opened = None if is_foreign or is_below else _meant_to_open(unknown, self._grammar)
        if opened is None:
            self._refuse_whole(unknown)
            return
        has = [any(c.enters == opened for c in frame.mode.commands) for frame in self._frames]
        self._leave(max((depth for depth, it_has in enumerate(has, start=1) if it_has), default=1))
        self._frames.append(_Frame(self._grammar.mode(opened), unknown, margin=self._margin))

    def _refuse_whole(self, unknown: Unknown) -> None:
        """Keep a line that nothing is known of. If what follows is indented below it, that belongs to it."""
        within = self._below()
        is_foreign = self._frames[-1].mode.unknown is not Support.OURS
        if not self._opens or (is_foreign and within == len(self._frames)):
            self._keep(unknown)
            return
        self._leave(max(1, within))
        self._frames.append(_Frame(_NOBODY_S, unknown, margin=self._margin))

    def _keep(self, item: Item) -> None:
        self._frames[-1].body.append(item)

    def _leave(self, depth: int) -> None:
        """Close modes until so many are open, the root counted."""
        while len(self._frames) > depth:
            frame = self._frames.pop()
            if frame.opener is not None:
                self._keep(replace(frame.opener, body=tuple(frame.body)))


def _without_remark(words: list[str], frames: Sequence[_Frame]) -> list[str]:
    """Without `! why` at the end, where no command takes that as its own words."""
    mark = next((n for n, word in enumerate(words) if n and word.startswith("!")), None)
    if mark is None:
        return words
    for frame in reversed(frames):
        if isinstance(match_in(words, frame.mode), Match):
            return words
        if isinstance(match_in(words[:mark], frame.mode), Match):
            break
    return words[:mark]


def _is_whole(words: list[str], match: Match) -> bool:
    """Are the leading keywords written out?"""
    return _typed(words, match)[: match.command.stem] == match.command.words.split()


def _is_ours(match: Match) -> bool:
    return match.command.support in (Support.OURS, Support.NOT_YET)


def _has_begun(failure: Failure) -> bool:
    """Are the leading keywords of a command of ours there, and only what follows them is wrong?"""
    read = failure.position - (failure.words[0].lower() == "no")
    return any(c.support is Support.OURS and 0 < c.stem <= read for c in failure.commands)


def _typed(words: list[str], match: Match) -> list[str]:
    return [word.lower() for word in words[1 if match.negated else 0 :]]


def _further(inner: Failure, outer: Failure) -> Failure:
    """Of two readings that failed the one that came further; what both could have gone on with."""
    if outer.position != inner.position:
        return outer if outer.position > inner.position else inner
    return replace(inner, expected=inner.expected + outer.expected)


def _meant_to_open(unknown: Unknown, grammar: Grammar) -> str | None:
    """The mode that a misspelt line meant to open, as `interface` with a wrong name does."""
    failure = unknown.failure
    if failure.words and failure.words[0].lower() == "no":
        return None
    openers = [c for c in failure.commands if c.enters and c.support is Support.OURS]
    if openers and len(openers) == len(failure.commands):
        return openers[0].enters
    if failure.position == 0:
        first = {c.words.split()[0]: c for c in grammar.root.commands if c.enters and c.stem == 1}
        meant = close(failure.words[0], tuple(first)) if len(failure.words) > 1 else ""
        return first[meant].enters if meant else None
    return None


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        if not isinstance(item, Comment):
            yield from _walk(item.body)


def lines_of(items: Iterable[Item], foreign: bool = False) -> Iterator[tuple[Statement | Unknown, bool]]:
    """Every line but comments, each followed by those below it; is it, or what it stands below, not ours?"""
    for item in items:
        if isinstance(item, Comment):
            continue
        is_foreign = foreign or (isinstance(item, Statement) and item.command.support in _FOREIGN)
        yield item, is_foreign
        yield from lines_of(item.body, is_foreign)
