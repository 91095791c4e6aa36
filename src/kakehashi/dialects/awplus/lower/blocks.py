"""The lines of one object, gathered from wherever it is opened, and lines of the whole device."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.dialects.document import Document, Statement, statements


@dataclass(slots=True)
class Block:
    """All lines of one interface or profile; it may be opened again further down."""

    name: str
    line: int
    lines: list[Statement] = field(default_factory=list)

    def last(self, key: str) -> Statement | None:
        """The line with that key that holds, or None."""
        found = [s for s in self.lines if s.key == key]
        return found[-1] if found and not found[-1].negated else None

    def all(self, key: str) -> tuple[Statement, ...]:
        """The lines with that key that no `no` has taken back."""
        return standing(s for s in self.lines if s.key == key)


def read_blocks(document: Document, key: str) -> dict[str, Block]:
    """The objects that lines with that key open, by name, in their order."""
    blocks: dict[str, Block] = {}
    for statement in document.statements(key):
        name = statement.get("name")
        if statement.negated:
            blocks.pop(name, None)
            continue
        block = blocks.setdefault(name, Block(name, statement.line))
        block.lines += statements(statement.body)
    return blocks


def standing(lines: Iterable[Statement]) -> tuple[Statement, ...]:
    """The lines that no later `no` takes back. What a line with `no` leaves out, it does not ask for."""
    kept: list[Statement] = []
    for statement in lines:
        if statement.negated:
            kept = [s for s in kept if not _takes_back(statement, s)]
        else:
            kept.append(statement)
    return tuple(kept)


def _takes_back(negative: Statement, statement: Statement) -> bool:
    return all(statement.values.get(name) == value for name, value in negative.values.items())
