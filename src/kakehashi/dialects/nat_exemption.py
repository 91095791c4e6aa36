"""What is translated on its way out, and what is not because a crypto map takes it.

A crypto map of Cisco IOS sees a packet after its addresses were translated, a tunnel interface before.
"""

from collections.abc import Iterable, Iterator
from ipaddress import summarize_address_range

from kakehashi.model.access_list import AccessEntry, AddressMatch, Ports
from kakehashi.model.address import ANY, IPNetwork
from kakehashi.model.gateway import Gateway, InterfaceKind, Route
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

_Pair = tuple[TrafficSelector, TrafficSelector]
_ALL_PORTS = (0, 65535)


def selector_pairs(tunnel: Tunnel) -> tuple[_Pair, ...]:
    """Which networks a tunnel joins, each of ours with one of theirs.

    The lists of IKEv2 hold each selector once: every network goes with every one of the other side.
    """
    ours, theirs = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    if isinstance(tunnel, Ikev2Tunnel) and len(ours) != len(theirs):
        return tuple((a, b) for a in ours for b in theirs if a.version == b.version)
    return tuple(zip(ours, theirs, strict=False))


def is_anywhere(tunnel: Tunnel) -> bool:
    """Does nothing but the peers' proposals say where they are?"""
    return tunnel.peer_address is ANY and any(there == ANY_IPV4 for _, there in selector_pairs(tunnel))


def exempted(tunnel: Tunnel, beyond: Iterable[IPNetwork] = ()) -> Iterator[AccessEntry]:
    """What goes into the tunnel, denied. `beyond`: what is known to be there, where peers propose it."""
    behind = [TrafficSelector.of(network) for network in beyond]
    for here, there in selector_pairs(tunnel):
        if here.version != 4 or there.version != 4:
            continue
        is_open = tunnel.peer_address is ANY and there == ANY_IPV4
        for selector in behind if is_open else [there]:
            yield from _denied(here, selector)


def from_inside(gateway: Gateway) -> Iterator[AccessEntry]:
    """All that comes from the networks on our side, permitted; also those behind another router there."""
    ports = [i for i in gateway.interfaces if not i.napt and i.kind is InterfaceKind.PHYSICAL]
    names = {i.name for i in ports}
    connected = [a.network for i in ports for a in i.addresses if a.version == 4]

    def leads_inside(route: Route) -> bool:
        at_a_neighbour = any(route.next_hop in network for network in connected if route.next_hop)
        return route.interface in names or (route.interface is None and at_a_neighbour)

    routed = [r.destination for r in gateway.routes if r.destination.prefixlen and leads_inside(r)]
    for network in dict.fromkeys([*connected, *routed]):
        if network.version == 4:
            yield AccessEntry(
                permit=True,
                source_address=AddressMatch.of(network),
                destination_address=AddressMatch.of(next(_networks(ANY_IPV4))),
            )


def _denied(here: TrafficSelector, there: TrafficSelector) -> Iterator[AccessEntry]:
    for ours in _networks(here):
        for theirs in _networks(there):
            yield AccessEntry(
                permit=False,
                source_address=AddressMatch.of(ours),
                destination_address=AddressMatch.of(theirs),
                protocol=here.protocol or there.protocol or None,
                source_ports=_ports(here),
                destination_ports=_ports(there),
            )


def _networks(selector: TrafficSelector) -> Iterator[IPNetwork]:
    return summarize_address_range(selector.start, selector.end)


def _ports(selector: TrafficSelector) -> Ports:
    ports = (selector.start_port, selector.end_port)
    return () if ports == _ALL_PORTS or ports[0] > ports[1] else (ports,)
