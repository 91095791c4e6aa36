"""The routes as `show` tells them: those of the configuration, in force or why not, and all others."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv6Network
from types import MappingProxyType

from kakehashi.gateway.host import routes
from kakehashi.gateway.host.facts import MAIN_TABLE, Facts, HostRoute
from kakehashi.gateway.host.items import PROTOCOL, Item, Route
from kakehashi.model import gateway as model
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import DISCARDED, RouteOrigin, RouteStatus

MULTICAST = IPv6Network("ff00::/8")


def route_statuses(
    gateway: Gateway,
    devices: Mapping[str, str],
    facts: Facts,
    wanted: tuple[Item, ...],
    withdrawn: Mapping[model.Route, str] = MappingProxyType({}),
) -> tuple[RouteStatus, ...]:
    """Each static route of the configuration, then what DHCP gave, the networks of the interfaces, and what
    the host itself has. `withdrawn`: routes that path monitoring has taken out, and why.
    """
    ours = [i for i in wanted if isinstance(i, Route)]
    names = {device: name for name, device in devices.items()}
    static = [_static(gateway, route, devices, facts, ours, withdrawn) for route in gateway.routes]
    leased = list(_leased(gateway, names, facts, ours))
    connected = list(_connected(gateway, devices, facts))
    known = {(r.destination, r.via) for r in (*static, *leased, *connected)}
    others = (_of_host(route, names) for route in facts.main_routes() if _is_hosts(route))
    return (*static, *leased, *connected, *(r for r in others if (r.destination, r.via) not in known))


def _static(
    gateway: Gateway,
    route: model.Route,
    devices: Mapping[str, str],
    facts: Facts,
    ours: list[Route],
    withdrawn: Mapping[model.Route, str],
) -> RouteStatus:
    items = [item for item in ours if _is_for(item, route, devices)]
    active = any(routes.present(item, facts) for item in items)
    why = "" if active else withdrawn.get(route) or _reason(gateway, route, devices, facts, items)
    via = " ".join(str(part) for part in (route.interface, route.next_hop) if part) or DISCARDED
    return RouteStatus(
        destination=str(route.destination), via=via, active=active, metric=route.metric, reason=why
    )


def _is_for(item: Route, route: model.Route, devices: Mapping[str, str]) -> bool:
    return (
        item.table == MAIN_TABLE
        and (item.destination, item.metric) == (route.destination, route.metric)
        and bool(item.device) is not route.discard
        and (route.interface is None or item.device == devices.get(route.interface))
        and (route.next_hop is None or item.next_hop == route.next_hop)
    )


def _reason(
    gateway: Gateway, route: model.Route, devices: Mapping[str, str], facts: Facts, items: list[Route]
) -> str:
    """Why a route that is not withdrawn is not there."""
    for item in items:
        if stands := routes.conflict(item, facts):
            return f"the host has its own route there by {stands.next_hop or stands.device or stands.kind}"
    if items:
        return "the host has not taken it"
    if route.interface is None:
        return f"no interface that is up has a network with {route.next_hop}"
    tunnel = gateway.tunnel(route.interface)
    if tunnel is not None and not tunnel.enabled:
        return f"{route.interface} is shut down"
    if devices.get(route.interface) not in facts.links:
        return f"no device of this host stands for {route.interface}"
    return f"{route.interface} is down"


def _leased(
    gateway: Gateway, names: Mapping[str, str], facts: Facts, ours: list[Route]
) -> Iterator[RouteStatus]:
    """Default routes that are wanted and that no line says."""
    said = {(r.destination, r.next_hop) for r in gateway.routes}
    for item in ours:
        if item.table != MAIN_TABLE or item.next_hop is None or item.destination.prefixlen:
            continue
        if (item.destination, item.next_hop) not in said:
            yield RouteStatus(
                destination=str(item.destination),
                via=f"{names.get(item.device, item.device)} {item.next_hop}",
                active=routes.present(item, facts),
                metric=item.metric,
                origin=RouteOrigin.DHCP,
            )


def _connected(gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> Iterator[RouteStatus]:
    for interface in gateway.interfaces:
        link = facts.links.get(devices.get(interface.name, ""))
        if link is None or not interface.enabled:
            continue
        own = {a.ip for a in interface.addresses}
        for address in link.addresses:
            # One device may be several interfaces, as the host's loopback is.
            shared = address.ip not in own and any(
                address.ip == a.ip for i in gateway.interfaces for a in i.addresses
            )
            if address.ip.is_link_local or address.ip.is_loopback or shared:
                continue
            yield RouteStatus(
                destination=str(address.network),
                via=interface.name,
                active=link.running,
                metric=0,
                origin=RouteOrigin.CONNECTED,
                reason="" if link.running else f"{interface.name} is down",
            )


def _is_hosts(route: HostRoute) -> bool:
    quiet = route.destination.is_link_local or route.destination.is_loopback
    return route.protocol != PROTOCOL and not quiet and route.destination != MULTICAST


def _of_host(route: HostRoute, names: Mapping[str, str]) -> RouteStatus:
    by = names.get(route.device, route.device)
    return RouteStatus(
        destination=str(route.destination),
        via=" ".join(str(part) for part in (by, route.next_hop) if part),
        active=True,
        metric=route.metric,
        origin=RouteOrigin.HOST,
    )
