"""Kinds of value that only this device has."""

import re
from dataclasses import dataclass

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.model.secret import Secret

_LONGEST_SECRET = 128


@dataclass(frozen=True, slots=True)
class TextSecret:
    """A pre-shared key as text."""

    @property
    def expected(self) -> str:
        return f"a key of 1 to {_LONGEST_SECRET} octets"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()

    def read(self, word: str) -> Secret:
        try:
            octets = word.encode()
        except UnicodeEncodeError:
            raise ValueRefusedError(self.expected) from None
        if len(octets) > _LONGEST_SECRET:
            raise ValueRefusedError(self.expected)
        return Secret(octets)


@dataclass(frozen=True, slots=True)
class HexSecret:
    """A pre-shared key as hexadecimal digits, two an octet, `0x` before them if you like."""

    @property
    def expected(self) -> str:
        return f"an even number of hexadecimal digits, for 1 to {_LONGEST_SECRET} octets"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()

    def read(self, word: str) -> Secret:
        digits = word[2:] if word[:2].lower() == "0x" else word
        if not re.fullmatch(rf"(?:[0-9A-Fa-f]{{2}}){{1,{_LONGEST_SECRET}}}", digits):
            raise ValueRefusedError(self.expected)
        return Secret(bytes.fromhex(digits))


@dataclass(frozen=True, slots=True)
class NameList:
    """A name, or several with commas between them and no space."""

    what: str

    @property
    def expected(self) -> str:
        return self.what

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()

    def read(self, word: str) -> tuple[str, ...]:
        names = tuple(name for name in word.split(",") if name)
        if not names:
            raise ValueRefusedError(self.expected)
        return names
