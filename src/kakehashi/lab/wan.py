"""Where each device meets the internet: interface, addresses, next hops; what of it is assumed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network

from kakehashi.check.pair import End, Pair, Pairing
from kakehashi.lab.complete import completer
from kakehashi.lab.complete.additions import InterfaceAddress
from kakehashi.lab.device import Device
from kakehashi.lab.draft import Draft
from kakehashi.lab.errors import LabError
from kakehashi.model.address import Hostname, IPAddress, IPInterface, IPNetwork, PeerAddress
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from kakehashi.model.tunnel import NextHopChoice, Tunnel

# Networks of the lab's own, where a file gives no address: benchmarking (RFC 2544), shared address space
# (RFC 6598) inside a NAT, documentation (RFC 3849).
_PUBLIC = ip_network("198.18.0.0/16"), ip_network("2001:db8:ffff::/48")
_BEHIND_NAT = ip_network("100.64.0.0/16"), ip_network("fd00:64::/48")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wan:
    """One interface towards the internet.

    `addresses`: one for each IP version in use. `public`: what the rest of the internet sees in their place,
    the same unless a NAT stands between. `next_hops`: addresses of the internet's, or the NAT's, on this
    link. `leased`: the addresses come from outside, as by DHCP, not from the configuration. `nat`: one stands
    before it; `beside`: the device whose NAT that is, if not its own.
    """

    device: str
    interface: str
    addresses: tuple[IPInterface, ...]
    public: tuple[IPAddress, ...]
    next_hops: tuple[IPAddress, ...]
    leased: bool = False
    nat: bool = False
    beside: str = ""

    def address(self, version: int) -> IPInterface | None:
        """The address of that IP version."""
        return next((a for a in self.addresses if a.version == version), None)

    def public_address(self, version: int) -> IPAddress | None:
        """What others see of that IP version."""
        return next((a for a in self.public if a.version == version), None)


def plan_wans(
    devices: Sequence[Device], pairing: Pairing, behind_nat: Mapping[str, str], drafts: Mapping[str, Draft]
) -> tuple[Wan, ...]:
    """The WAN interfaces of all devices; what the files leave out goes to `drafts`.

    `behind_nat`: each device that a NAT stands before, with the first of those that share it. LabError.
    """
    gateways = {device.name: device.gateway for device in devices}
    wans: list[Wan] = []
    for number, device in enumerate(devices, start=1):
        ends = [end for pair in pairing.pairs for end in pair.ends if end.device == device.name]
        for interface in wan_interfaces(device.gateway):
            here = [end for end in ends if wan_interface(device.gateway, end.tunnel) == interface]
            first = behind_nat.get(device.name, device.name)
            beside = next((wan for wan in wans if wan.device == first != device.name), None)
            link = _Link(device, interface, number, device.name in behind_nat, drafts[device.name], beside)
            given = {a for wan in wans for a in wan.public}
            named = [a for end in here for a in _named(pairing, end) if a not in given]
            versions = sorted({outer_version(_pair_of(pairing, end), gateways) for end in here}) or [4]
            wans.append(_plan_link(link, versions, named, _others(gateways, device.name)))
            number += len(devices)
    _refuse_twins(wans)
    return tuple(wans)


def wan_interface(gateway: Gateway, tunnel: Tunnel) -> str:
    """The interface that carries `tunnel`, by the device's own name."""
    if tunnel.outgoing is not None:
        return tunnel.outgoing.interface
    if isinstance(tunnel.source_address, str):
        return tunnel.source_address
    return next(_signs_of_wan(gateway, tunnel), completer(gateway.dialect).physical[0])


def wan_interfaces(gateway: Gateway) -> tuple[str, ...]:
    """All interfaces that carry tunnels, in the order of the tunnels; of a router that has none yet, the one
    that will: somebody is to sit down there and type.
    """
    if not gateway.tunnels:
        return (next(_leading_out(gateway), completer(gateway.dialect).physical[0]),)
    return tuple(dict.fromkeys(wan_interface(gateway, tunnel) for tunnel in gateway.tunnels))


def outer_version(pair: Pair, gateways: Mapping[str, Gateway]) -> int:
    """The IP version that carries the tunnel: that of an address that an end names; else what both have."""
    for end in pair.ends:
        if not isinstance(end.tunnel.peer_address, Hostname) and end.can_begin:
            return ip_address(str(end.tunnel.peer_address)).version
        if isinstance(end.tunnel.peer_address, Hostname) and end.tunnel.peer_address.version:
            return end.tunnel.peer_address.version
    versions = [
        {a.version for a in interface.addresses}
        for end in pair.ends
        if (interface := gateways[end.device].interface(wan_interface(gateways[end.device], end.tunnel)))
    ]
    return 6 if versions and all(v == {6} for v in versions if v) and any(versions) else 4


