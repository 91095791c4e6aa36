"""Words against commands: which command a line is, or how far it went and what was expected there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Mode,
    Negation,
    Pattern,
    Terminal,
    ValueRefusedError,
    Word,
    heads,
)

MASK = "***"
_LED_BY = 3  # keywords at the beginning of a line by which its command is looked up
# After one of these words a value is, or may be, a secret.
_SECRET_WORDS = frozenset({"key", "secret", "password", "community", "passphrase", "pre-shared-key"})
# Beginnings of those of them that are typed shortened, and are like no other keyword.
_SHORT_SECRET_WORDS = frozenset(
    word[:length] for word in ("password", "pre-shared-key") for length in range(3, len(word))
) - {"pre-share"}
# These stand between the word and the secret, and say nothing.
_ANNOUNCEMENTS = frozenset({"char", "hex"})


@dataclass(frozen=True, slots=True)
class Match:
    """A line understood: the command and the values of its arguments."""

    command: Command
    negated: bool
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A line not understood.

    `position` is the index of the word that did not fit, len(words) where words are missing. `expected` is
    what could have stood there. `ambiguous` are the keywords that the word begins. `excess`: the command was
    complete before that word. `commands` were still possible there.
    """

    words: tuple[str, ...] = field(repr=False)
    position: int
    expected: tuple[Terminal, ...]
    ambiguous: tuple[str, ...] = ()
    excess: bool = False
    commands: tuple[Command, ...] = ()
    refusal: str = ""

    @property
    def incomplete(self) -> bool:
        """Are words missing at the end?"""
        return self.position >= len(self.words)

    @property
    def wants_value(self) -> bool:
        """Was a value expected, and not only keywords?"""
        return any(isinstance(t, Argument) for t in self.expected)

    @property
    def word(self) -> str:
        """The word that did not fit, masked where it could be a secret."""
        return "" if self.incomplete else self._masked()[self.position]

    @property
    def said(self) -> str:
        """The words that did fit, secrets masked."""
        return " ".join(self._masked()[: self.position])

    def _masked(self) -> list[str]:
        """The words; from the first that announces a secret on, only such announcements are shown."""
        lowered = [word.lower() for word in self.words]
        secrets = _SECRET_WORDS | _SHORT_SECRET_WORDS
        first = next((i for i, word in enumerate(lowered) if word in secrets), len(lowered))
        return [
            word if i <= first or word.lower() in _ANNOUNCEMENTS else MASK
            for i, word in enumerate(self.words)
        ]


@dataclass(frozen=True, slots=True)
class Continuation:
    """What may stand next in a line that is, or becomes, `command`. `terminal` is None where it may end."""

    command: Command
    terminal: Terminal | None


_MOST_READ = 1 << 18  # lines that are known for a while: those of the largest centre
_READ: dict[tuple[int, tuple[str, ...]], tuple[Mode, Match | Failure]] = {}


@dataclass(frozen=True, slots=True)
class _Thread:
    """One way to read the line so far."""

    command: Command
    rest: tuple[Pattern, ...]
    values: dict[str, Any]


def match_line(words: Sequence[str], commands: Sequence[Command]) -> Match | Failure:
    """Find the command that `words` are. Time is linear in words times commands."""
    words = tuple(words)
    negated = _is_negated(words)
    read = _read(words, commands)
    match read:
        case Failure():
            return read
        case _Thread():
            return Match(read.command, negated, read.values)
    return _finish(read, words, negated)


def match_in(words: Sequence[str], mode: Mode) -> Match | Failure:
    """The same for the commands of a mode that stays: a line read before is not read again.

    Who types at a centre of thousands of tunnels changes one line of many.
    """
    key = (id(mode), tuple(words))
    known = _READ.get(key)
    if known is not None and known[0] is mode:
        return known[1]
    found = match_line(words, mode.commands)
    if len(_READ) >= _MOST_READ:
        _READ.clear()
    _READ[key] = (mode, found)
    return found


def continuations(words: Sequence[str], commands: Sequence[Command]) -> tuple[Continuation, ...] | Failure:
    """What may follow `words`, for each command that they may be; Failure if they fit none."""
    words = tuple(words)
    read = _read(words, commands)
    match read:
        case Failure():
            return read
        case _Thread():
            return (Continuation(read.command, None),)
    found = [Continuation(thread.command, t) for thread in read for t, _, _ in heads(thread.rest)]
    if _is_negated(words):
        found += [Continuation(t.command, None) for t in read if _is_enough(t.command, words)]
    return tuple(found)


def expected(words: Sequence[str], commands: Sequence[Command]) -> tuple[Terminal, ...]:
    """What may follow `words`, each keyword once. Empty if they fit no command."""
    found = continuations(words, commands)
    if isinstance(found, Failure):
        return ()
    return _unlike([c.terminal for c in found if c.terminal is not None])


def _is_negated(words: tuple[str, ...]) -> bool:
    return bool(words) and words[0].lower() == "no"


def _read(words: tuple[str, ...], commands: Sequence[Command]) -> "list[_Thread] | _Thread | Failure":
    """Every reading of the words so far; a single one if it took the rest of the line."""
    begin = 1 if _is_negated(words) else 0
    every = tuple(commands)
    possible = _possible(every, tuple(word.lower() for word in words[begin : begin + _LED_BY]))
    read = _read_as(words, begin, possible)
    # What could have stood in the place of a wrong word, those know that were left out for it.
    return _read_as(words, begin, every) if isinstance(read, Failure) else read


