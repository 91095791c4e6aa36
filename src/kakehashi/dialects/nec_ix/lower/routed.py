"""By which interface the static routes lead to an address, as far as the configuration alone tells."""

from collections.abc import Iterable

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.gateway import Interface, Route

_Key = tuple[int, int, int]  # IP version, length of the prefix, its bits


class Routed:
    """The routes and the networks of the interfaces; asked in a time that does not grow with their number."""

    def __init__(self, routes: Iterable[Route], interfaces: Iterable[Interface]) -> None:
        self._routes: dict[_Key, list[Route]] = {}
        self._connected: dict[_Key, tuple[int, str]] = {}
        for route in routes:
            self._routes.setdefault(_key_of(route.destination), []).append(route)
        for order, interface in enumerate(interfaces):
            for address in interface.addresses:
                self._connected.setdefault(_key_of(address.network), (order, interface.name))
        self._route_lengths = _lengths(self._routes)
        self._connected_lengths = _lengths(self._connected)

    def towards(self, address: IPAddress) -> str | None:
        """The interface, or None where no line says so."""
        targets = [address]
        for version, length in self._route_lengths:
            fitting = self._routes.get(_key(address, length), ()) if version == address.version else ()
            for route in sorted(fitting, key=lambda r: r.metric):
                if route.interface:
                    return route.interface
                if route.next_hop:
                    targets.append(route.next_hop)
        return next((name for target in targets if (name := self._on_link(target))), None)

    def _on_link(self, address: IPAddress) -> str | None:
        """The first interface with a network that holds the address."""
        found = [
            self._connected[key]
            for version, length in self._connected_lengths
            if version == address.version and (key := _key(address, length)) in self._connected
        ]
        return min(found)[1] if found else None


def _lengths(keys: Iterable[_Key]) -> list[tuple[int, int]]:
    """The lengths that there are, the longest first."""
    return sorted({key[:2] for key in keys}, key=lambda found: -found[1])


def _key_of(network: IPNetwork) -> _Key:
    return _key(network.network_address, network.prefixlen)


def _key(address: IPAddress, length: int) -> _Key:
    return address.version, length, int(address) >> (address.max_prefixlen - length)
