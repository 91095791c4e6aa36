"""Lines that the model does not hold, carried over where the language stays the same."""

from collections.abc import Callable, Iterator, Sequence

from kakehashi.dialects.document import Comment, Document, Item, Statement
from kakehashi.dialects.grammar import Support
from kakehashi.model.finding import Finding


def carry_over(source: Document, text: str, parse: Callable[[str], Document]) -> str:
    """`text` with the lines of `source` that are not about the VPN, or not acted on, in the places that they
    had: at the root, or in the block of the same opening line.
    """
    inside: dict[tuple[str, str], list[str]] = {}
    root: list[str] = []
    lines = text.splitlines()
    for item in source.items:
        if isinstance(item, Comment):
            continue
        if _is_left_out(item):
            found = list(_lines(item))
            root += found if found[1:] or found[0] not in lines else []  # `bridge irb enable` is written
        elif isinstance(item, Statement) and item.body:
            left = [line for i in item.body if _is_left_out(i) for line in _lines(i)]
            if left:
                inside.setdefault(_key(item), []).extend(left)
    openers = {s.line: _key(s) for s in parse(text).statements() if s.command.enters}
    written: list[str] = []
    for number, line in enumerate(lines, start=1):
        written.append(line)
        key = openers.get(number)
        if key is not None:
            written += inside.pop(key, [])
    rest = [*root, *(line for found in inside.values() for line in found)]
    return "\n".join([*_placed(written, rest), ""])


def _placed(lines: list[str], rest: list[str]) -> list[str]:
    """Behind the hostname, before what is ours."""
    if not rest:
        return lines
    at = next((n for n, line in enumerate(lines) if line == "!"), -1) + 1
    return [*lines[:at], *rest, "!", *lines[at:]]


def _is_left_out(item: Item) -> bool:
    if isinstance(item, Comment):
        return False
    if isinstance(item, Statement):
        return item.command.support is not Support.OURS
    return True


def _key(statement: Statement) -> tuple[str, str]:
    return statement.key, str(sorted((k, str(v)) for k, v in statement.values.items()))


def _lines(item: Item) -> Iterator[str]:
    yield item.text
    if not isinstance(item, Comment):
        for inner in item.body:
            yield from _lines(inner)


def error_line(finding: Finding) -> str:
    """An error of a result, with the line that it is about and what to do."""
    where = f"{finding.source}: " if finding.source else ""
    return f"ERROR: {where}{finding.message}" + (f" ({finding.remedy})" if finding.remedy else "")


def in_comments(lines: Sequence[str]) -> str:
    """The lines as comments of any of the languages."""
    return "".join(f"! {line}\n" if line else "!\n" for line in lines)
