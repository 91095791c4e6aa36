"""What `?` shows: the words that may stand where somebody types, and the values."""

from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.dialects.cursor import Cursor, common_words, cursor_in
from kakehashi.dialects.diagnosis import wanted
from kakehashi.dialects.grammar import Argument, Kind, Mode, ValueRefusedError, Word
from kakehashi.dialects.matching import Continuation, Failure, continuations
from kakehashi.dialects.notation import Notation

END_OF_LINE = "<cr>"
LINE = "LINE"


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A keyword, the form of a value, or `<cr>` where the command may end; and the sentence on it."""

    text: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """The lines in their order. `begun` is the word that the `?` touches, "" where a word is over."""

    lines: tuple[HelpLine, ...]
    begun: str = ""


def help_at(mode: Mode, text: str, notation: Notation) -> Help | Failure:
    """What `?` shows behind `text` in a mode. Failure where the words before it fit no command."""
    cursor = cursor_in(text.removesuffix("?"))
    found = continuations(cursor.words, mode.commands)
    if isinstance(found, Failure):
        return found
    keywords = {word.text: word.help for word in common_words(cursor, mode)}
    for word, sentence in (pair for c in found for pair in _keywords(c)):
        keywords[word] = keywords.get(word) or sentence
    lines = [HelpLine(word, sentence) for word, sentence in keywords.items() if cursor.touches(word)]
    lines += _values(found, cursor, notation, alone=not lines)
    may_end = not cursor.begun and any(c.terminal is None for c in found)
    if not lines and not may_end:
        expected = tuple(c.terminal for c in found if c.terminal is not None)
        return Failure((*cursor.words, cursor.begun), len(cursor.words), expected)
    # By ASCII, as IOS does it: numbers stand before `<1-10>`, that before `A.B.C.D` and `WORD`, words last.
    lines.sort(key=lambda line: line.text)
    if may_end:
        lines.append(HelpLine(END_OF_LINE))
    return Help(tuple(lines), cursor.begun)


def written(help_: Help | Failure, notation: Notation) -> str:
    """The help as the device prints it, or its refusal and what would have fitted."""
    match help_:
        case Failure() if len(help_.ambiguous) > 1:
            return f'% Ambiguous command:  "{" ".join([*help_.said.split(), help_.word])}"'
        case Failure():
            there_are = f"\nthere could stand: {wanted(help_.expected)}" if help_.expected else ""
            return f"% Unrecognized command{there_are}"
    if help_.begun and notation.names_only:
        return "  ".join(line.text for line in help_.lines)
    width = max(len(line.text) for line in help_.lines)
    return "\n".join(f"  {line.text.ljust(width)}  {line.help}".rstrip() for line in help_.lines)


def _keywords(continuation: Continuation) -> Iterator[tuple[str, str]]:
    match continuation.terminal:
        case Word() as word:
            yield word.text, continuation.command.sentence_on(word)
        case Argument() as argument:
            for text, sentence in argument.kind.words:
                yield text, sentence or argument.help


def _values(
    found: tuple[Continuation, ...], cursor: Cursor, notation: Notation, *, alone: bool
) -> list[HelpLine]:
    """The forms of the values that may stand there. `alone`: no keyword begins so; then also those that a
    begun word is no value of yet.
    """
    lines: dict[HelpLine, None] = {}
    for argument in (c.terminal for c in found if isinstance(c.terminal, Argument)):
        forms = (LINE,) if argument.rest else argument.kind.forms
        if argument.rest or not cursor.begun or alone or _reads(argument.kind, cursor.begun):
            lines.update({HelpLine(notation.form(form), argument.help): None for form in forms})
    return list(lines)


def _reads(kind: Kind, word: str) -> bool:
    try:
        kind.read(word)
    except ValueRefusedError:
        return False
    return True
