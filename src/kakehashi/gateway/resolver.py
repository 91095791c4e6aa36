"""Peers known by name: their addresses, looked up again and again."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel

PERIOD = 60.0
RETRY = 10.0
Changed = Callable[[str, frozenset[IPAddress]], None]


def names(gateway: Gateway) -> frozenset[str]:
    """The host names by which tunnels and IKEv1 peers are known (V1-35)."""
    return frozenset(host.name for _, host in known_by_name(gateway))


def known_by_name(gateway: Gateway) -> Iterator[tuple[str, Hostname]]:
    """Each tunnel with each host name that its peer, or an IKEv1 peer it uses, is known by."""
    peers = {peer.name: peer.address for peer in gateway.ikev1_peers}
    for tunnel in gateway.tunnels:
        used = tunnel.peers if isinstance(tunnel, Ikev1Tunnel) else ()
        hosts = dict.fromkeys((tunnel.peer_address, *(peers.get(name) for name in used)))
        yield from ((tunnel.interface, h) for h in hosts if tunnel.enabled and isinstance(h, Hostname))


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
    """Asks for every name each minute, and every ten seconds while one has no address.

    `addresses`: by host name, of those that were found. `changed` is told a host name with its new addresses.
    """

    def __init__(self, changed: Changed) -> None:
        self._changed = changed
        self._names: frozenset[str] = frozenset()
        self._wake = asyncio.Event()
        self.addresses: dict[str, frozenset[IPAddress]] = {}

    def follow(self, wanted: frozenset[str]) -> None:
        """The names of now."""
        self.addresses = {name: found for name, found in self.addresses.items() if name in wanted}
        self._names = wanted
        self._wake.set()

    def found(self, host: Hostname) -> frozenset[IPAddress]:
        """The addresses of a name, as far as they are known and count."""
        found = self.addresses.get(host.name, frozenset())
        return frozenset(a for a in found if host.version in (None, a.version))

    async def run(self) -> None:
        """Never ends; to be cancelled."""
        while True:
            # All at once: a name server that is away keeps each waiting for many seconds.
            await asyncio.gather(*(self._follow_up(name) for name in self._names))
            waiting = any(not self.addresses.get(name) for name in self._names)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY if waiting else PERIOD):
                    await self._wake.wait()

    async def _follow_up(self, name: str) -> None:
        found = await resolve(name)
        # A name server that fails for a while moves no peer.
        if found and found != self.addresses.get(name) and name in self._names:
            self.addresses[name] = found
            self._changed(name, found)
