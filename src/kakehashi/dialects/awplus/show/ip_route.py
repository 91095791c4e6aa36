"""`show ip route [database]`, `show ipv6 route [database]`: the static routes that are in force, or all.

Codes and brackets are those that devices of this family print; routes that are not of the configuration are
the host's, and not told here.
"""

from ipaddress import ip_address, ip_network

from kakehashi.dialects.awplus.show.names import page
from kakehashi.model.status import DISCARDED, RouteStatus, Status

_CODES = (
    "Codes: C - connected, S - static, R - RIP, B - BGP",
    "       O - OSPF, D - DHCP",
    "       * - candidate default",
)
_DATABASE_CODES = (*_CODES[:2], "       > - selected route, * - FIB route")


def render(status: Status, version: int, database: bool) -> str:
    """The routes of one IP version."""
    routes = [r for r in status.routes if ip_network(r.destination, strict=False).version == version]
    lines = [*(_DATABASE_CODES if database else _CODES), ""]
    lines += [_route(r, database) for r in routes if database or r.active]
    return page(lines)


def _route(route: RouteStatus, database: bool) -> str:
    default = ip_network(route.destination, strict=False).prefixlen == 0
    if database:
        code = "S    *> " if route.active else "S       "
    else:
        code = "S*      " if default else "S       "
    return f"{code}{route.destination} [{route.metric}/0] {_way(route.via)}"


def _way(via: str) -> str:
    if via == DISCARDED:
        return "is directly connected, null"
    words = via.split()
    hops = [word for word in words if _is_address(word)]
    interfaces = [word for word in words if word not in hops]
    if not hops:
        return f"is directly connected, {via}"
    return ", ".join([f"via {hops[0]}", *interfaces])


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True
