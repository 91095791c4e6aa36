"""Kinds of value that only this device has."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.kinds import ADDRESS_FORMS, Choice, Key, Unlisted

KEY = Key(128)
_ALL_ONES = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An algorithm by its word. `others`: words that other makers' devices take and this one does not."""

    options: Mapping[str, tuple[Any, str]]
    others: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        return Choice(self.options).expected

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return Choice(self.options).words

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    def read(self, word: str) -> Any:
        if word.lower() in self.others:
            raise ValueRefusedError(f"{self.expected}; the device does not have {word.upper()}")
        return Choice(self.options).read(word)


@dataclass(frozen=True, slots=True)
class Group:
    """A Diffie-Hellman group by its number."""

    options: Mapping[str, tuple[Any, str]]

    @property
    def expected(self) -> str:
        return Choice(self.options).expected

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return Choice(self.options).words

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    def read(self, word: str) -> Any:
        found = self.options.get(word)
        if found is None:
            beside = f"; the device does not have group {word}" if word.isdigit() and len(word) < 4 else ""
            raise ValueRefusedError(self.expected + beside)
        return found[0]


@dataclass(frozen=True, slots=True)
class Mask(Unlisted):
    """A mask of a network, `255.255.255.0`: read as the length of its prefix."""

    @property
    def expected(self) -> str:
        return "a mask such as 255.255.255.0"

    @property
    def forms(self) -> tuple[str, ...]:
        return (ADDRESS_FORMS[4],)

    def read(self, word: str) -> int:
        try:
            address = ip_address(word)
        except ValueError:
            raise ValueRefusedError(self.expected) from None
        host_bits = int(address) ^ _ALL_ONES
        if not isinstance(address, IPv4Address) or host_bits & (host_bits + 1):
            raise ValueRefusedError(self.expected)
        return 32 - host_bits.bit_length()
