"""By which interface the static routes lead to an address, as far as the configuration alone tells."""

from collections.abc import Iterable

from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.prefixes import PrefixTable


class Routed:
    """The routes and the networks of the interfaces."""

    def __init__(self, routes: Iterable[Route], interfaces: Iterable[Interface]) -> None:
        self._routes: PrefixTable[Route] = PrefixTable()
        self._connected: PrefixTable[tuple[int, str]] = PrefixTable()  # the interface's place, its name
        for route in routes:
            self._routes.add(route.destination, route)
        for order, interface in enumerate(interfaces):
            for address in interface.addresses:
                self._connected.add(address.network, (order, interface.name))

    def towards(self, address: IPAddress) -> str | None:
        """The interface, or None where no line says so."""
        targets = [address]
        for fitting in self._routes.matching(address):
            for route in sorted(fitting, key=lambda r: r.metric):
                if route.interface:
                    return route.interface
                if route.next_hop:
                    targets.append(route.next_hop)
        return next((name for target in targets if (name := self._on_link(target))), None)

    def _on_link(self, address: IPAddress) -> str | None:
        """The first interface with a network that holds the address."""
        found = [entry for entries in self._connected.matching(address) for entry in entries]
        return min(found)[1] if found else None
