"""`show ip route`, `show ipv6 route`: the static routes, and which are in force. The layout is ours."""

from ipaddress import ip_network

from kakehashi.dialects.nec_ix.lower.route import distance_and_metric
from kakehashi.model.status import RouteStatus, Status


def render_ipv4(status: Status) -> str:
    """The routes of IPv4."""
    return _render(status, 4)


def render_ipv6(status: Status) -> str:
    """The routes of IPv6."""
    return _render(status, 6)


def _render(status: Status, version: int) -> str:
    routes = [r for r in status.routes if ip_network(r.destination, strict=False).version == version]
    lines = ["Codes: S - static, * - in the table now, [distance/metric]"]
    return "\n".join(lines + [_route(r) for r in routes]) + "\n"


def _route(route: RouteStatus) -> str:
    distance, metric = distance_and_metric(route.metric)
    mark = "*" if route.active else " "
    return f"S{mark} {route.destination} [{distance}/{metric}] via {route.via}"
