"""How the host's routing table leads into a tunnel of many peers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from kakehashi.dataplane.protocol import Hop
from kakehashi.gateway.host.facts import Facts, HostRoute
from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.nhrp.settings import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the peers of one interface.

    `peers`: the NBMA address of each tunnel address; `shortcuts`: the next hop of each network that has been
    asked for. `fallback`: who gets packets for others, by IP version. `reached`: the NBMA addresses that we
    have SAs with; `asked`: the tunnel addresses of peers that are known by asking.
    """

    peers: Mapping[IPAddress, IPAddress] = field(default_factory=dict)
    shortcuts: Mapping[IPNetwork, IPAddress] = field(default_factory=dict)
    fallback: Mapping[int, IPAddress] = field(default_factory=dict)
    reached: frozenset[IPAddress] = frozenset()
    asked: frozenset[IPAddress] = frozenset()


def way_to(address: IPAddress, device: str, facts: Facts) -> Way | None:
    """See `nhrp.settings.Lookup`; `device` is the interface's."""
    found = [r for r in facts.main_routes() if address in r.destination]
    best = min(found, key=lambda r: (-r.destination.prefixlen, r.metric), default=None)
    if best is None:
        return None
    if best.device != device:
        return Way(best.destination)
    return Way(best.destination, best.next_hop or address)


def next_hops(device: str, facts: Facts, known: Known) -> tuple[Hop, ...]:
    """Where packets of the device go, each network once.

    A peer that was asked for gets none before there is an SA with it: meanwhile they go as they went before.
    """
    hops: dict[IPNetwork, Hop] = {}
    for route in facts.main_routes():
        if route.device == device:
            hops[route.destination] = _of_route(route, known)
    for network, hop in _shorter(known):
        hops[network] = hop
    return tuple(hops.values())


def _of_route(route: HostRoute, known: Known) -> Hop:
    fallback = known.fallback.get(route.destination.version)
    if route.next_hop is None:
        return Hop(route.destination, fallback, asks=True)
    nbma = known.peers.get(route.next_hop)
    if nbma is None:
        return Hop(route.destination, fallback, asks=True)
    return Hop(route.destination, nbma if _is_ready(route.next_hop, known) else fallback or nbma)


def _shorter(known: Known) -> Iterator[tuple[IPNetwork, Hop]]:
    for address, nbma in known.peers.items():
        network = ip_network(address)
        fallback = known.fallback.get(address.version)
        yield network, Hop(network, nbma if _is_ready(address, known) else fallback or nbma)
    for network, next_hop in known.shortcuts.items():
        peer = known.peers.get(next_hop)
        if peer is not None and _is_ready(next_hop, known):
            yield network, Hop(network, peer)


def _is_ready(address: IPAddress, known: Known) -> bool:
    """May packets go to this peer? To one that the configuration names they may at any time."""
    return address not in known.asked or known.peers[address] in known.reached
