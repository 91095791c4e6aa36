"""Static routes."""

from dataclasses import replace
from ipaddress import ip_network

from kakehashi.dialects.cisco_ios.interfaces import interface_of, is_null
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, Route


def read_routes(document: Document, report: Report) -> tuple[Route, ...]:
    """The static routes, in their order."""
    routes: list[Route] = []
    for statement in document.statements("ip route", "ipv6 route"):
        if statement.get("dhcp"):
            continue  # `dhcp_routes` sees to it
        route = _route(statement, report)
        if route is None:
            continue
        if statement.negated:
            routes = [r for r in routes if not _removes(route, r)]
        elif route.interface is None and route.next_hop is None and not route.discard:
            continue
        else:
            routes.append(route)
    return tuple(routes)


def with_dhcp_routes(document: Document, interface: Interface) -> Interface:
    """`ip route 0.0.0.0 0.0.0.0 dhcp`, and an address by DHCP, bring the default route along."""
    asked = any(s.get("dhcp") and not s.negated for s in document.statements("ip route"))
    return replace(interface, dhcp_default_route=True) if asked and interface.dhcp else interface


def _route(statement: Statement, report: Report) -> Route | None:
    destination = statement.get("destination")
    if destination is None or ("mask" not in statement.values and statement.key == "ip route"):
        report.info(statement.line, "nothing-removed", "`no` names no route")
        return None
    if statement.key == "ip route":
        network = ip_network(f"{destination}/{statement.get('mask')}", strict=False)
        if network.network_address != destination:
            report.error(
                statement.line,
                "invalid-value",
                f"{destination} has bits beyond its mask: the device refuses the route",
                f"write `ip route {network.network_address} {network.netmask} ...`",
            )
        destination = network
    interface = interface_of(statement, "interface")
    discard = interface is not None and is_null(interface)
    return Route(
        destination=destination,
        next_hop=statement.get("next hop"),
        interface=None if discard else interface,
        discard=discard,
        metric=statement.get("distance", (1,))[-1],
        source=report.source(statement.line),
    )


def _removes(named: Route, route: Route) -> bool:
    return (
        named.destination == route.destination
        and named.next_hop in (None, route.next_hop)
        and named.interface in (None, route.interface)
        and (route.discard or not named.discard)
    )
