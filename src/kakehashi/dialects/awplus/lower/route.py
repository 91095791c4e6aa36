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
        route = Route(
            destination=destination,
            next_hop=statement.get("next hop"),
            interface=statement.get("interface"),
            metric=statement.get("distance", 1),
            source=report.source(statement.line),
        )
        if statement.negated:
            routes = [r for r in routes if not _removes(route, r)]
        elif route.interface and is_null(route.interface):
            report.warning(
                statement.line, "not-yet", "a route to the Null interface is not there yet; it is left out"
            )
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
    )
