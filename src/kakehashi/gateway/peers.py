"""Which of its peer's addresses each tunnel turns to, where the peer is known by name."""

from collections.abc import Callable

from kakehashi.gateway.driver import Driver
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.lookup import order
from kakehashi.gateway.resolver import Resolver
from kakehashi.gateway.wires.ways import plain_wires
from kakehashi.model.address import ANY, Hostname, IPAddress, Path
from kakehashi.model.gateway import Gateway


class Peers:
    """Of several addresses the one with the SAs, else one after the other, the next when one is silent."""

    def __init__(self, resolver: Resolver, facts: Callable[[], Facts]) -> None:
        self._resolver = resolver
        self._facts = facts
        self._turned_to: dict[str, IPAddress] = {}
        self._refused: dict[str, IPAddress] = {}

    def addresses(self, gateway: Gateway, driver: Driver) -> dict[str, IPAddress | None]:
        """The address of each tunnel's peer as far as it is known."""
        peers: dict[str, IPAddress | None] = {}
        for tunnel in gateway.tunnels:
            name, address = tunnel.interface, tunnel.peer_address
            if isinstance(address, Hostname):
                sa = driver.latest.get(name) if driver.history.has_sa(name) else None
                peers[name] = self._choose(name, address, sa.path.remote.ip if sa else None)
            else:
                peers[name] = None if address is ANY else address
        return peers

    def of_wires(self, gateway: Gateway) -> dict[str, IPAddress | None]:
        """The address of each pseudowire's peer that is known by name and needs no tunnel."""
        named = ((w.interface, w.peer) for w in plain_wires(gateway))
        found = ((name, self.candidates(peer)) for name, peer in named if isinstance(peer, Hostname))
        return {name: candidates[0] if candidates else None for name, candidates in found}

    def used(self, gateway: Gateway) -> dict[str, tuple[IPAddress, ...]]:
        """By host name, which of its addresses tunnels turn to."""
        used: dict[str, tuple[IPAddress, ...]] = {}
        for tunnel in gateway.tunnels:
            address, chosen = tunnel.peer_address, self._turned_to.get(tunnel.interface)
            if isinstance(address, Hostname) and chosen is not None:
                used[address.name] = tuple(dict.fromkeys((*used.get(address.name, ()), chosen)))
        return used

    def failed(self, tunnel: str, path: Path | None) -> bool:
        """A negotiation has come to nothing, or the peer has died; was it where the tunnel turned to?"""
        chosen = self._turned_to.get(tunnel)
        if chosen is None or (path is not None and path.remote.ip != chosen):
            return False
        self._refused[tunnel] = chosen
        return True

    def candidates(self, host: Hostname) -> list[IPAddress]:
        """The addresses of a name, IPv4 before IPv6, the smallest first. Those to which no route leads only
        where none has one: nobody would be asked there, and so nobody fail to answer.
        """
        facts = self._facts()
        # A name may lead to where we are now: somebody else had the address before.
        others = [a for a in sorted(self._resolver.found(host), key=order) if not facts.has_address(a)]
        return [a for a in others if facts.main_lookup(a) is not None] or others

    def _choose(self, tunnel: str, host: Hostname, standing: IPAddress | None) -> IPAddress | None:
        candidates = self.candidates(host)
        if not candidates:
            self._turned_to.pop(tunnel, None)
            return None
        chosen, refused = self._turned_to.get(tunnel), self._refused.pop(tunnel, None)
        if standing in candidates and standing is not None:
            chosen = standing
        elif refused in candidates:
            chosen = candidates[(candidates.index(refused) + 1) % len(candidates)]
        elif chosen not in candidates:
            chosen = candidates[0]
        self._turned_to[tunnel] = chosen
        return chosen
