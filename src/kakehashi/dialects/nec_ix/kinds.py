"""Kinds of value that only this device has."""

from dataclasses import dataclass

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.kinds import WORD, HexKey, Key, Unlisted

_LONGEST_KEY = 128  # octets
KEY = Key(_LONGEST_KEY)
HEX_KEY = HexKey(_LONGEST_KEY)
PASSWORD = Key(79)  # of PPP (command reference "PPP")


@dataclass(frozen=True, slots=True)
class NameList(Unlisted):
    """A name, or several with commas between them and no space."""

    what: str

    @property
    def expected(self) -> str:
        return self.what

    @property
    def forms(self) -> tuple[str, ...]:
        return (WORD,)

    def read(self, word: str) -> tuple[str, ...]:
        names = tuple(name for name in word.split(",") if name)
        if not names:
            raise ValueRefusedError(self.expected)
        return names
