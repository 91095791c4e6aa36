"""What Tab makes of a line that is being typed."""

from dataclasses import dataclass

from kakehashi.dialects.cursor import common_words, cursor_in
from kakehashi.dialects.grammar import Argument, Kind, Mode, ValueRefusedError, Word
from kakehashi.dialects.matching import Failure, continuations


@dataclass(frozen=True, slots=True)
class Completion:
    """The line after Tab, and the words among which it could not decide; none where it had not to."""

    text: str
    candidates: tuple[str, ...] = ()


def completions_at(mode: Mode, text: str) -> Completion:
    """What Tab makes of `text` in a mode: the word that it touches is completed, as far as it is clear.

    What is no beginning of a keyword stays as it is. Where no word is begun, one is written only if nothing
    else can stand there.
    """
    cursor = cursor_in(text)
    found = continuations(cursor.words, mode.commands)
    if isinstance(found, Failure):
        return Completion(text)
    words = {word.text: None for word in common_words(cursor, mode)}
    is_open = False
    for terminal in (c.terminal for c in found):
        match terminal:
            case Word():
                words[terminal.text] = None
            case Argument():
                whole = [word for word, _ in terminal.kind.words if _is_value(terminal.kind, word)]
                words.update(dict.fromkeys(whole))
                is_open = is_open or not whole or bool(terminal.kind.forms)
            case None:
                is_open = True
    candidates = tuple(sorted(word for word in words if cursor.touches(word)))
    before = text[: len(text) - len(cursor.begun)]
    if len(candidates) == 1 and (cursor.begun or not is_open):
        return Completion(f"{before}{candidates[0]} ")
    common = _common(candidates) if cursor.begun and candidates else ""
    longer = before + common if len(common) > len(cursor.begun) else text
    return Completion(longer, candidates)


def _common(words: tuple[str, ...]) -> str:
    """With what they all begin; they are sorted."""
    first, last = words[0], words[-1]
    end = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:end]


def _is_value(kind: Kind, word: str) -> bool:
    """Is it a word that may stand so, and no picture of one (`GigaEthernetX.Y`)?"""
    try:
        kind.read(word)
    except ValueRefusedError:
        return False
    return True
