"""Completion of AlliedWare Plus configurations."""

from kakehashi.lab.complete.additions import Additions, InterfaceAddress, written
from kakehashi.model.gateway import Route


class AwPlusCompleter:
    """Writes what is missing in the words of AlliedWare Plus."""

    dialect = "awplus"
    physical: tuple[str, ...] = ("eth1", "vlan1", "eth2", "vlan2")

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """The configuration lines of `additions`; none for none."""
        return written(additions, map(_route, additions.routes), _address)


def _address(item: InterfaceAddress) -> tuple[str, ...]:
    family = "ip" if item.address.version == 4 else "ipv6"
    return (f"{family} address {item.address.with_prefixlen}",)


def _route(route: Route) -> str:
    family = "ip" if route.destination.version == 4 else "ipv6"
    return f"{family} route {route.destination.with_prefixlen} {route.next_hop or route.interface}"


COMPLETER = AwPlusCompleter()
