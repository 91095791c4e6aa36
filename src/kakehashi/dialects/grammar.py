"""What a router's commands are made of, as data.

A `Command` is a pattern of words and typed arguments; a `Mode` is the set of commands legal in one place.
From the same data come parsing, the help behind `?`, completion and the reference page. Patterns:

    Word("mtu")                      a keyword; any unambiguous beginning of it will do, in any case
    Argument("seconds", Number(..))  a typed value, kept under its name
    Optional(a, b)                   `a b`, or nothing
    Either((a, b), (c,))             `a b`, or `c`
    Many(a)                          `a`, once or more often; an argument inside collects a tuple
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol


class ValueRefusedError(ValueError):
    """A word is not a value of its kind; the text says what was expected."""


class Kind(Protocol):
    """The type of an argument."""

    @property
    def expected(self) -> str:
        """What it takes, for a message: `a number from 1 to 10`."""

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The words it takes with a sentence on each, if they can be listed; else empty."""

    @property
    def forms(self) -> tuple[str, ...]:
        """How `?` shows what it takes besides its words: `<1-10>`, `A.B.C.D`, `WORD`."""

    def read(self, word: str) -> Any:
        """The value of `word`. ValueRefusedError."""


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A keyword. `sets` is a value that the keyword stands for, kept under a name."""

    text: str
    help: str = ""
    sets: tuple[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """A typed value. `secret`: it must not appear in a message. `rest`: it takes all words that are left."""

    name: str
    kind: Kind
    help: str = ""
    secret: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Optional:
    """All of it or nothing."""

    items: tuple["Pattern", ...]

    def __init__(self, *items: "Pattern") -> None:
        object.__setattr__(self, "items", items)


@dataclass(frozen=True, slots=True)
class Either:
    """One of several sequences."""

    options: tuple[tuple["Pattern", ...], ...]

    def __init__(self, *options: tuple["Pattern", ...]) -> None:
        object.__setattr__(self, "options", options)


@dataclass(frozen=True, slots=True)
class Many:
    """Once or more often. An argument inside collects its values in a tuple."""

    item: "Pattern"


Terminal = Word | Argument
Pattern = Word | Argument | Optional | Either | Many


class Support(enum.Enum):
    """What becomes of a command."""

    OURS = "ours"
    NOT_YET = "not yet"  # the VPN needs it and we do not have it: always told
    THE_HOSTS = "the host's"  # it brings a line up, which is the business of the host that we run on
    NOT_OURS = "not ours"  # it does not concern the VPN


class Negation(enum.Enum):
    """What `no` before a command means."""

    NONE = "none"
    REMOVES = "removes"  # the setting is as if it had never been made here
    SETS = "sets"  # it is a setting of its own: off


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """One command. `key` names it for the lowering; `enters` is the mode that it opens."""

    key: str
    pattern: tuple[Pattern, ...]
    help: str
    enters: str | None = None
    negation: Negation = Negation.REMOVES
    support: Support = Support.OURS

    @property
    def stem(self) -> int:
        """How many keywords stand at the beginning: `no` and these words are enough."""
        count = 0
        for item in self.pattern:
            if not isinstance(item, Word):
                break
            count += 1
        return count

    @property
    def words(self) -> str:
        """Its leading keywords, for a message."""
        return " ".join(item.text for item in self.pattern[: self.stem] if isinstance(item, Word))

    def sentence_on(self, word: Word) -> str:
        """The help of a keyword: that of the command, where it is its last leading one and has none."""
        is_last = self.stem > 0 and self.pattern[self.stem - 1] is word
        return word.help or (self.help if is_last else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One place in a configuration. `unknown` says what a line is that the mode does not know."""

    name: str
    title: str
    commands: tuple[Command, ...]
    unknown: Support = Support.OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A dialect's modes; `root` is where a configuration begins, and where every mode falls back to."""

    root: Mode
    modes: tuple[Mode, ...]

    def mode(self, name: str) -> Mode:
        """The mode of that name. KeyError."""
        if name == self.root.name:
            return self.root
        return next(m for m in self.modes if m.name == name)


def prefixed(words: tuple[Word, ...], commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The same commands with words before each."""
    return tuple(
        Command(
            key=c.key,
            pattern=words + c.pattern,
            help=c.help,
            enters=c.enters,
            negation=c.negation,
            support=c.support,
        )
        for c in commands
    )


def heads(rest: tuple[Pattern, ...]) -> Iterator[tuple[Terminal | None, tuple[Pattern, ...], bool]]:
    """What may come next, what follows it, and whether it repeats; None where the command may end."""
    if not rest:
        yield None, (), False
        return
    first, after = rest[0], rest[1:]
    match first:
        case Word() | Argument():
            yield first, after, False
        case Optional(items):
            yield from heads(items + after)
            yield from heads(after)
        case Either(options):
            for option in options:
                yield from heads(option + after)
        case Many(item):
            for terminal, follows, _ in heads((item,)):
                if terminal is not None:
                    yield terminal, (*follows, Optional(first), *after), True
