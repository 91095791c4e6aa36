"""By which interface and address a tunnel is carried, and whether it may be up (V2-10, V2-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from kakehashi.gateway.host.facts import Facts, Link
from kakehashi.model.address import ANY, IKE_PORT, IPAddress, Path, SocketAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.tunnel import NextHopChoice, OutgoingInterface, Tunnel

# Where a tunnel may be reached when its address is gone: at none. (To the core an empty set means any.)
NOWHERE: frozenset[IPAddress] = frozenset({IPv4Address("0.0.0.0"), IPv6Address("::")})  # noqa: S104
ANYWHERE: frozenset[IPAddress] = frozenset()


@dataclass(frozen=True, slots=True)
class Pin:
    """The tunnel always leaves by `device`, whatever the table says; `next_hop` None: on the link."""

    device: str
    next_hop: IPAddress | None


@dataclass(frozen=True, slots=True)
class Way:
    """The tunnel can be carried. `path` is None where the peer can only come to us.

    `local`: the addresses at which we answer for the tunnel, empty for all. `device`: "" where any may be.
    """

    path: Path | None
    local: frozenset[IPAddress]
    device: str
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class NoWay:
    """The tunnel cannot be carried; `reason` is one sentence for the operator."""

    reason: str
    local: frozenset[IPAddress] = ANYWHERE


def decide(
    tunnel: Tunnel,
    gateway: Gateway,
    facts: Facts,
    devices: Mapping[str, str],
    peer: IPAddress | None,
) -> Way | NoWay:
    """The way of one tunnel.

    `devices`: the host's device of each interface of the configuration. `peer`: the peer's address as far as
    it is known now; None: it is resolved later, or the peer is `any`.
    """
    if not tunnel.enabled:
        return NoWay("administratively down: the configuration says shutdown")
    if peer is None and tunnel.peer_address is not ANY:
        return NoWay(f"the peer's name {tunnel.peer_address} has no address yet")
    if tunnel.outgoing is None or tunnel.outgoing.next_hop is NextHopChoice.AUTO:
        return _by_table(tunnel, gateway, facts, devices, peer)
    return _pinned(tunnel, tunnel.outgoing, gateway, facts, devices, peer)


def _by_table(
    tunnel: Tunnel, gateway: Gateway, facts: Facts, devices: Mapping[str, str], peer: IPAddress | None
) -> Way | NoWay:
    wanted = devices.get(tunnel.outgoing.interface, "") if tunnel.outgoing else ""
    if tunnel.outgoing and not (wanted in facts.links and facts.links[wanted].running):
        return NoWay(f"outgoing interface {tunnel.outgoing.interface} is down", NOWHERE)
    local = _own_addresses(tunnel, facts, devices, wanted)
    if isinstance(local, NoWay):
        return local
    if peer is None:
        return Way(None, local, wanted)
    own_device = devices.get(tunnel.interface, "")
    if leads_into_itself(tunnel, gateway, facts, peer, own_device):
        return NoWay(
            f"the route to the peer {peer} leads into the tunnel itself: route {peer} by another interface",
            local,
        )
    lookup = facts.lookups.get(peer)
    own_rules = lookup is None or lookup.device == own_device or tunnel.source_address is not None
    if is_between_ends(tunnel) and own_rules:
        # That is what the tunnel's own rules say of other packets. IKE and ESP go by the main table.
        lookup = facts.main_lookup(peer)
    if lookup is None:
        return NoWay(f"no route to the peer {peer}{_awaited(gateway, facts, devices)}", local)
    if wanted and lookup.device != wanted and tunnel.outgoing:
        return NoWay(
            f"the route to {peer} leaves by {lookup.device}, not by {tunnel.outgoing.interface} ({wanted})",
            local,
        )
    source = _source(tunnel, facts, devices, peer.version, lookup.device) or lookup.source
    return Way(_path(source, peer), local, lookup.device)


def _awaited(gateway: Gateway, facts: Facts, devices: Mapping[str, str]) -> str:
    """Which interface has no address yet, for that is why there is no route."""
    for interface in gateway.interfaces:
        link = facts.links.get(devices.get(interface.name, ""))
        if not interface.enabled or not interface.dhcp or (link and link.address(4)):
            continue
        if interface.negotiated:
            return f": the host's PPP has not brought {interface.name} up yet"
        if link:
            return f": no DHCP server has given {interface.name} an address yet"
    return ""


def _pinned(
    tunnel: Tunnel,
    outgoing: OutgoingInterface,
    gateway: Gateway,
    facts: Facts,
    devices: Mapping[str, str],
    peer: IPAddress | None,
) -> Way | NoWay:
    device = devices.get(outgoing.interface, "")
    link = facts.links.get(device)
    if link is None or not link.running:
        return NoWay(f"outgoing interface {outgoing.interface} is down", NOWHERE)
    local = _own_addresses(tunnel, facts, devices, device)
    if isinstance(local, NoWay):
        return local
    version = peer.version if peer else _version(outgoing, link)
    next_hop = outgoing.next_hop if isinstance(outgoing.next_hop, IPv4Address | IPv6Address) else None
    if next_hop and not _is_near(next_hop, link):
        return NoWay(f"the next hop {next_hop} is in no network of {outgoing.interface}", NOWHERE)
    if next_hop is None and tunnel.policy_based and peer:
        next_hop = facts.next_hop_towards(peer, device)
        if not any(r.device and peer in r.destination for r in facts.main_routes()):
            awaited = _awaited(gateway, facts, devices)
            return NoWay(f"no route to the peer {peer}{awaited}", local)
    elif next_hop is None and peer and not outgoing.next_hop:
        # The routes by that interface alone count.
        next_hop = facts.next_hop_towards(peer, device)
        if not any(r.device == device and peer in r.destination for r in facts.main_routes()):
            awaited = _awaited(gateway, facts, devices)
            return NoWay(f"no route to the peer {peer} leaves by {outgoing.interface}{awaited}", local)
    next_hop = next_hop or facts.default_next_hop(device, version)
    pin = Pin(device, next_hop)
    if peer is None:
        return Way(None, local, device, pin)
    source = _source(tunnel, facts, devices, version, device)
    if source is None:
        awaited = _awaited(gateway, facts, devices)
        return NoWay(f"outgoing interface {outgoing.interface} has no IPv{version} address{awaited}", local)
    return Way(_path(source, peer), local, device, pin)


def is_between_ends(tunnel: Tunnel) -> bool:
    """Does the tunnel carry packets between its two ends alone, in transport mode?"""
    return tunnel.ipsec.mode is EncapsulationMode.TRANSPORT and not tunnel.ipsec.wraps


def leads_into_itself(
    tunnel: Tunnel, gateway: Gateway, facts: Facts, peer: IPAddress, own_device: str
) -> bool:
    """Would the tunnel's own routes, once it is up, catch the packets that carry it?

    Asked of the configuration and of the host's other routes, not of the routes in force: those come and go
    with the tunnel, and it would flap.
    """
    own = [
        (r.destination.prefixlen, -r.metric)
        for r in gateway.routes
        if r.interface == tunnel.interface and r.destination.version == peer.version and peer in r.destination
    ]
    others = [
        (r.destination.prefixlen, -r.metric)
        for r in facts.main_routes()
        if r.device != own_device and r.destination.version == peer.version and peer in r.destination
    ]
    return bool(own) and (not others or max(own) > max(others))


def _own_addresses(
    tunnel: Tunnel, facts: Facts, devices: Mapping[str, str], outgoing_device: str
) -> frozenset[IPAddress] | NoWay:
    match tunnel.source_address:
        case None:
            link = facts.links.get(outgoing_device)
            return frozenset(a.ip for a in link.addresses) if link else ANYWHERE
        case str(interface):
            link = facts.links.get(devices.get(interface, ""))
            if link is None or not link.addresses:
                return NoWay(f"source-address: interface {interface} has no address now", NOWHERE)
            return frozenset(a.ip for a in link.addresses)
        case address:
            if not facts.has_address(address):
                return NoWay(
                    f"source-address {address} is not an address of this host now", frozenset({address})
                )
            return frozenset({address})


def _source(
    tunnel: Tunnel, facts: Facts, devices: Mapping[str, str], version: int, device: str
) -> IPAddress | None:
    match tunnel.source_address:
        case None:
            link = facts.links.get(device)
            return link.address(version) if link and tunnel.outgoing else None
        case str(interface):
            link = facts.links.get(devices.get(interface, ""))
            return link.address(version) if link else None
        case address:
            return address


def _is_near(next_hop: IPAddress, link: Link) -> bool:
    """Could it be on the link? Nothing speaks against it where the link has no address of that IP version."""
    own = [a for a in link.addresses if a.version == next_hop.version and not a.ip.is_link_local]
    return next_hop.is_link_local or not own or any(next_hop in a.network for a in own)


def _version(outgoing: OutgoingInterface, link: Link) -> int:
    if isinstance(outgoing.next_hop, IPv4Address | IPv6Address):
        return outgoing.next_hop.version
    return 4 if link.address(4) else 6


def _path(local: IPAddress, remote: IPAddress) -> Path:
    return Path(SocketAddress(local, IKE_PORT), SocketAddress(remote, IKE_PORT))
