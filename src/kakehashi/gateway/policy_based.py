"""Tunnels without routes: what their selectors take goes into their device (RFC 4301 section 5.1).

| priority | of the packets | looked up |
| --- | --- | --- |
| 3999 | IKE and ESP of this host itself, where a selector takes them | in the table of their own way |
| 4000 and on, a number for each tunnel | from a local selector to a remote one | in a table of the tunnel |
| between the numbers of such a tunnel | what goes past it | not there: on with the tunnel after it |

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
from dataclasses import dataclass
from ipaddress import ip_network, summarize_address_range
from itertools import islice, product
from zlib import crc32

from kakehashi.gateway.between_ends import carriers
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
EMPTY_TABLE = TABLE_BASE - 1  # a rule that leads there leads on to the next
DEFAULTS = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
TCP, UDP, SCTP, DCCP = 6, 17, 132, 33
HAS_PORTS = frozenset({TCP, UDP, SCTP, DCCP})
MOST_NETWORKS = 16  # that one range of addresses is split into; beyond, the network around it counts

Pair = tuple[TrafficSelector, TrafficSelector]
"""What the tunnel takes: packets from the first to the second."""


def pairs_of(tunnel: Tunnel, negotiated: Sequence[Pair] = ()) -> tuple[Pair, ...]:
    """What the tunnel takes. `negotiated`: by its SAs, for a peer that says so itself."""
    pairs = [pair for pair in _configured(tunnel) if pair[0].version == pair[1].version]
    if is_told_by_peer(tunnel):
        pairs = [pair for pair in pairs if not _is_everything(pair)] + list(negotiated)
    return tuple(dict.fromkeys(pairs))


def past(tunnel: Tunnel, pair: Pair) -> tuple[Pair, ...]:
    """What of the packets that a pair takes goes past the tunnel. A pair that was negotiated is the last."""
    place = _configured(tunnel).index(pair) if pair in _configured(tunnel) else len(_configured(tunnel))
    return tuple((b.local, b.remote) for b in tunnel.bypass if b.before <= place and b.meets(*pair))


def _configured(tunnel: Tunnel) -> list[Pair]:
    local, remote = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    return list(zip(local, remote, strict=True) if len(local) == len(remote) else product(local, remote))


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
    steps = _steps(gateway, tunnel)
    for pair in pairs:
        yield from _rules(pair, table, steps.into(pair))
    yield from steps.past()


def past_tunnels(pairs: Iterable[Pair], tunnel: Tunnel, way: Way | NoWay, table: int) -> Iterator[Item]:
    """IKE, ESP and AH of `tunnel` by `way` go by `table`, where one of the pairs of any tunnel takes them."""
    if not isinstance(way, Way):
        return
    remote = way.path.remote.ip if way.path else None
    addresses = {*way.local, way.path.local.ip} if way.path else way.local
    pairs = tuple(pairs)
    for local in sorted(addresses, key=str):
        if any(_takes(pair, local, remote) for pair in pairs):
            for protocol, port in carriers(tunnel):
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


@dataclass(frozen=True, slots=True)
class _Steps:
    """The priorities of a tunnel's rules: pairs and what goes past them are asked about in their order.

    Numbers from `first` on: pairs, what goes past those that follow, those that follow ... At the end, which
    only a tunnel with exceptions has, is a rule that leads nowhere, for those that skip the rest.
    """

    tunnel: Tunnel
    first: int

    def __len__(self) -> int:
        return 2 * len(self._breaks) + 2 if self._breaks else 1

    @property
    def _breaks(self) -> list[int]:
        """Before which pairs something is excepted."""
        return sorted({b.before for b in self.tunnel.bypass})

    def into(self, pair: Pair) -> int:
        """The priority of the rules that lead the pair into the tunnel."""
        configured = _configured(self.tunnel)
        place = configured.index(pair) if pair in configured else len(configured)
        return min(self.first + 2 * sum(b <= place for b in self._breaks), LAST_PRIORITY)

    def past(self) -> Iterator[Rule]:
        """The rules of what goes past."""
        end = min(self.first + len(self) - 1, LAST_PRIORITY)
        for bypass in self.tunnel.bypass:
            number = min(self.first + 2 * self._breaks.index(bypass.before) + 1, LAST_PRIORITY)
            yield from _rules((bypass.local, bypass.remote), 0, number, end)
        for version in sorted({b.local.version for b in self.tunnel.bypass}):
            yield Rule(None, DEFAULTS[version], EMPTY_TABLE, end)


def _steps(gateway: Gateway, tunnel: Tunnel) -> _Steps:
    first = PRIORITY
    for other in gateway.tunnels:
        if other.interface == tunnel.interface:
            break
        if other.policy_based:
            first += len(_Steps(other, first))
    return _Steps(tunnel, first)


def _rules(pair: Pair, table: int, priority: int, goto: int = 0) -> Iterator[Rule]:
    """`goto`: only what the rules can say whole; of what goes past that may be too little, never too much."""
    local, remote = pair
    if goto and not (_is_sayable(local) and _is_sayable(remote)):
        return
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
            goto=goto,
        )


def _is_sayable(selector: TrafficSelector) -> bool:
    """Can rules say exactly this? Ports 0 and 65535 they know none, ranges of many networks they round up."""
    ports = (selector.start_port, selector.end_port)
    exact = islice(summarize_address_range(selector.start, selector.end), MOST_NETWORKS + 1)
    return (ports == (0, 65535) or (0 < ports[0] <= ports[1] < 65535)) and len(list(exact)) <= MOST_NETWORKS


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
