"""Does what the device sends reach the peer, and from the address that the peer expects?

Only asked of devices that say all their addresses: a part of a configuration leaves open what it leaves out.
"""

from collections.abc import Iterator

from kakehashi.check.device import Device
from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.source import Source
from kakehashi.model.tunnel import NextHopChoice


def check_way(subject: Subject) -> Iterator[Remark]:
    """The first thing that is in the way: an interface, a next hop, a missing route, an address."""
    if not subject.tunnel.enabled or not subject.device.tells_all_addresses:
        return
    for found in (
        _interface(subject),
        _next_hop(subject),
        _route(subject),
        _table(subject),
        _source(subject),
    ):
        if found is not None:
            yield found
            return


def _interface(subject: Subject) -> Remark | None:
    """The interface that the tunnel names, or by which its peer would be reached."""
    device, tunnel = subject.device, subject.tunnel
    named = tunnel.outgoing.interface if tunnel.outgoing else tunnel.source_address
    at = tunnel.outgoing.source if tunnel.outgoing else None
    if isinstance(named, str):
        interface = device.interfaces.get(named)
        if interface is None:
            return _down(subject, f"there is no interface {named}", at, tunnel.source)
    else:
        peer = tunnel.peer_address
        lost = isinstance(peer, IPAddress) and device.way_to(peer) is None
        interface = device.switched_off_way_to(peer) if lost and isinstance(peer, IPAddress) else None
    if interface is not None and not interface.enabled:
        return _down(subject, f"{interface.name} is shut down", interface.source, at, tunnel.source)
    return None


def _down(subject: Subject, why: str, *sources: Source | None) -> Remark:
    return Remark(
        rule="interface-down",
        severity=Severity.ERROR,
        message=f"{subject.name} never comes up: {why}",
        where=where(*sources),
        fix="let the tunnel use an interface that is there and switched on",
    )


def _next_hop(subject: Subject) -> Remark | None:
    """A next hop is in the network of the interface by which it is reached."""
    device, tunnel = subject.device, subject.tunnel
    if tunnel.outgoing is not None and isinstance(tunnel.outgoing.next_hop, IPAddress):
        interface, hop = device.interfaces.get(tunnel.outgoing.interface), tunnel.outgoing.next_hop
        if interface is None or _is_in_network(device, interface, hop):
            return None
        return _off_link(subject, hop, tunnel.outgoing.source)
    peer = tunnel.peer_address
    if not isinstance(peer, IPAddress) or device.way_to(peer) is not None:
        return None
    route = device.route_to(peer)
    if route is None or route.next_hop is None or route.interface is not None:
        return None
    return _off_link(subject, route.next_hop, route.source)


def _off_link(subject: Subject, hop: IPAddress, source: Source | None) -> Remark:
    return Remark(
        rule="next-hop",
        severity=Severity.ERROR,
        message=f"{subject.name} never comes up: the next hop {hop} towards its peer is in no network of "
        "this device",
        where=where(source, subject.tunnel.source),
        fix="write the address of the router that is next on that line",
    )


def _is_in_network(device: Device, interface: Interface, hop: IPAddress) -> bool:
    """Point-to-point lines have no network to be in."""
    own = [a for a in interface.addresses if a.version == hop.version]
    return not own or any(hop in a.network or a.network.prefixlen == a.network.max_prefixlen for a in own)


def _route(subject: Subject) -> Remark | None:
    peer, outgoing = subject.tunnel.peer_address, subject.tunnel.outgoing
    if not isinstance(peer, IPAddress) or (outgoing is not None and outgoing.next_hop is not None):
        return None
    if subject.device.way_to(peer) is not None or subject.device.route_to(peer) is not None:
        return None
    return Remark(
        rule="no-route-to-peer",
        severity=Severity.ERROR,
        message=f"{subject.name} never comes up: no route leads to its peer {peer}",
        where=where(subject.tunnel.source),
        fix=f"add a default route, or a route to {peer}",
    )


def _table(subject: Subject) -> Remark | None:
    """With `auto` the tunnel is up only while the table leads to the peer by its interface."""
    device, outgoing, peer = subject.device, subject.tunnel.outgoing, subject.tunnel.peer_address
    if outgoing is None or outgoing.next_hop is not NextHopChoice.AUTO or not isinstance(peer, IPAddress):
        return None
    interface, ways = device.interfaces.get(outgoing.interface), device.ways_to(peer)
    if interface is None or interface.dhcp or not ways or outgoing.interface in ways:
        return None
    return Remark(
        rule="other-way",
        severity=Severity.ERROR,
        message=f"{subject.name} never comes up: no route leads to its peer {peer} by {interface.name}, "
        f"only by {', '.join(sorted(ways))}",
        where=where(outgoing.source, subject.tunnel.source),
        fix="name the interface by which the peer is reached, or add a route to it by this one",
    )


def _source(subject: Subject) -> Remark | None:
    device, own, peer = subject.device, subject.tunnel.source_address, subject.tunnel.peer_address
    if isinstance(own, IPAddress) and device.holder(own) is None:
        why = f"it speaks from {own}, and no interface has that address"
    elif isinstance(own, str) and isinstance(peer, IPAddress) and not device.addresses_of(own, peer.version):
        why = f"it speaks from {own}, which has no address of IPv{peer.version}"
    else:
        return None
    return Remark(
        rule="source-address",
        severity=Severity.ERROR,
        message=f"{subject.name} never comes up: {why}",
        where=where(subject.line("own-address"), subject.tunnel.source),
        fix="write the address of the interface towards the internet, or its name",
    )
