"""The lines of one object, gathered from wherever it is opened, and lines of the whole device."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kakehashi.dialects.document import Document, Statement, statements


@dataclass(slots=True)
class Block:
    """All lines of one object. `opener` is the line that opened it first; more may open it again."""

    name: str
    opener: Statement
    lines: list[Statement] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Where it was opened first."""
        return self.opener.line

    def last(self, key: str) -> Statement | None:
        """The line with that key that holds, or None."""
        found = [s for s in self.lines if s.key == key]
        return found[-1] if found and not found[-1].negated else None

    def all(self, key: str) -> tuple[Statement, ...]:
        """The lines with that key that no `no` has taken back."""
        return standing(s for s in self.lines if s.key == key)


def read_blocks(
    document: Document, key: str, name: Callable[[Statement], str | None] | str = "name"
) -> dict[str, Block]:
    """The objects that lines with that key open, by name, in their order.

    `name`: the argument that names an object, or how to name it. A `no` that names none but says something
    (`no crypto map OUT`) takes all that were opened so.
    """
    blocks: dict[str, Block] = {}
    for statement in document.statements(key):
        called = statement.get(name) if isinstance(name, str) else name(statement)
        if not isinstance(called, str):
            if statement.negated and statement.values:
                blocks = {n: b for n, b in blocks.items() if not _takes_back(statement, b.opener)}
            continue
        if statement.negated:
            blocks.pop(called, None)
            continue
        block = blocks.setdefault(called, Block(called, statement))
        block.lines += statements(statement.body)
    return blocks


def last_line(document: Document, key: str) -> Statement | None:
    """The line with that key that holds for the whole device, or None."""
    found = list(document.statements(key))
    return found[-1] if found and not found[-1].negated else None


def all_lines(document: Document, key: str) -> tuple[Statement, ...]:
    """The lines with that key that no `no` has taken back."""
    return standing(document.statements(key))


def standing(lines: Iterable[Statement]) -> tuple[Statement, ...]:
    """The lines that no later `no` takes back."""
    kept: list[Statement] = []
    for statement in lines:
        if statement.negated:
            kept = [s for s in kept if not _takes_back(statement, s)]
        else:
            kept.append(statement)
    return tuple(kept)


def _takes_back(negative: Statement, statement: Statement) -> bool:
    """Does a line with `no` mean this one? What it leaves out, it does not ask for."""
    return all(statement.values.get(name) == value for name, value in negative.values.items())
