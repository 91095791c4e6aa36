"""Where somebody stands in a line that is being typed."""

from dataclasses import dataclass

from kakehashi.dialects.grammar import Mode, Negation, Word

_NO = Word("no", "Take a setting back, or switch it off")
_LEAVING = (Word("exit", "Leave this mode"), Word("end", "Leave all modes"))


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


def common_words(cursor: Cursor, mode: Mode) -> tuple[Word, ...]:
    """What may stand there in any mode."""
    if cursor.words:
        return ()
    negatable = any(c.negation is not Negation.NONE for c in mode.commands)
    return (*((_NO,) if negatable else ()), *_LEAVING)
