"""`show ip route [database]`, `show ipv6 route [database]`: the routes that are in force, or all.

Codes and brackets are those that devices of this family print; the code of the host's own routes is ours.
"""

from ipaddress import ip_network

from kakehashi.dialects.awplus.show.names import page
from kakehashi.model.address import is_address
from kakehashi.model.status import DISCARDED, RouteOrigin, RouteStatus, Status

_CODES = (
    "Codes: C - connected, S - static, R - RIP, B - BGP",
    "       O - OSPF, D - DHCP",
    "       K - of the host, * - candidate default",
)
_DATABASE_CODES = (*_CODES[:2], "       K - of the host, > - selected route, * - FIB route")
_LETTERS = {
    RouteOrigin.CONNECTED: "C",
    RouteOrigin.STATIC: "S",
    RouteOrigin.DHCP: "D",
    RouteOrigin.HOST: "K",
}


def render(status: Status, version: int, database: bool) -> str:
    """The routes of one IP version."""
    routes = [r for r in status.routes if ip_network(r.destination, strict=False).version == version]
    lines = [*(_DATABASE_CODES if database else _CODES), ""]
    lines += [_route(r, database) for r in routes if database or r.active]
    return page(lines)


def _route(route: RouteStatus, database: bool) -> str:
    default = ip_network(route.destination, strict=False).prefixlen == 0
    letter = _LETTERS[route.origin]
    if database:
        code = f"{letter}    *> " if route.active else f"{letter}       "
    else:
        code = f"{letter}*      " if default else f"{letter}       "
    weight = "" if route.origin is RouteOrigin.CONNECTED else f" [{route.metric}/0]"
    line = f"{code}{route.destination}{weight} {_way(route.via)}"
    return f"{line} inactive ({route.reason})" if database and route.reason else line


def _way(via: str) -> str:
    if via == DISCARDED:
        return "is directly connected, null"
    words = via.split()
    hops = [word for word in words if is_address(word)]
    interfaces = [word for word in words if word not in hops]
    if not hops:
        return f"is directly connected, {via}"
    return ", ".join([f"via {hops[0]}", *interfaces])
