"""By which interface a packet leaves, as far as the configuration alone tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.gateway import Interface, InterfaceKind, Route
from kakehashi.model.prefixes import PrefixTable

NOWHERE = "Null0"


@dataclass(slots=True)
class Table:
    """Networks with the interfaces that lead to them; the longest prefix wins, then the smallest metric."""

    _entries: PrefixTable[tuple[int, str]] = field(default_factory=PrefixTable)

    def add(self, network: IPNetwork, interface: str, metric: int = 0) -> None:
        self._entries.add(network, (metric, interface))

    def ways(self, address: IPAddress) -> set[str]:
        """The interfaces of the best entries for an address."""
        found = next(self._entries.matching(address), [])
        best = min((metric for metric, _ in found), default=0)
        return {name for metric, name in found if metric == best}


def connected(interfaces: Iterable[Interface]) -> Table:
    """The networks of the interfaces' own addresses."""
    table = Table()
    for interface in interfaces:
        for address in interface.addresses:
            if interface.enabled:
                table.add(address.network, interface.name)
    return table


def table_of(interfaces: Mapping[str, Interface], routes: Iterable[Route]) -> Table:
    """All that is routed. A next hop that no interface's network has leads nobody knows where."""
    local, table = connected(interfaces.values()), connected(interfaces.values())
    for route in routes:
        for name in {NOWHERE} if route.discard else towards(route, local):
            table.add(route.destination, name, route.metric)
    return table


def into_tunnels(routes: Iterable[Route], interfaces: Mapping[str, Interface]) -> tuple[Route, ...]:
    """The routes, those whose next hop is the far end of a tunnel leading into it by name."""
    tunnels = connected(i for i in interfaces.values() if i.kind is InterfaceKind.TUNNEL)
    named = []
    for route in routes:
        ways = tunnels.ways(route.next_hop) if route.next_hop and not route.interface else set()
        named.append(replace(route, interface=ways.pop()) if len(ways) == 1 else route)
    return tuple(named)


def towards(route: Route, local: Table) -> set[str]:
    """The interfaces that a route leads into."""
    if route.interface:
        return {route.interface}
    return local.ways(route.next_hop) if route.next_hop else set()
