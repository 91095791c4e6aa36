"""Who is reached where: the cache of a station."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kakehashi.model.address import IPAddress
from kakehashi.nhrp.effects import Origin

_SLACK: Final = 64
_STAYS: Final = frozenset({Origin.STATIC, Origin.SERVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One peer. `expires`: monotonic seconds, None is never; `unique`: nobody else may take its place.

    `told_by`: the NBMA address of who has answered, if we had to ask: it may take it back, as the peer may.
    """

    address: IPAddress
    nbma: IPAddress
    claimed: IPAddress
    origin: Origin
    expires: float | None = None
    unique: bool = False
    multicast: bool = False
    mtu: int = 0
    told_by: IPAddress | None = None

    @property
    def stays(self) -> bool:
        """Is it the configuration's? What the network says changes nothing about it."""
        return self.origin in _STAYS


class Cache:
    """Entries by tunnel address, at most so many besides those of the configuration."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[IPAddress, Entry] = {}
        self._by_nbma: dict[IPAddress, dict[IPAddress, None]] = {}
        self._times: list[tuple[float, int, IPAddress]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def get(self, address: IPAddress) -> Entry | None:
        """The entry of a tunnel address."""
        return self._entries.get(address)

    def at(self, nbma: IPAddress) -> tuple[Entry, ...]:
        """Every entry of an NBMA address."""
        return tuple(self._entries[address] for address in self._by_nbma.get(nbma, ()))

    def has_room(self, address: IPAddress) -> bool:
        """Is there room for this one?"""
        return address in self._entries or len(self._entries) < self._most

    def put(self, entry: Entry) -> Entry | None:
        """Remember it. What was there before."""
        before = self._entries.get(entry.address)
        if before is not None:
            self._forget_nbma(before)
        self._entries[entry.address] = entry
        self._by_nbma.setdefault(entry.nbma, {})[entry.address] = None
        if entry.expires is not None and (before is None or before.expires != entry.expires):
            heapq.heappush(self._times, (entry.expires, int(entry.address), entry.address))
            if len(self._times) > 4 * len(self._entries) + _SLACK:
                self._times = [
                    (e.expires, int(a), a) for a, e in self._entries.items() if e.expires is not None
                ]
                heapq.heapify(self._times)
        return before

    def remove(self, address: IPAddress) -> Entry | None:
        """Forget it."""
        entry = self._entries.pop(address, None)
        if entry is not None:
            self._forget_nbma(entry)
        return entry

    def next_timeout(self) -> float | None:
        """When the next entry is too old."""
        while self._times and self._is_stale(self._times[0]):
            heapq.heappop(self._times)
        return self._times[0][0] if self._times else None

    def expired(self, now: float) -> Iterator[Entry]:
        """Take out those that are too old."""
        while (at := self.next_timeout()) is not None and at <= now:
            address = heapq.heappop(self._times)[2]
            entry = self.remove(address)
            if entry is not None:
                yield entry

    def _is_stale(self, time: tuple[float, int, IPAddress]) -> bool:
        entry = self._entries.get(time[2])
        return entry is None or entry.expires != time[0]

    def _forget_nbma(self, entry: Entry) -> None:
        addresses = self._by_nbma[entry.nbma]
        del addresses[entry.address]
        if not addresses:
            del self._by_nbma[entry.nbma]
