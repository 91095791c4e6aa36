"""What belongs to networks, found by an address, however many networks there are."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from kakehashi.model.address import IPAddress, IPNetwork

T = TypeVar("T")
_Key = tuple[int, int, int]  # IP version, length of the prefix, its bits


class PrefixTable(Generic[T]):
    """Values by networks; one network may have several."""

    def __init__(self) -> None:
        self._entries: dict[_Key, list[T]] = {}
        self._lengths: list[tuple[int, int]] = []  # IP version and length, the longest first

    def add(self, network: IPNetwork, value: T) -> None:
        key = _key(network.network_address, network.prefixlen)
        self._entries.setdefault(key, []).append(value)
        if key[:2] not in self._lengths:
            self._lengths = sorted([*self._lengths, key[:2]], reverse=True)

    def matching(self, address: IPAddress) -> Iterator[list[T]]:
        """The values of each network that holds the address, the longest prefix first, as they were added."""
        for version, length in self._lengths:
            if version == address.version and (found := self._entries.get(_key(address, length))):
                yield found


def _key(address: IPAddress, length: int) -> _Key:
    return address.version, length, int(address) >> (address.max_prefixlen - length)
