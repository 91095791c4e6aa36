"""Completion of Cisco IOS configurations."""

from kakehashi.lab.complete.additions import Additions, InterfaceAddress, written
from kakehashi.model.gateway import Route


class CiscoIosCompleter:
    """Writes what is missing in the words of Cisco IOS."""

    dialect = "cisco-ios"
    physical: tuple[str, ...] = (
        "GigabitEthernet0/0",
        "GigabitEthernet0/1",
        "GigabitEthernet0/2",
        "GigabitEthernet0/3",
    )

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """The configuration lines of `additions`; none for none."""
        return written(additions, map(_route, additions.routes), _address)


def _address(item: InterfaceAddress) -> tuple[str, ...]:
    address = item.address
    if address.version == 6:
        return (f"ipv6 address {address.with_prefixlen}", "no shutdown")
    return (f"ip address {address.ip} {address.netmask}", "no shutdown")


def _route(route: Route) -> str:
    target = route.next_hop or route.interface
    if route.destination.version == 6:
        return f"ipv6 route {route.destination.with_prefixlen} {target}"
    return f"ip route {route.destination.network_address} {route.destination.netmask} {target}"


COMPLETER = CiscoIosCompleter()
