"""Completion of Cisco IOS configurations."""

from kakehashi.lab.complete.additions import Additions, InterfaceAddress, Unnumbered
from kakehashi.model.address import IPInterface
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
        """Global commands first: a command inside an interface's block would end that block."""
        if not additions.items:
            return ()
        blocks: dict[str, list[str]] = {}
        for item in additions:
            match item:
                case InterfaceAddress():
                    blocks.setdefault(item.interface, []).extend((_address(item.address), "no shutdown"))
                case Unnumbered():
                    family = "ip" if item.version == 4 else "ipv6"
                    blocks.setdefault(item.tunnel, []).append(f"{family} unnumbered {item.interface}")
        routes = [_route(item) for item in additions.routes]
        interfaces = [
            line
            for name, body in blocks.items()
            for line in ("!", f"interface {name}", *(f" {command}" for command in body))
        ]
        return ("!", "! the rest is assumed by kakehashi lab", *routes, *interfaces)


def _address(address: IPInterface) -> str:
    if address.version == 6:
        return f"ipv6 address {address.with_prefixlen}"
    return f"ip address {address.ip} {address.netmask}"


def _route(route: Route) -> str:
    target = route.next_hop or route.interface
    if route.destination.version == 6:
        return f"ipv6 route {route.destination.with_prefixlen} {target}"
    return f"ip route {route.destination.network_address} {route.destination.netmask} {target}"


COMPLETER = CiscoIosCompleter()
