"""Which way a packet goes between the LANs, by the files' static routes; and the routes they leave out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from kakehashi.check.pair import End, Pair, Pairing
from kakehashi.lab.device import Device
from kakehashi.lab.draft import Draft
from kakehashi.lab.lan import Lan, inner_versions
from kakehashi.lab.wan import Wan, outer_version, wan_interface
from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.gateway import Gateway, Route
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import NextHopChoice, Tunnel


@dataclass(frozen=True, slots=True)
class Topology:
    """The devices with their networks; `routes` by device, the assumed ones included."""

    gateways: Mapping[str, Gateway]
    pairing: Pairing
    wans: tuple[Wan, ...]
    lans: tuple[Lan, ...]
    routes: Mapping[str, tuple[Route, ...]]

    def lans_of(self, device: str) -> list[Lan]:
        """The LANs of a device, the first one first."""
        return [lan for lan in self.lans if lan.device == device]

    def wan_of(self, end: End) -> Wan:
        """The WAN that carries a tunnel."""
        interface = wan_interface(self.gateways[end.device], end.tunnel)
        return next(w for w in self.wans if w.device == end.device and w.interface == interface)

    def way(self, start: str, to: IPAddress, source: IPAddress) -> tuple[End, ...] | None:
        """The tunnels that a packet takes from `start`'s LAN to that of `to`; None: it does not arrive.

        `source`: whose packet it is, which counts where selectors lead into a tunnel.
        """
        device = start
        taken: list[End] = []
        for _ in self.gateways:
            if any(to in lan_network for lan_network in self._lan_networks(device, to.version)):
                return tuple(taken)
            end = self._end(device, source, to)
            if end is None or to.version not in inner_versions(self._pair(end), self.gateways):
                return None
            taken.append(end)
            device = self._pair(end).other(end).device
        return None

    def _lan_networks(self, device: str, version: int) -> list[IPNetwork]:
        return [n for lan in self.lans_of(device) if (n := lan.network(version)) is not None]

    def _end(self, device: str, source: IPAddress, to: IPAddress) -> End | None:
        route = best_route(self.routes[device], to)
        interface = self.leaves(device, route) if route else ""
        for tunnel in self.gateways[device].tunnels:
            borne = tunnel.outgoing is not None and interface in ("", tunnel.outgoing.interface)
            if tunnel.policy_based and tunnel.enabled and borne and takes(tunnel, source, to):
                interface = tunnel.interface
                break
        ends = (end for pair in self.pairing.pairs for end in pair.ends)
        here = [e for e in ends if e.device == device and e.tunnel.interface == interface]
        return next((e for e in here if route is None or self._is_next_hop(e, route.next_hop)), None)

    def _is_next_hop(self, end: End, next_hop: IPAddress | None) -> bool:
        """Does a next hop lead to the peer of this end? Of a multipoint tunnel there are others."""
        if not end.tunnel.multipoint or next_hop is None:
            return True
        other = self._pair(end).other(end)
        inside = self.gateways[other.device].interface(other.tunnel.interface)
        return inside is not None and any(a.ip == next_hop for a in inside.addresses)

    def leaves(self, device: str, route: Route) -> str:
        """The interface by which the route leaves; "" is not known."""
        if route.interface or route.next_hop is None:
            return route.interface or ""
        near = [
            (a.network.prefixlen, interface.name)
            for interface in self.gateways[device].interfaces
            for a in interface.addresses
            if a.version == route.next_hop.version and route.next_hop in a.network
        ]
        return max(near)[1] if near else ""

    def _pair(self, end: End) -> Pair:
        return next(pair for pair in self.pairing.pairs if end in pair.ends)


_PINGS = (0, 1, 58)  # any protocol, ICMP, ICMPv6


def takes(tunnel: Tunnel, source: IPAddress, to: IPAddress) -> bool:
    """Do the selectors of a policy-based tunnel take pings, and not pings alone, between the two?"""
    ipsec = tunnel.ipsec
    ends = TrafficSelector(source, source), TrafficSelector(to, to)
    return any(
        local.contains(ends[0])
        and remote.contains(ends[1])
        and not any(b.before <= place and b.meets(*ends) for b in tunnel.bypass if b.local.protocol in _PINGS)
        for place, (local, remote) in enumerate(
            zip(ipsec.local_selectors, ipsec.remote_selectors, strict=False)
        )
    )


def best_route(routes: Iterable[Route], to: IPAddress) -> Route | None:
    """The route that a router takes: the longest prefix, then the smallest metric, then the first."""
    fitting = [r for r in routes if r.destination.version == to.version and to in r.destination]
    return min(fitting, key=lambda r: (-r.destination.prefixlen, r.metric), default=None)


def plan_routes(
    devices: Sequence[Device],
    pairing: Pairing,
    wans: tuple[Wan, ...],
    lans: tuple[Lan, ...],
    drafts: Mapping[str, Draft],
) -> Topology:
    """Complete the routes into the tunnels and towards the peers; what is added goes to `drafts`."""
    gateways = {device.name: device.gateway for device in devices}
    topology = Topology(gateways, pairing, wans, lans, {name: g.routes for name, g in gateways.items()})
    number_beside: dict[frozenset[str], int] = {}
    for pair in pairing.pairs:
        devices_of_pair = frozenset(end.device for end in pair.ends)
        number = number_beside.get(devices_of_pair, 0)
        number_beside[devices_of_pair] = number + 1
        for end in pair.ends:
            _tunnel_routes(topology, pair, end, number, drafts[end.device])
            _peer_route(topology, pair, end, drafts[end.device])
    routes = {name: (*g.routes, *drafts[name].additions.routes) for name, g in gateways.items()}
    return Topology(gateways, pairing, wans, lans, routes)


def _tunnel_routes(topology: Topology, pair: Pair, end: End, number: int, draft: Draft) -> None:
    """Routes to the other LAN, where the file has none; for the `number`th tunnel beside, to one host."""
    if end.tunnel.policy_based:
        return  # what goes into it is said by its selectors
    other = pair.other(end).device
    given = topology.routes[end.device]
    tunnels = {
        own.tunnel.interface for p in topology.pairing.pairs for own in p.ends if own.device == end.device
    }
    for version in inner_versions(pair, topology.gateways):
        lan = topology.lans_of(other)[0]
        host, network = lan.host(version, number), lan.network(version)
        if host is None or network is None:
            continue
        best = best_route(given, host.ip)
        if number == 0 and best and topology.leaves(end.device, best) in tunnels:
            continue
        if number and any(
            r.interface == end.tunnel.interface and r.destination.version == version for r in given
        ):
            continue
        destination = network if number == 0 else ip_network(host.ip)
        hop = _inside(pair.other(end), version, topology) if end.tunnel.multipoint else None
        draft.add(
            Route(destination=destination, next_hop=hop, interface=end.tunnel.interface),
            f"{destination} of {other} is reached through {end.tunnel.interface}",
        )


def _inside(end: End, version: int, topology: Topology) -> IPAddress | None:
    """Its address in the tunnel."""
    found = topology.gateways[end.device].interface(end.tunnel.interface)
    return next((a.ip for a in found.addresses if a.version == version), None) if found else None


def _leases_route(topology: Topology, wan: Wan) -> bool:
    """Does the default route come with the address?"""
    interface = topology.gateways[wan.device].interface(wan.interface)
    return wan.leased and interface is not None and interface.dhcp_default_route


def _peer_route(topology: Topology, pair: Pair, end: End, draft: Draft) -> None:
    """A route to the peer's outer address, where the tunnel itself names no next hop."""
    outgoing = end.tunnel.outgoing
    if outgoing and outgoing.next_hop is not None and not isinstance(outgoing.next_hop, NextHopChoice):
        return
    version = outer_version(pair, topology.gateways)
    wan, far = topology.wan_of(end), topology.wan_of(pair.other(end)).public_address(version)
    address = wan.address(version)
    if address is None or far is None or far in address.network or _leases_route(topology, wan):
        return
    routes = (*topology.routes[end.device], *draft.additions.routes)
    tunnels = {t.interface for t in topology.gateways[end.device].tunnels}
    best = best_route(routes, far)
    if best is not None and best.interface not in tunnels:
        return
    default = ip_network("0.0.0.0/0" if version == 4 else "::/0")
    destination = default if best is None else ip_network(far)
    hop = next((h for h in wan.next_hops if h.version == version), None)
    what = "the default route" if destination == default else f"the route to {destination}"
    draft.add(
        Route(destination=destination, next_hop=hop, interface=None if hop else wan.interface),
        f"{what} goes by {hop or wan.interface}",
    )