def common_network(address: IPAddress, others: Iterable[IPAddress]) -> IPNetwork:
    """The smallest network that holds all of them, and no smaller than a usual link's (/24 or /64)."""
    network = ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False)
    for other in others:
        while other.version == network.version and other not in network:
            network = network.supernet()
    return network


def _refuse_twins(wans: Sequence[Wan]) -> None:
    at: dict[tuple[str, IPAddress], Wan] = {}
    for wan in wans:
        # Behind one NAT all are at its address, and each at one of its own.
        inside = wan.beside or wan.device if wan.nat else ""
        seen = [("", a) for a in wan.public if not wan.beside] + [
            (inside, a.ip) for a in wan.addresses if inside
        ]
        for place, address in seen:
            other = at.setdefault((place, address), wan)
            if other is not wan:
                raise LabError(
                    f"{other.device} {other.interface} and {wan.device} {wan.interface} are both at "
                    f"{address}: {'a NAT' if place else 'an internet'} has room for one of them"
                )


@dataclass(frozen=True, slots=True)
class _Link:
    device: Device
    interface: str
    number: int
    nat: bool
    draft: Draft
    beside: Wan | None = None  # whose NAT it shares


def _signs_of_wan(gateway: Gateway, tunnel: Tunnel) -> Iterator[str]:
    physical = [i for i in gateway.interfaces if i.kind is InterfaceKind.PHYSICAL]
    for interface in physical:
        if any(tunnel.source_address == own.ip for own in interface.addresses):
            yield interface.name
    yield from (i.name for i in physical if _has_on_link(i, tunnel.peer_address))
    yield from _leading_out(gateway)
    # The tunnels borrow the LAN's address: another one is the WAN's.
    borrowed = {name for i in gateway.interfaces for name in (i.unnumbered, i.unnumbered_ipv6) if name}
    if any(i.name in borrowed for i in physical):
        yield from (i.name for i in physical if i.addresses and i.name not in borrowed)


def _leading_out(gateway: Gateway) -> Iterator[str]:
    """Where routes lead, the widest first; then what has its address from outside, or hides others."""
    physical = [i for i in gateway.interfaces if i.kind is InterfaceKind.PHYSICAL]
    for route in sorted(gateway.routes, key=lambda r: r.destination.prefixlen):
        for interface in physical:
            if route.interface == interface.name or _on_link(route.next_hop, interface):
                yield interface.name
    yield from (i.name for i in physical if i.dhcp or i.napt)


def _has_on_link(interface: Interface, peer: PeerAddress) -> bool:
    return isinstance(peer, IPv4Address | IPv6Address) and _on_link(peer, interface)


def _on_link(address: IPAddress | None, interface: Interface) -> bool:
    return address is not None and any(address in own.network for own in interface.addresses)


def _pair_of(pairing: Pairing, end: End) -> Pair:
    return next(pair for pair in pairing.pairs if end in pair.ends)


def _named(pairing: Pairing, end: End) -> list[IPAddress]:
    """The addresses by which the other end knows `end`."""
    peer = _pair_of(pairing, end).other(end).tunnel.peer_address
    return [ip_address(str(peer))] if not isinstance(peer, Hostname) and str(peer) != "any" else []


def _others(gateways: Mapping[str, Gateway], name: str) -> Callable[[IPAddress], bool]:
    taken = {
        own.ip
        for other, gateway in gateways.items()
        if other != name
        for interface in gateway.interfaces
        for own in interface.addresses
    }
    return lambda address: address in taken


def _plan_link(
    link: _Link, versions: Sequence[int], named: Sequence[IPAddress], is_others: Callable[[IPAddress], bool]
) -> Wan:
    given = link.device.gateway.interface(link.interface)
    own = _own_addresses(link, given)
    leased = given is not None and given.dhcp
    addresses: list[IPInterface] = []
    public: list[IPAddress] = []
    next_hops: list[IPAddress] = []
    for version in sorted({*versions, *(a.version for a in own)}):
        hops = [hop for hop in _given_next_hops(link) if hop.version == version and not is_others(hop)]
        names = [a for a in named if a.version == version]
        address = next((a for a in own if a.version == version), None)
        if address is None:
            address = _assumed_address(link, version, hops, names, leased)
        addresses.append(address)
        public.append(_public_address(link, address.ip, names))
        next_hops += hops or _assumed_next_hop(link, address, is_others)
        if not hops and not link.device.gateway.tunnels and next_hops:
            link.draft.assume(f"the internet is {next_hops[-1]} on {link.interface}")
    return Wan(
        device=link.device.name,
        interface=link.interface,
        addresses=tuple(addresses),
        public=tuple(public),
        next_hops=tuple(dict.fromkeys(next_hops)),
        leased=leased,
        nat=link.nat,
        beside=link.beside.device if link.beside else "",
    )


