"""A value of the sheet as a line of a configuration."""

from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.check.sheet.row import NOTHING


@dataclass(frozen=True, slots=True)
class Phrase:
    """`line` with the word for the value in place of `{}`; `words` by the sheet's value.

    `off`: the line that says "none", "" where no line can.
    """

    line: str
    words: Mapping[str, str]
    off: str = ""

    def say(self, text: str) -> str:
        """The line for a value; "" where the device does not have it."""
        if text == NOTHING:
            return self.off
        word = self.words.get(text)
        return self.line.format(word) if word else ""


Phrases = Mapping[tuple[str, int], Phrase]
"""By the key of the row and the version of IKE."""
