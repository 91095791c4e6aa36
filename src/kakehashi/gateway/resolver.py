"""Peers known by name: their addresses, looked up again and again."""

import asyncio
import contextlib
import socket
import threading
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
    answer: asyncio.Future[frozenset[IPAddress]] = loop.create_future()

    def tell(found: frozenset[IPAddress]) -> None:
        if not answer.done():
            answer.set_result(found)

    def ask() -> None:
        found = _ask(name)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, found)

    # Not one of the loop's own threads: those are waited for at the end, and a name server may take its time.
    threading.Thread(target=ask, name="resolver", daemon=True).start()
    return await answer


def _ask(name: str) -> frozenset[IPAddress]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(ip_address(str(entry[4][0]).split("%")[0]) for entry in found)


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
            # All at once: a name server that is away keeps each waiting for many seconds.
            await asyncio.gather(*(self._follow_up(t, name) for t, name in self._names.items()))
            waiting = any(not self.addresses.get(tunnel) for tunnel in self._names)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY if waiting else PERIOD):
                    await self._wake.wait()

    async def _follow_up(self, tunnel: str, name: str) -> None:
        found = await resolve(name)
        # A name server that fails for a while moves no peer.
        if found and found != self.addresses.get(tunnel) and self._names.get(tunnel) == name:
            self.addresses[tunnel] = found
            self._changed(tunnel, found)
