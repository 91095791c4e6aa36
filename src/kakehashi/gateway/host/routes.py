"""Routes: ours beside the host's. A route of the host is never replaced."""

from typing import Any

from kakehashi.gateway.host.facts import Facts, HostRoute
from kakehashi.gateway.host.items import PROTOCOL, Route
from kakehashi.gateway.host.netlink import Netlink

IPV6_DEFAULT_METRIC = 1024  # what Linux makes of 0


def present(item: Route, facts: Facts) -> bool:
    """Does the host have this route, whoever made it? One that wins by a smaller metric is as good."""
    return any(_same_way(item, r) and r.metric <= _metric(item) for r in facts.routes)


def conflict(item: Route, facts: Facts) -> HostRoute | None:
    """A route of the host that stands in the place of ours: the same destination, table and metric."""
    return next(
        (
            r
            for r in facts.routes
            if _same_place(item, r) and not _same_way(item, r) and r.protocol != PROTOCOL
        ),
        None,
    )


def stronger(item: Route, facts: Facts) -> HostRoute | None:
    """A route of the host to the same destination that wins over ours by its metric."""
    return next(
        (
            r
            for r in facts.routes
            if item.device
            and (r.destination, r.table) == (item.destination, item.table)
            and r.metric < _metric(item)
            and not _same_way(item, r)
            and r.protocol != PROTOCOL
        ),
        None,
    )


async def change(netlink: Netlink, item: Route, add: bool) -> None:
    """Add or remove the route."""
    what: dict[str, Any] = {
        "dst": str(item.destination),
        "table": item.table,
        "proto": PROTOCOL,
        "family": 2 if item.destination.version == 4 else 10,
    }
    if item.metric:
        what["priority"] = item.metric
    if item.device:
        what["oif"] = await netlink.index(item.device)
    else:
        what["type"] = "throw" if item.throw else "unreachable"
    if item.next_hop:
        what["gateway"] = str(item.next_hop)
    if item.source:
        what["prefsrc"] = str(item.source)
    if not item.next_hop and item.device and item.destination.version == 4:
        what["scope"] = 253  # the destination is on the link
    await netlink.ip.route("add" if add else "del", **what)


def _same_way(item: Route, route: HostRoute) -> bool:
    return (
        (item.destination, item.table) == (route.destination, route.table)
        and (item.device, item.next_hop) == (route.device, route.next_hop)
        and bool(item.device) == (route.kind == "unicast")
        and item.throw == (route.kind == "throw")
    )


def _same_place(item: Route, route: HostRoute) -> bool:
    place = (route.destination, route.table, route.metric)
    return (item.destination, item.table, _metric(item)) == place


def _metric(item: Route) -> int:
    return item.metric or (IPV6_DEFAULT_METRIC if item.destination.version == 6 else 0)
