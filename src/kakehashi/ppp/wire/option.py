"""Configuration options (RFC 1661 section 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kakehashi.ppp.drops import Drop, Malformed

MAX_OPTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Option:
    """One option: type and value."""

    type: int
    value: bytes = b""

    def encode(self) -> bytes:
        """Type, length and value."""
        return bytes([self.type, 2 + len(self.value)]) + self.value

    @property
    def number(self) -> int:
        """The value as a number."""
        return int.from_bytes(self.value, "big")


def decode_options(data: bytes) -> tuple[Option, ...]:
    """The options of a Configure packet, at most MAX_OPTIONS. Malformed if one does not fit."""
    options: list[Option] = []
    at = 0
    while at < len(data):
        if len(options) >= MAX_OPTIONS:
            raise Malformed(Drop.TOO_MANY_OPTIONS)
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2 or at + length > len(data):
            raise Malformed(Drop.OPTION_LENGTH)
        options.append(Option(data[at], data[at + 2 : at + length]))
        at += length
    return tuple(options)


def encode_options(options: Iterable[Option]) -> bytes:
    """The data of a Configure packet."""
    return b"".join(option.encode() for option in options)
