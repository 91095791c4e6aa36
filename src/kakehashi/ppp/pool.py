"""Addresses for those who dial in."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Protocol


class Pool(Protocol):
    """Where a link gets its peer's address."""

    def take(self, user: str, wanted: IPv4Address | None) -> IPv4Address | None:
        """An address nobody has, `wanted` if it is not None; None: there is none."""

    def give_back(self, address: IPv4Address) -> None:
        """The link has ended."""


class AddressPool:
    """The addresses from `first` to `last`; what was given back longest ago comes first.

    Others, which the accounts of users name, are lent to one link at a time.
    """

    def __init__(self, first: IPv4Address, last: IPv4Address, reserved: Iterable[IPv4Address] = ()) -> None:
        self._first = first
        self._last = last
        self._next = first
        self._reserved = frozenset(reserved)
        self._returned: dict[IPv4Address, None] = {}
        self._taken: set[IPv4Address] = set()

    def take(self, user: str, wanted: IPv4Address | None) -> IPv4Address | None:
        """See `Pool`."""
        address = self._free() if wanted is None else wanted
        if address is None or address in self._taken:
            return None
        self._taken.add(address)
        return address

    def give_back(self, address: IPv4Address) -> None:
        """See `Pool`."""
        if address in self._taken:
            self._taken.discard(address)
            if self._first <= address < self._next and address not in self._reserved:
                self._returned[address] = None

    def _free(self) -> IPv4Address | None:
        while self._next <= self._last:
            address = self._next
            self._next += 1
            if address not in self._taken and address not in self._reserved:
                return address
        while self._returned:
            address = next(iter(self._returned))
            del self._returned[address]
            if address not in self._taken:
                return address
        return None
