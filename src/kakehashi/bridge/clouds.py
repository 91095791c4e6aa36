"""Tunnels of many peers: who has no words for them, and another member of the same cloud.

Of a spoke the other member is its hub, of a hub one of its spokes: who registers says where the hub is, and
where the hub's routes lead tells of a spoke. Where all peers are written down it is the first of them; of the
others it knows nothing, for this one does not know the keys between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_interface

from kakehashi.bridge.abilities import CISCO, TITLES
from kakehashi.bridge.leave_out import leave_out
from kakehashi.model.address import IPAddress, IPInterface, IPNetwork
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway, Interface, Route
from kakehashi.model.multipoint import HOLDING_TIME, Multipoint, NextHop, NextHopServer, Nhrp
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel


def not_written(multipoint: Multipoint, gateway: Gateway, target: str) -> Finding | None:
    """Why a device of the dialect `target` gets no line of a tunnel of many peers; None: it does."""
    if target == gateway.dialect or (target == CISCO and _is_written_down(multipoint)):
        return None
    name = multipoint.interface
    if gateway.dialect == CISCO:
        message = (
            f"{name} has many peers by NHRP, and tunnels for {TITLES[target]} have one each here: "
            "nothing of it is written"
        )
    else:
        whose = TITLES[gateway.dialect]
        message = f"{name} has many peers in a way that {whose} has alone: nothing of it is written"
    return Finding(
        Severity.ERROR,
        "multipoint-unsaid",
        message,
        multipoint.source,
        "write a tunnel for each of its peers, on both ends, or keep a device of this maker here",
        name=name,
    )


def without_clouds(gateway: Gateway, target: str) -> tuple[Gateway, tuple[Finding, ...]]:
    """The gateway without the tunnels of many peers that are not written, and a finding for each.

    Their routes go with them: their next hops would be looked for by the default route, in the clear.
    """
    findings = tuple(f for m in gateway.multipoints if (f := not_written(m, gateway, target)) is not None)
    if not findings:
        return with_maps(gateway, target), ()
    gone = {f.name for f in findings}
    inside = [a.network for i in gateway.interfaces if i.name in gone for a in i.addresses]
    left = leave_out(gateway, gone, gone)

    def leads_there(route: Route) -> bool:
        return route.next_hop is not None and any(route.next_hop in network for network in inside)

    routes = tuple(route for route in left.routes if not leads_there(route))
    said = tuple(m for m in gateway.multipoints if m.interface not in gone)
    return with_maps(replace(left, multipoints=said, routes=routes), target), findings


def with_maps(gateway: Gateway, target: str) -> Gateway:
    """The gateway with peers that are written down as maps of NHRP, where a device has no other words for
    them. Nobody registers, and nobody is asked; the number of the network is heard by no peer.
    """
    if target != CISCO or not any(m.endpoints for m in gateway.multipoints):
        return gateway
    return replace(
        gateway,
        multipoints=tuple(
            replace(m, nhrp=tuple(_maps(m, number)), endpoints=()) if m.endpoints else m
            for number, m in enumerate(gateway.multipoints, start=1)
        ),
    )


def _maps(multipoint: Multipoint, number: int) -> Iterator[Nhrp]:
    for version in (4, 6):
        hops = tuple(hop for hop in multipoint.endpoints if hop.address.version == version)
        if hops:
            everybody = tuple(dict.fromkeys(hop.nbma for hop in hops))
            yield Nhrp(version=version, network_id=number, next_hops=hops, multicast=everybody)


def _is_written_down(multipoint: Multipoint) -> bool:
    """Are its packets in GRE, and its peers all written down, over IPv4?"""
    ends = multipoint.endpoints
    named = multipoint.source_address is not None and all(hop.nbma.version == 4 for hop in ends)
    return multipoint.gre is not None and bool(ends) and named


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Another member of a cloud, as this one knows it.

    `near`: this one's side, `ours`: its addresses in the tunnel. `is_hub`: this one registers with it.
    `addresses`: in the tunnel; `nbma`: below it, None where nothing tells. `lans`: its own networks, as far
    as routes tell; `beyond`: those of further members, by us; `asks`: what is made up, with its value.
    """

    near: Multipoint
    is_hub: bool
    addresses: tuple[IPInterface, ...]
    nbma: IPAddress | None
    lans: tuple[IPNetwork, ...]
    beyond: tuple[IPNetwork, ...]
    ours: tuple[IPInterface, ...]
    asks: tuple[tuple[str, str], ...]

    def multipoint(self, tunnel: Tunnel, here: IPAddress | None) -> Multipoint:
        """Its side of the cloud, with `tunnel` of its own; `here`: where this one is below the tunnel."""
        return replace(
            self.near,
            interface=tunnel.interface,
            enabled=True,
            source_address=tunnel.source_address,
            nhrp=tuple(self._nhrp(nhrp, here) for nhrp in self.near.nhrp),
            endpoints=self._endpoints(here),
            source=None,
        )

    def _endpoints(self, here: IPAddress | None) -> tuple[NextHop, ...]:
        """Our own, for each address that we have in the tunnel."""
        if here is None or not self.near.endpoints:
            return ()
        return tuple(NextHop(address=own.ip, nbma=here) for own in self.ours)

    def routes(self, interface: str, ours: list[IPNetwork]) -> Iterator[Route]:
        """To our own networks, and to what is behind other members: by us."""
        for network in dict.fromkeys((*ours, *self.beyond)):
            hop = next((a.ip for a in self.ours if a.version == network.version), None)
            if hop is not None and network not in self.lans:
                yield Route(
                    destination=network, next_hop=hop, interface=None if self.near.endpoints else interface
                )

    def _nhrp(self, near: Nhrp, here: IPAddress | None) -> Nhrp:
        own = next((a.ip for a in self.ours if a.version == near.version), None)
        base = Nhrp(
            version=near.version,
            network_id=near.network_id,
            authentication=near.authentication,
            holding_time=near.holding_time or HOLDING_TIME,
        )
        if self.is_hub:
            wants = any(s.multicast for s in near.servers) or bool(near.multicast)
            return replace(base, multicast_dynamic=wants, redirect=near.shortcut)
        if own is None or here is None:
            return base
        if near.next_hops and not near.multicast_dynamic:
            # Nobody registers where all is written down.
            said = (here,) if near.multicast else ()
            return replace(base, next_hops=(NextHop(address=own, nbma=here),), multicast=said)
        server = NextHopServer(address=own, nbma=here, multicast=near.multicast_dynamic)
        return replace(base, servers=(server,), shortcut=near.redirect)


