"""What a device says to a line that it does not understand, and what would have fitted."""

from kakehashi.dialects.diagnosis import suggestion, wanted
from kakehashi.dialects.grammar import Mode
from kakehashi.dialects.manner import Manner
from kakehashi.dialects.matching import Failure


def refusal(failure: Failure, mode: Mode, manner: Manner, text: str, margin: int) -> str:
    """The device's sentence; where a word is wrong, a caret stands under it. `margin`: columns before `text`
    on the screen.
    """
    there_are = ""
    if failure.expected and failure.position:
        there_are = f"\nthere could stand: {wanted(failure.expected)}"
    if len(failure.ambiguous) > 1:
        meant = ", ".join(failure.ambiguous)
        return f'% Ambiguous command:  "{_until(text, failure.position)}"\nit could be: {meant}'
    if failure.incomplete:
        return manner.incomplete + there_are
    meant = suggestion(failure, mode.commands)
    if meant:
        there_are = f"\ndid you mean `{meant}`?"
    elif failure.refusal:
        there_are = f"\nthere could stand: {failure.refusal}"
    caret = " " * (margin + column(text, failure.position)) + "^"
    return f"{caret}\n{manner.invalid.format(failure.word)}{there_are}"


def column(text: str, position: int) -> int:
    """Where the word of that index begins."""
    place = 0
    for number, word in enumerate(text.split()):
        place = text.index(word, place)
        if number == position:
            return place
        place += len(word)
    return len(text)


def _until(text: str, position: int) -> str:
    """The line up to the end of that word."""
    words = text.split()
    return text[: column(text, position) + len(words[position])].strip() if position < len(words) else text