def _read_as(
    words: tuple[str, ...], begin: int, commands: tuple[Command, ...]
) -> "list[_Thread] | _Thread | Failure":
    threads = [_Thread(c, c.pattern, {}) for c in commands if not begin or c.negation is not Negation.NONE]
    for position in range(begin, len(words)):
        step = _advance(threads, words, position)
        if isinstance(step, Failure):
            return step
        threads, finished = step
        if finished:
            return finished
    return threads


def _possible(commands: tuple[Command, ...], begun: tuple[str, ...]) -> tuple[Command, ...]:
    """Those of the commands that may begin so: what is impossible costs no time.

    It ends at a shortened word: which of several was meant, the words behind it must not decide.
    """
    for position, word in enumerate(begun):
        commands, is_certain = _narrowed(commands, position, word)
        if not is_certain:
            break
    return commands


@lru_cache(maxsize=4096)
def _narrowed(commands: tuple[Command, ...], position: int, word: str) -> tuple[tuple[Command, ...], bool]:
    """Those that may have the word there, and is it a whole keyword of one of them?"""
    commands = tuple(c for c in commands if _may_stand(c.pattern, position, word))
    return commands, any(_is_keyword(c.pattern, position, word) for c in commands)


def _may_stand(pattern: tuple[Pattern, ...], position: int, word: str) -> bool:
    """Not where the pattern has another keyword; what stands behind anything else, nobody knows here."""
    if any(not isinstance(item, Word) for item in pattern[:position]) or position >= len(pattern):
        return True
    item = pattern[position]
    return not isinstance(item, Word) or item.text.startswith(word)


def _is_keyword(pattern: tuple[Pattern, ...], position: int, word: str) -> bool:
    item = pattern[position] if position < len(pattern) else None
    return isinstance(item, Word) and item.text == word


def _advance(
    threads: list[_Thread], words: tuple[str, ...], position: int
) -> tuple[list[_Thread], _Thread | None] | Failure:
    """Read one word. An exact keyword wins over a value, a value over the beginning of a keyword."""
    word = words[position]
    wanted = word.lower()
    exact: list[_Thread] = []
    valued: list[_Thread] = []
    begun: list[tuple[str, _Thread]] = []
    tried: list[Terminal] = []
    refusals: list[str] = []
    whole: list[_Thread] = []
    excess = False
    for thread in threads:
        for terminal, follows, repeats in heads(thread.rest):
            if terminal is None:
                excess = True
                continue
            tried.append(terminal)
            if isinstance(terminal, Word):
                if not terminal.text.startswith(wanted):
                    continue
                values = _with_word(thread.values, terminal)
                following = _Thread(thread.command, follows, values)
                if terminal.text == wanted:
                    exact.append(following)
                else:
                    begun.append((terminal.text, following))
            elif terminal.rest:
                taken = {**thread.values, terminal.name: words[position:]}
                whole.append(replace(thread, rest=follows, values=taken))
            else:
                try:
                    values = _with_value(thread.values, terminal, word, repeats)
                    valued.append(replace(thread, rest=follows, values=values))
                except ValueRefusedError as refused:
                    refusals.append(str(refused))
    meanings = tuple(dict.fromkeys(text for text, _ in begun))
    if exact or valued:
        return exact or valued, None
    if len(meanings) == 1:
        return [thread for _, thread in begun], None
    if whole:
        return [], whole[0]
    return Failure(
        words,
        position,
        _unlike(tried),
        meanings,
        excess and not begun,
        tuple(dict.fromkeys(t.command for t in threads)),
        " or ".join(dict.fromkeys(refusals)),
    )


def _finish(threads: list[_Thread], words: tuple[str, ...], negated: bool) -> Match | Failure:
    """The words are over: which reading is complete?"""
    wanted: list[Terminal] = []
    for thread in threads:
        enough = negated and _is_enough(thread.command, words)
        for terminal, _, _ in heads(thread.rest):
            if terminal is None or enough:
                return Match(thread.command, negated, thread.values)
            wanted.append(terminal)
    commands = tuple(dict.fromkeys(t.command for t in threads))
    return Failure(words, len(words), _unlike(wanted), commands=commands)


def _is_enough(command: Command, words: tuple[str, ...]) -> bool:
    """Are `no` and the words behind it enough for the command?"""
    return len(words) - 1 >= command.stem


def _unlike(terminals: list[Terminal]) -> tuple[Terminal, ...]:
    """Each keyword once, however many commands have it."""
    return tuple(
        {t.text if isinstance(t, Word) else (t.name, t.kind.expected): t for t in terminals}.values()
    )


def _with_word(values: dict[str, Any], word: Word) -> dict[str, Any]:
    return {**values, word.sets[0]: word.sets[1]} if word.sets else values


def _with_value(values: dict[str, Any], argument: Argument, word: str, repeats: bool) -> dict[str, Any]:
    value = argument.kind.read(word)
    if repeats:
        value = (*values.get(argument.name, ()), value)
    return {**values, argument.name: value}
