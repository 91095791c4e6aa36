"""`show ip route`, `show ipv6 route`: the routes that are in force. The code of the host's own is ours."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from kakehashi.model.address import IPNetwork
from kakehashi.model.status import DISCARDED, RouteOrigin, RouteStatus, Status

_UNKNOWN = "0.0.0.0"  # noqa: S104
_CODES = """\
Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route, + - replicated route
       K - of the host
"""
# A default route by DHCP is a static one, of the distance 254.
_LETTERS = {
    RouteOrigin.CONNECTED: "C",
    RouteOrigin.STATIC: "S",
    RouteOrigin.DHCP: "S",
    RouteOrigin.HOST: "K",
}
_LEASED_DISTANCE = 254


def render_ipv4(status: Status) -> str:
    """The routes of IPv4."""
    routes = [r for r in dict.fromkeys(status.routes) if r.active and _is_v4(r)]
    last = min((r for r in routes if r.destination == "0.0.0.0/0"), key=_distance, default=None)
    gateway = "Gateway of last resort is not set"
    if last is not None:
        hop = last.via.split(" ")[-1]
        hop = hop if hop[0].isdigit() else _UNKNOWN
        gateway = f"Gateway of last resort is {hop} to network {_UNKNOWN}"
    rows = [row for route in routes for row in (_row(route), *_local_rows(route, status))]
    return "\n".join([_CODES, gateway, "", *rows]) + "\n"


def render_ipv6(status: Status) -> str:
    """The routes of IPv6."""
    routes = [r for r in dict.fromkeys(status.routes) if r.active and not _is_v4(r)]
    lines: list[str] = []
    entries = len(routes)
    for route in routes:
        via = "Null0, directly connected" if route.via == DISCARDED else route.via.replace(" ", ", ")
        if route.origin is RouteOrigin.CONNECTED:
            via += ", directly connected"
        code = _LETTERS[route.origin]
        lines += [f"{code}   {route.destination.upper()} [{_distance(route)}/0]", f"     via {via}"]
        for address in _own(route, status):
            lines += [f"L   {str(address).upper()} [0/0]", f"     via {route.via}, receive"]
            entries += 1
    head = [
        f"IPv6 Routing Table - default - {entries} entries",
        "Codes: C - Connected, L - Local, S - Static, K - of the host",
    ]
    return "\n".join(head + lines) + "\n"


def _local_rows(route: RouteStatus, status: Status) -> Iterator[str]:
    for address in _own(route, status):
        yield f"L     {address} is directly connected, {route.via}"


def _own(route: RouteStatus, status: Status) -> Iterator[IPNetwork]:
    """The addresses of ours in a connected network, but where it is that of one address anyway."""
    if route.origin is not RouteOrigin.CONNECTED:
        return
    network = ip_network(route.destination)
    for interface in (i for i in status.interfaces if i.name == route.via):
        for address in (a for a in interface.addresses if a.network == network):
            if network.num_addresses > 1:
                yield ip_network(address.ip)


def _is_v4(route: RouteStatus) -> bool:
    return isinstance(ip_network(route.destination, strict=False), IPv4Network)


def _row(route: RouteStatus) -> str:
    code = _LETTERS[route.origin] + ("*   " if route.destination == "0.0.0.0/0" else "    ")
    if route.via == DISCARDED:
        return f"{code} {route.destination} is directly connected, Null0"
    words = route.via.split(" ")
    if words[-1][0].isdigit():
        interface = f", {words[0]}" if len(words) > 1 else ""
        return f"{code} {route.destination} [{_distance(route)}/0] via {words[-1]}{interface}"
    return f"{code} {route.destination} is directly connected, {words[0]}"


def _distance(route: RouteStatus) -> int:
    return _LEASED_DISTANCE if route.origin is RouteOrigin.DHCP else route.metric
