"""Do routes lead the other end's networks into the tunnel, and do its selectors take what comes?"""

from collections.abc import Iterator, Sequence

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.overlap import lans
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.address import IPNetwork
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import EVERYTHING, TrafficSelector


def check_routes(a: Subject, b: Subject) -> Iterator[Remark]:
    """Between the two ends of a pair."""
    for here, there in ((a, b), (b, a)):
        if here.tunnel.enabled and there.tunnel.enabled:
            yield from _routes(here, there)
            yield from _selectors(here)


def _routes(here: Subject, there: Subject) -> Iterator[Remark]:
    """That no route at all leads into a tunnel its dialect says."""
    if here.tunnel.policy_based:
        return
    into = [r for r in here.device.gateway.routes if r.interface == here.name]
    networks = list(_networks(there))
    if not into or not networks:
        return
    if any(r.destination.version == n.version and r.destination.overlaps(n) for r in into for n in networks):
        return
    first = networks[0]
    yield Remark(
        rule="no-route",
        severity=Severity.WARNING,
        message=f"no route leads the other end's network {first} into {here.name}",
        where=where(into[0].source, here.tunnel.source),
        fix=f"add a route to {first} by {here.name}",
    )


def check_carried(here: Subject) -> Iterator[Remark]:
    """Does the tunnel take what its routes lead into it? What its SAs do not is dropped (RFC 4301, 5.1)."""
    tunnel, ipsec = here.tunnel, here.tunnel.ipsec
    if tunnel.policy_based or ipsec.wraps or (isinstance(tunnel, Ikev1Tunnel) and not tunnel.ipsec.filters):
        return
    for route in here.device.gateway.routes:
        if route.interface != here.name:
            continue
        wanted = TrafficSelector.of(route.destination)
        if any(wanted.intersect(selector) is not None for selector in ipsec.remote_selectors):
            continue
        yield Remark(
            rule="route-not-carried",
            severity=Severity.WARNING,
            message=f"the route leads {route.destination} into {here.name}, which carries "
            f"{_told(ipsec.remote_selectors)} alone: such packets are dropped",
            where=where(route.source, here.tunnel.source),
            fix=f"let {here.name} carry {route.destination}, or lead it elsewhere",
        )


def _told(selectors: Sequence[TrafficSelector]) -> str:
    """IPv4, IPv6, or what it is in numbers."""
    if all(selector in EVERYTHING for selector in selectors):
        return " and ".join(f"IPv{selector.version}" for selector in selectors)
    first, *more = map(str, selectors)
    return f"{first} and {len(more)} more" if more else first


def _networks(subject: Subject) -> Iterator[IPNetwork]:
    """What is behind a device: on link, and by routes that lead neither into a tunnel nor to the internet."""
    yield from (network for network, _ in lans(subject.device, subject))
    tunnels = subject.device.tunnels
    for route in subject.device.gateway.routes:
        if route.interface not in tunnels and not route.discard and route.destination.prefixlen:
            yield route.destination


def _selectors(here: Subject) -> Iterator[Remark]:
    """A route-based IKEv1 device only names its SAs with its selectors."""
    ipsec = here.tunnel.ipsec
    if isinstance(here.tunnel, Ikev1Tunnel) and not here.tunnel.ipsec.filters:
        return
    networks = list(_networks(here))
    local = [s for s in ipsec.local_selectors if s not in EVERYTHING]
    if not networks or len(local) < len(ipsec.local_selectors) or not local:
        return
    if any(s.intersect(TrafficSelector.of(n)) is not None for s in local for n in networks):
        return
    yield Remark(
        rule="traffic-outside-selectors",
        severity=Severity.WARNING,
        message=f"{here.name} protects what comes from {local[0]}, and this device has no such network",
        where=where(here.line("2/traffic"), here.tunnel.source),
        fix=f"protect {networks[0]}",
    )
