"""Static routes."""

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix.interfaces import is_null
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Route

# The device compares distances first and metrics then; the model has one number.
_METRICS = 256


def read_routes(document: Document, report: Report) -> tuple[Route, ...]:
    """The static routes, in their order."""
    routes: list[Route] = []
    for statement in document.statements("ip route", "ipv6 route"):
        if "prefix" not in statement.values:
            report.info(statement.line, "nothing-removed", "`no` names no route")
            continue
        route = _route(statement, report)
        if statement.negated:
            routes = [r for r in routes if not _removes(route, r)]
        else:
            routes.append(route)
    return tuple(routes)


def metric_of(distance: int, metric: int) -> int:
    """Both numbers as one that sorts alike; for the default distance it is the metric itself."""
    return (distance - 1) * _METRICS + metric


def distance_and_metric(number: int) -> tuple[int, int]:
    """The two numbers again."""
    return number // _METRICS + 1, number % _METRICS


def _route(statement: Statement, report: Report) -> Route:
    interface = statement.get("interface")
    discard = interface is not None and is_null(interface)
    return Route(
        destination=statement.get("prefix"),
        next_hop=statement.get("next_hop"),
        interface=None if discard else interface,
        discard=discard,
        metric=metric_of(statement.get("distance", 1), statement.get("metric", 1)),
        source=report.source(statement.line),
    )


def _removes(named: Route, route: Route) -> bool:
    return (
        named.destination == route.destination
        and named.next_hop in (None, route.next_hop)
        and named.interface in (None, route.interface)
        and (route.discard or not named.discard)
    )