def _own_addresses(link: _Link, given: Interface | None) -> tuple[IPInterface, ...]:
    """The interface's addresses, or those that it borrows, as a line does that has no network of its own."""
    if given is None or given.addresses:
        return given.addresses if given else ()
    own: list[IPInterface] = []
    for version, name in ((4, given.unnumbered), (6, given.unnumbered_ipv6)):
        lender = link.device.gateway.interface(name) if name else None
        lent = next((a for a in lender.addresses if a.version == version), None) if lender else None
        if lent is not None:
            link.draft.assume(f"{link.interface} is a link to the internet; it borrows {lent.ip} of {name}")
            own.append(lent)
    return tuple(own)


def _given_next_hops(link: _Link) -> list[IPAddress]:
    """Next hops on this link that the file itself uses."""
    gateway = link.device.gateway
    hops: list[IPAddress] = []
    for tunnel in gateway.tunnels:
        out = tunnel.outgoing
        if (
            out
            and out.interface == link.interface
            and out.next_hop
            and not isinstance(out.next_hop, NextHopChoice)
        ):
            hops.append(out.next_hop)
    networks = {i.name: [a.network for a in i.addresses] for i in gateway.interfaces}
    for route in gateway.routes:
        if route.next_hop is None:
            continue
        holders = [name for name, nets in networks.items() if any(route.next_hop in net for net in nets)]
        is_here = link.interface in holders or route.interface == link.interface
        is_left = not holders and route.interface is None and link.interface == wan_interfaces(gateway)[0]
        if is_here or is_left:
            hops.append(route.next_hop)
    return list(dict.fromkeys(hops))


def _assumed_address(
    link: _Link, version: int, hops: Sequence[IPAddress], named: Sequence[IPAddress], leased: bool
) -> IPInterface:
    if named and not link.nat:
        why = "which its peer names"
        network = common_network(named[0], hops)
        address = ip_interface(f"{named[0]}/{network.prefixlen}")
        if hops and address.network.prefixlen < (24 if version == 4 else 64):
            why += f"; the prefix is wide enough to hold the next hop {hops[0]}"
    elif hops:
        why = f"in the network of its next hop {hops[0]}"
        address = _free_address(common_network(hops[0], hops), hops)
    else:
        pool = (_BEHIND_NAT if link.nat else _PUBLIC)[0 if version == 4 else 1]
        why = "behind the NAT" if link.nat else "since the file names none"
        address = _free_address(_subnet(pool, link.number), ())
    if leased:
        link.draft.assume(f"{link.interface} is given {address} by the internet (DHCP)")
    else:
        link.draft.add(
            InterfaceAddress(interface=link.interface, address=address),
            f"{link.interface} has the address {address}, {why}",
        )
    return address


def _public_address(link: _Link, inside: IPAddress, named: Sequence[IPAddress]) -> IPAddress:
    if not link.nat:
        return inside
    if link.beside is not None:
        shared = link.beside.public_address(inside.version)
        if shared is None:
            raise LabError(
                f"--nat: the NAT before {link.beside.device} has no IPv{inside.version} address for "
                f"{link.device.name}"
            )
        link.draft.assume(
            f"the NAT before {link.beside.device} shows {inside} to the internet as {shared}, too"
        )
        return shared
    if named:
        public = named[0]
        kept = "its own address, with other ports" if public == inside else "which its peer names"
    else:
        pool = _PUBLIC[0 if inside.version == 4 else 1]
        public, kept = _free_address(_subnet(pool, link.number), ()).ip, "since no file names it"
    link.draft.assume(f"the NAT before {link.interface} shows {inside} to the internet as {public}, {kept}")
    return public


def _assumed_next_hop(
    link: _Link, address: IPInterface, is_others: Callable[[IPAddress], bool]
) -> list[IPAddress]:
    """The internet's own address on the link: the last free one; none on a host's prefix."""
    network = address.network
    if network.num_addresses < 4:
        spare = [a for a in network if a != address.ip and not is_others(a)]
        return spare[:1]
    last = network.broadcast_address - 1 if network.version == 4 else network.network_address + 0xFE
    for back in range(min(network.num_addresses - 3, 200)):
        candidate = last - back
        if candidate != address.ip and not is_others(candidate):
            return [candidate]
    return []


def _free_address(network: IPNetwork, taken: Collection[IPAddress]) -> IPInterface:
    address = network.network_address + 1
    while address in taken:
        address += 1
    return ip_interface(f"{address}/{network.prefixlen}")


def _subnet(pool: IPNetwork, number: int) -> IPNetwork:
    """The `number`th /24 or /64 of `pool`."""
    prefix = 24 if pool.version == 4 else 64
    step = 1 << ((32 if pool.version == 4 else 128) - prefix)
    return ip_network(f"{pool.network_address + number % 250 * step}/{prefix}")
