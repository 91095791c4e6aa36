"""`show ip route`, `show ipv6 route`: every route, where it comes from, and which are in force.

The layout is ours. Routes that are not in force are shown with the reason, those of a watch group among them.
"""

from ipaddress import ip_network

from kakehashi.dialects.nec_ix.lower.route import distance_and_metric
from kakehashi.model.status import RouteOrigin, RouteStatus, Status

_CODES = {
    RouteOrigin.CONNECTED: "C",
    RouteOrigin.STATIC: "S",
    RouteOrigin.DHCP: "D",
    RouteOrigin.HOST: "H",
}


def render_ipv4(status: Status) -> str:
    """The routes of IPv4."""
    return _render(status, 4)


def render_ipv6(status: Status) -> str:
    """The routes of IPv6."""
    return _render(status, 6)


def _render(status: Status, version: int) -> str:
    routes = [r for r in status.routes if ip_network(r.destination, strict=False).version == version]
    lines = [
        "Codes: C - connected, S - static, D - DHCP, H - of the host,",
        "       * - in the table now, [distance/metric]",
    ]
    return "\n".join(lines + [_route(r) for r in routes]) + "\n"


def _route(route: RouteStatus) -> str:
    mark = "*" if route.active else " "
    way = f"{_CODES[route.origin]}{mark} {route.destination}"
    if route.origin is RouteOrigin.CONNECTED:
        way += f" is directly connected, {route.via}"
    elif route.origin is RouteOrigin.STATIC:
        distance, metric = distance_and_metric(route.metric)
        way += f" [{distance}/{metric}] via {route.via}"
    else:
        way += f" [-/{route.metric}] via {route.via}"
    return f"{way} ({route.reason})" if route.reason else way