def member(gateway: Gateway, tunnel: Tunnel) -> Member | None:
    """Another member of the cloud that `tunnel` is in; None where nobody could find anybody."""
    near = gateway.multipoint(tunnel.interface)
    interface = gateway.interface(tunnel.interface)
    if near is None or interface is None or not (near.nhrp or near.endpoints):
        return None
    asks: list[tuple[str, str]] = []
    versions = {n.version for n in near.nhrp} | {hop.address.version for hop in near.endpoints[:1]}
    ours = tuple(a for a in interface.addresses if a.version in versions)
    servers = {n.version: n.servers[0] for n in near.nhrp if n.servers}
    into = [
        r
        for r in gateway.routes
        if r.next_hop is not None
        and (r.interface == tunnel.interface or (r.interface is None and _is_inside(r.next_hop, interface)))
    ]
    addresses = []
    for own in ours:
        known = servers[own.version].address if own.version in servers else _peer(own, near, into)
        if known is None:
            known = next((h for h in own.network.hosts() if h != own.ip), own.ip)
            asks.append((f"its address in the tunnel; {known} is made up", str(known)))
        addresses.append(ip_interface(f"{known}/{own.network.prefixlen}"))
    chosen = {a.ip for a in addresses}
    nbmas = [server.nbma for server in servers.values()]
    nbmas += [hop.nbma for hop in near.next_hops if hop.address in chosen]
    nbma = next((n for n in nbmas if isinstance(n, IPAddress)), None)
    if nbma is None and (within := _within(tunnel)) is not None:
        nbma = within
        asks.append((f"its address below the tunnel; {nbma} is one that is let in", str(nbma)))
    behind = [r for r in into if r.next_hop in chosen]
    others = {r.next_hop for r in into} - chosen
    left = {hop.nbma for hop in near.endpoints} - {nbma}
    if left:
        asks.append(
            (
                f"which of {len(left) + 1} peers it is: {', '.join(map(str, chosen))} is taken; the "
                "endpoints of the others, and the keys between them",
                "",
            )
        )
    elif others and not servers:
        asks.append((f"which of {len(others) + 1} peers it is: {', '.join(map(str, chosen))} is taken", ""))
    taken = [a.network for i in gateway.interfaces for a in i.addresses]
    return Member(
        near=near,
        is_hub=bool(servers),
        addresses=tuple(addresses),
        nbma=nbma,
        # What holds a network of ours is not one of its own.
        lans=tuple(r.destination for r in behind if not any(_overlap(r.destination, n) for n in taken)),
        beyond=()
        if servers or near.endpoints
        else tuple(r.destination for r in into if r.next_hop in others),
        ours=ours,
        asks=tuple(asks),
    )


def _peer(own: IPInterface, near: Multipoint, into: list[Route]) -> IPAddress | None:
    """Who is written down, else whom a route leads to."""
    named = [hop.address for hop in near.next_hops]
    named += [r.next_hop for r in into if r.next_hop is not None]
    return next((a for a in named if a.version == own.version and a in own.network and a != own.ip), None)


def _is_inside(address: IPAddress, interface: Interface) -> bool:
    return any(address in own.network for own in interface.addresses)


def _within(tunnel: Tunnel) -> IPAddress | None:
    """An address that its profile lets in, where it does not let in every one."""
    networks = tunnel.peer.within if isinstance(tunnel, Ikev2Tunnel) else ()
    return next((host for n in networks for host in n.hosts() if host != tunnel.source_address), None)


def _overlap(one: IPNetwork, other: IPNetwork) -> bool:
    return one.version == other.version and one.overlaps(other)
