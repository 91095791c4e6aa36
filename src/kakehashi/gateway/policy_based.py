"""Tunnels without routes: what their selectors take goes into their device (RFC 4301 section 5.1).

| priority | of the packets | looked up |
| --- | --- | --- |
| 3999 | IKE and ESP of this host itself, where a selector takes them | in the table of their own way |
| 4000 and on, a number for each tunnel | from a local selector to a remote one | in a table of the tunnel |

The tunnel's table:

| destination | |
| --- | --- |
| everything | into the tunnel; while it is down, or when the gateway was killed, refused |
| what the configuration routes by another interface | thrown back to the tables that follow |
| what it routes by the outgoing interface, within that | as everything |

So it is decided as on the device: only what would leave by the outgoing interface is looked at. A default
route does not count here, nor do routes of the host's own: were one to lead elsewhere, packets would leave
in the clear.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network, summarize_address_range
from itertools import islice, product
from zlib import crc32

from kakehashi.gateway.between_ends import CARRIERS
from kakehashi.gateway.core import Core
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import LAST_METRIC, Item, Ports, Route, Rule
from kakehashi.gateway.outgoing import NoWay, Way
from kakehashi.model.address import ANY, IPAddress, IPNetwork
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.gateway import Route as StaticRoute
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import Tunnel

CARRIER_PRIORITY = 3999
PRIORITY = 4000
LAST_PRIORITY = 4489  # between_ends begins after it
TABLE_BASE = 0x4B43_0000
DEFAULTS = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
TCP, UDP, SCTP, DCCP = 6, 17, 132, 33
HAS_PORTS = frozenset({TCP, UDP, SCTP, DCCP})
MOST_NETWORKS = 16  # that one range of addresses is split into; beyond, the network around it counts

Pair = tuple[TrafficSelector, TrafficSelector]
"""What the tunnel takes: packets from the first to the second."""


def pairs_of(tunnel: Tunnel, negotiated: Sequence[Pair] = ()) -> tuple[Pair, ...]:
    """What the tunnel takes. `negotiated`: by its SAs, for a peer that says so itself."""
    local, remote = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    found = zip(local, remote, strict=True) if len(local) == len(remote) else product(local, remote)
    pairs = [pair for pair in found if pair[0].version == pair[1].version]
    if is_told_by_peer(tunnel):
        pairs = [pair for pair in pairs if not _is_everything(pair)] + list(negotiated)
    return tuple(dict.fromkeys(pairs))


def is_told_by_peer(tunnel: Tunnel) -> bool:
    """Does the peer alone know what the tunnel is for?"""
    ipsec = tunnel.ipsec
    pairs = product(ipsec.local_selectors, ipsec.remote_selectors)
    return tunnel.policy_based and tunnel.peer_address is ANY and any(map(_is_everything, pairs))


def negotiated_pairs(core: Core, tunnel: Tunnel, now: float) -> tuple[Pair, ...]:
    """What the SAs of the tunnel take."""
    if not is_told_by_peer(tunnel):
        return ()
    sas = [pair.sa for pair in core.ipsec_sas(now)]
    sas += [child.sa for sa in core.ike_sas(now) for child in sa.children]
    mine = (sa for sa in sas if sa.tunnel == tunnel.interface)
    found = (pair for sa in mine for pair in product(sa.local_selectors, sa.remote_selectors))
    return tuple(dict.fromkeys(pair for pair in found if pair[0].version == pair[1].version))


def into_tunnel(
    gateway: Gateway,
    tunnel: Tunnel,
    pairs: Sequence[Pair],
    devices: Mapping[str, str],
    facts: Facts,
    way: Way | NoWay,
    up: bool,
) -> Iterator[Item]:
    """The rules of the tunnel, and its table."""
    device = devices.get(tunnel.interface)
    if device is None or not pairs:
        return
    table = TABLE_BASE | crc32(device.encode()) & 0xFFFF
    source = way.path.local.ip if isinstance(way, Way) and way.path else None
    elsewhere = _elsewhere(gateway, tunnel, devices, facts)
    for version in sorted({local.version for local, _ in pairs}):
        remotes = [remote for _, remote in pairs if remote.version == version]
        near = [(to, away) for to, away in elsewhere.items() if _overlaps(to, remotes)]
        inside = [DEFAULTS[version], *(to for to, led_away in near if not led_away)]
        own = source if source and source.version == version else None
        for to in inside:
            yield Route(to, "", metric=LAST_METRIC, table=table)
            if up:
                yield Route(to, device, metric=1, table=table, source=own)
        yield from (Route(to, "", table=table, throw=True) for to, led_away in near if led_away)
    policies = [t.interface for t in gateway.tunnels if t.policy_based]
    priority = min(PRIORITY + policies.index(tunnel.interface), LAST_PRIORITY)
    for pair in pairs:
        yield from _rules(pair, table, priority)


def past_tunnels(pairs: Iterable[Pair], way: Way | NoWay, table: int) -> Iterator[Item]:
    """IKE and ESP by `way` go by `table`, where one of the pairs of any tunnel takes them."""
    if not isinstance(way, Way):
        return
    remote = way.path.remote.ip if way.path else None
    addresses = {*way.local, way.path.local.ip} if way.path else way.local
    pairs = tuple(pairs)
    for local in sorted(addresses, key=str):
        if any(_takes(pair, local, remote) for pair in pairs):
            for protocol, port in CARRIERS:
                ports = (port, port) if port else None
                yield Rule(local, remote, table, CARRIER_PRIORITY, protocol, ports, own=True)


def networks(selector: TrafficSelector) -> tuple[IPNetwork, ...]:
    """The addresses of the selector, as not too many prefixes: rather more addresses than too few."""
    found: Iterable[IPNetwork] = summarize_address_range(selector.start, selector.end)
    exact = tuple(islice(found, MOST_NETWORKS + 1))
    if len(exact) <= MOST_NETWORKS:
        return exact
    around = ip_network(selector.start)
    while selector.end not in around:
        around = around.supernet()
    return (around,)


def _rules(pair: Pair, table: int, priority: int) -> Iterator[Rule]:
    local, remote = pair
    protocol = local.protocol or remote.protocol
    for source, destination in product(networks(local), networks(remote)):
        yield Rule(
            source,
            destination,
            table,
            priority,
            protocol,
            _ports(local, protocol),
            destination_ports=_ports(remote, protocol),
        )


def _ports(selector: TrafficSelector, protocol: int) -> Ports | None:
    """What rules can say of ports. The type of ICMP they cannot: all of it goes into the tunnel then.

    They know no ports 0 and 65535 (linux/fib_rules.h). A range that has one of them leaves it to the guards
    of the packet filter, which drop it.
    """
    low, high = selector.start_port, selector.end_port
    if protocol not in HAS_PORTS or (low, high) == (0, 65535):
        return None
    low, high = max(low, 1), min(high, 65534)
    return (low, high) if low <= high else None


def _elsewhere(
    gateway: Gateway, tunnel: Tunnel, devices: Mapping[str, str], facts: Facts
) -> dict[IPNetwork, bool]:
    """Where the configuration leads each network: True is by another interface than the tunnel's outgoing."""
    outgoing = tunnel.outgoing.interface if tunnel.outgoing else ""
    found: dict[IPNetwork, bool] = {}
    holders: list[tuple[IPNetwork, str]] = []
    for interface in gateway.interfaces:
        link = facts.links.get(devices.get(interface.name, ""))
        own = interface.addresses or (link.addresses if link and interface.dhcp else ())
        if interface.enabled and interface.kind is not InterfaceKind.LOOPBACK:
            holders += [(a.network, interface.name) for a in own]
    for network, name in holders:
        found[network] = found.get(network, True) and name != outgoing
    for route in gateway.routes:
        if route.destination.prefixlen and (leaves := _leaves(route, holders)) is not None:
            found[route.destination] = found.get(route.destination, True) and leaves != outgoing
    return found


def _leaves(route: StaticRoute, holders: Sequence[tuple[IPNetwork, str]]) -> str | None:
    """The interface by which the route leaves; "" is nowhere, None is not known."""
    if route.discard or route.interface:
        return route.interface or ""
    hop = route.next_hop
    near = [(n.prefixlen, name) for n, name in holders if hop and n.version == hop.version and hop in n]
    return max(near)[1] if near else None


def _overlaps(network: IPNetwork, selectors: Iterable[TrafficSelector]) -> bool:
    return any(TrafficSelector.of(network).intersect(selector) is not None for selector in selectors)


def _takes(pair: Pair, local: IPAddress, remote: IPAddress | None) -> bool:
    """Could it take packets from `local` to `remote`, or to anybody?"""
    ends = ((pair[0], local), (pair[1], remote))
    return all(_overlaps(ip_network(address), [selector]) for selector, address in ends if address)


def _is_everything(pair: Pair) -> bool:
    return all(selector in EVERYTHING for selector in pair)
