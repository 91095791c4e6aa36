"""Prefixes for those who dial in: one for each session, and none twice."""

from ipaddress import IPv6Network

from kakehashi.model.l2tp_server import PrefixPool

_LENGTH = 64  # what a host makes addresses from (RFC 4291 section 2.5.1)


class Prefixes:
    """Those of a pool; what was given back longest ago comes first."""

    def __init__(self, pool: PrefixPool | None) -> None:
        self._pool = pool
        self._next = 0
        self._returned: dict[IPv6Network, None] = {}
        self._taken: set[IPv6Network] = set()

    def take(self, wanted: IPv6Network | None = None) -> IPv6Network | None:
        """One that nobody has, `wanted` if it is not None; None: there is none."""
        prefix = self._free() if wanted is None else wanted
        if prefix is None or prefix in self._taken:
            return None
        self._taken.add(prefix)
        return prefix

    def give_back(self, prefix: IPv6Network) -> None:
        """The session has ended."""
        if prefix in self._taken:
            self._taken.discard(prefix)
            if self._pool is not None and prefix.subnet_of(self._pool.network):
                self._returned[prefix] = None

    def _free(self) -> IPv6Network | None:
        while self._pool is not None and self._next < self._pool.size:
            first = int(self._pool.network.network_address) + (self._next << 128 - _LENGTH)
            self._next += 1
            prefix = IPv6Network((first, _LENGTH))
            if prefix not in self._taken and prefix not in self._returned:
                return prefix
        while self._returned:
            prefix = next(iter(self._returned))
            del self._returned[prefix]
            if prefix not in self._taken:
                return prefix
        return None
