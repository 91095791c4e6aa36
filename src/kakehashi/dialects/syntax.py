"""A pattern in the notation of a manual: `key {0 SECRET | SECRET} [no-xauth]`."""

from collections.abc import Iterator, Sequence

from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Terminal, Word
from kakehashi.dialects.notation import Notation

_FEW = 5  # words of a choice that stand in the line itself


def syntax(pattern: Sequence[Pattern], notation: Notation) -> str:
    """`[]` may be left out, `{ | }` is one of several, `...` may be repeated."""
    return " ".join(_written(item, notation) for item in pattern)


def display(terminal: Terminal, notation: Notation) -> str:
    """A keyword as it is, an argument by its name."""
    if isinstance(terminal, Word):
        return terminal.text
    return notation.placeholder(terminal.name.replace("_", "-").replace(" ", "-"))


def terminals(pattern: Sequence[Pattern]) -> Iterator[Terminal]:
    """Every keyword and argument, in the order in which they are written."""
    for item in pattern:
        match item:
            case Word() | Argument():
                yield item
            case Optional(items):
                yield from terminals(items)
            case Either(options):
                for option in options:
                    yield from terminals(option)
            case Many(repeated):
                yield from terminals((repeated,))


def behind_stem(command: Command) -> tuple[Terminal, ...]:
    """Every keyword and argument behind its leading keywords."""
    return tuple(terminals(command.pattern[command.stem :]))


def _written(item: Pattern, notation: Notation) -> str:
    match item:
        case Word():
            return item.text
        case Argument():
            words = tuple(word for word, _ in item.kind.words)
            is_short = 0 < len(words) <= _FEW and not item.kind.forms
            return "{" + " | ".join(words) + "}" if is_short else display(item, notation)
        case Optional((Many(Word() | Argument() as repeated),)):
            return f"[{_written(repeated, notation)} ...]"
        case Optional((Many(repeated),)):
            return f"[{_inner(repeated, notation)}] ..."
        case Optional((single,)):
            return f"[{_inner(single, notation)}]"
        case Optional(items):
            return f"[{syntax(items, notation)}]"
        case Either(options) if len(options) == 1:
            return syntax(options[0], notation)
        case Either():
            return f"{{{_inner(item, notation)}}}"
        case Many(repeated):
            return f"{_written(repeated, notation)} ..."


def _inner(item: Pattern, notation: Notation) -> str:
    """What stands between the braces; alternatives of an alternative are alternatives themselves."""
    if not isinstance(item, Either):
        written = _written(item, notation)
        return written[1:-1] if isinstance(item, Argument) and written.startswith("{") else written
    return " | ".join(
        _inner(option[0], notation) if len(option) == 1 else syntax(option, notation)
        for option in item.options
    )
