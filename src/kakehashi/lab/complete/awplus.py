"""Completion of AlliedWare Plus configurations."""

from kakehashi.lab.complete.additions import Additions, InterfaceAddress, Unnumbered
from kakehashi.model.gateway import Route


class AwPlusCompleter:
    """Writes what is missing in the words of AlliedWare Plus."""

    dialect = "awplus"
    physical: tuple[str, ...] = ("eth1", "vlan1", "eth2", "vlan2")

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """Global commands first: a command inside an interface's block would end that block."""
        if not additions.items:
            return ()
        blocks: dict[str, list[str]] = {}
        for item in additions:
            match item:
                case InterfaceAddress():
                    blocks.setdefault(item.interface, []).append(_address(item))
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


def _address(item: InterfaceAddress) -> str:
    family = "ip" if item.address.version == 4 else "ipv6"
    return f"{family} address {item.address.with_prefixlen}"


def _route(route: Route) -> str:
    family = "ip" if route.destination.version == 4 else "ipv6"
    return f"{family} route {route.destination.with_prefixlen} {route.next_hop or route.interface}"


COMPLETER = AwPlusCompleter()
