"""Static routes (AW-03)."""

from ipaddress import ip_network

from kakehashi.dialects.awplus.interfaces import is_null
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPNetwork
from kakehashi.model.gateway import Route


def read_routes(document: Document, report: Report) -> tuple[Route, ...]:
    """The static routes, in their order."""
    routes: list[Route] = []
    for statement in document.statements("ip route", "ipv6 route"):
        destination = _destination(statement, report)
        if destination is None:
            continue
        interface = statement.get("interface")
        discard = interface is not None and is_null(interface)
        route = Route(
            destination=destination,
            next_hop=statement.get("next hop"),
            interface=None if discard else interface,
            metric=statement.get("distance", 1),
            discard=discard,
            source=report.source(statement.line),
        )
        if statement.negated:
            routes = [r for r in routes if not _removes(route, r)]
        else:
            routes.append(route)
    return tuple(routes)


def _destination(statement: Statement, report: Report) -> IPNetwork | None:
    prefix: IPNetwork | None = statement.get("prefix")
    if prefix is not None:
        return prefix
    if "mask" not in statement.values:
        report.info(statement.line, "nothing-removed", "`no` names no route")
        return None
    network = ip_network(f"{statement.get('network')}/{statement.get('mask')}", strict=False)
    if network.network_address != statement.get("network"):
        report.error(
            statement.line,
            "invalid-value",
            f"{statement.get('network')} has bits beyond its mask",
            f"write `{network}`",
        )
    return network


def _removes(named: Route, route: Route) -> bool:
    return (
        named.destination == route.destination
        and named.next_hop in (None, route.next_hop)
        and named.interface in (None, route.interface)
        and (route.discard or not named.discard)
    )
