"""Where somebody stands in a line that is being typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from kakehashi.dialects.grammar import Mode, Negation, Word

_NO = Word("no", "Take a setting back, or switch it off")
_LEAVING = (Word("exit", "Leave this mode"), Word("end", "Leave all modes"))
_SHORTEST = 2  # letters of `exit`; `e` begins `end`, too


@dataclass(frozen=True, slots=True)
class Cursor:
    """The whole words before it, and the beginning of the word that it touches."""

    words: tuple[str, ...]
    begun: str = ""

    def touches(self, word: str) -> bool:
        """Does the word begin as what is typed?"""
        return word.lower().startswith(self.begun.lower())


def cursor_in(text: str) -> Cursor:
    """The cursor at the end of a line."""
    words = tuple(text.split())
    if not words or text[-1].isspace():
        return Cursor(words)
    return Cursor(words[:-1], words[-1])


def leaving(words: Sequence[str], mode: Mode) -> str:
    """`exit` or `end` if that is what the words say, else "".

    `exit` may be shortened where no command begins so.
    """
    word = words[0].lower() if len(words) == 1 else ""
    if word in [known.text for known in _LEAVING]:
        return word
    if len(word) < _SHORTEST or not "exit".startswith(word):
        return ""
    others = (c.pattern[0] for c in mode.commands)
    return "" if any(isinstance(o, Word) and o.text.startswith(word) for o in others) else "exit"


def common_words(cursor: Cursor, mode: Mode) -> tuple[Word, ...]:
    """What may stand there in any mode."""
    if cursor.words:
        return ()
    negatable = any(c.negation is not Negation.NONE for c in mode.commands)
    return (*((_NO,) if negatable else ()), *_LEAVING)
