"""Peers known by name: their addresses, looked up again and again."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address

from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway

PERIOD = 60.0
RETRY = 10.0
Changed = Callable[[str, frozenset[IPAddress]], None]


def names(gateway: Gateway) -> dict[str, str]:
    """The host name of each tunnel whose peer is known by name."""
    return {
        t.interface: t.peer_address.name
        for t in gateway.tunnels
        if t.enabled and isinstance(t.peer_address, Hostname)
    }


async def resolve(name: str) -> frozenset[IPAddress]:
    """All addresses of a name, none if it cannot be resolved now."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(ip_address(entry[4][0].split("%")[0]) for entry in found if isinstance(entry[4][0], str))


class Resolver:
    """Asks for every name each minute, and every ten seconds while one has no address."""

    def __init__(self, changed: Changed) -> None:
        self._changed = changed
        self._names: dict[str, str] = {}
        self._wake = asyncio.Event()
        self.addresses: dict[str, frozenset[IPAddress]] = {}

    def follow(self, wanted: dict[str, str]) -> None:
        """The names of now, by tunnel."""
        kept = {t for t, name in wanted.items() if self._names.get(t) == name}
        self.addresses = {t: a for t, a in self.addresses.items() if t in kept}
        self._names = dict(wanted)
        self._wake.set()

    async def run(self) -> None:
        """Never ends; to be cancelled."""
        while True:
            await self._once()
            waiting = any(not self.addresses.get(tunnel) for tunnel in self._names)
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), RETRY if waiting else PERIOD)
            except TimeoutError:
                continue

    async def _once(self) -> None:
        for tunnel, name in list(self._names.items()):
            found = await resolve(name)
            # A name server that fails for a while moves no peer.
            if found and found != self.addresses.get(tunnel) and self._names.get(tunnel) == name:
                self.addresses[tunnel] = found
                self._changed(tunnel, found)
