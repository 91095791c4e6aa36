"""Which language a file is in: as `--dialect` says, or as it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.registry import UnknownDialectError, by_name, recognise

_SIGNS = 3  # pieces of evidence that are told


@dataclass(frozen=True, slots=True)
class Choice:
    """What `--dialect` says: `every` of all files, `some` of single ones, by the name given or its end."""

    every: Dialect | None = None
    some: tuple[tuple[str, Dialect], ...] = ()

    def of(self, file: str) -> Dialect | None:
        """The language that was said for a file, or None."""
        return next((dialect for name, dialect in self.some if _is(file, name)), self.every)

    def or_recognised(self, file: str, text: str) -> Dialect:
        """The language that was said for a file, else the one that it looks like. UnknownDialectError."""
        return self.of(file) or recognise(text)

    def check(self, files: Sequence[str]) -> None:
        """Is each single file one of these? UnknownDialectError."""
        for name, _ in self.some:
            if not any(_is(file, name) for file in files):
                known = ", ".join(files)
                raise UnknownDialectError(
                    f"--dialect names {name}, which is no file of this command ({known})"
                )


def parse_choice(values: Sequence[str] | str | None) -> Choice:
    """Read `NAME` and `FILE=NAME`, several; the last for a file holds. UnknownDialectError."""
    every: Dialect | None = None
    some: list[tuple[str, Dialect]] = []
    for value in [values] if isinstance(values, str) else values or ():
        file, equals, name = value.rpartition("=")
        if equals and file:
            some.insert(0, (file, by_name(name)))
        else:
            every = by_name(name)
    return Choice(every, tuple(some))


def recognised(file: str, text: str, dialect: Dialect) -> str:
    """The sentence that says in which language a file was taken to be, and by what."""
    signs = ", ".join(dialect.evidence(text)[:_SIGNS])
    return f"{file} is {dialect.title}, recognised by {signs}; --dialect says otherwise"


def _is(file: str, name: str) -> bool:
    """Is `name` how a file is called, its last part, or that without its suffix?"""
    path = Path(file)
    return name in (file, path.name, path.stem)
