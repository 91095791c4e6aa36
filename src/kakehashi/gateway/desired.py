"""What the gateway wants of its host at one moment, from the configuration and the state of its tunnels.

Where a packet goes whose destination has a route into a tunnel:

| the tunnel | on demand, or the peer has to begin | always on (`connect-type auto`) |
| --- | --- | --- |
| up | into it; without an SA it waits for one, or is dropped | into it |
| down, or the gateway killed | refused, unless the same prefix has another route | by the other routes |
| `shutdown`, or the gateway stopped | by the other routes | by the other routes |

The last two cells of the right column are the device's way to let a backup take over (V2-09); a route that
leads to the peer of another tunnel, which is to be carried by this one, is refused as on demand. In transport
mode the destination is the peer itself; `between_ends` says where its packets go. `policy_based` has the
tunnels that selectors lead into.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from types import MappingProxyType
from zlib import crc32

from kakehashi.gateway.between_ends import between_ends, carriers, past_the_device
from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.host.facts import MAIN_TABLE, Facts
from kakehashi.gateway.host.items import (
    LAST_METRIC,
    Address,
    Item,
    LinkUp,
    Mtu,
    Route,
    Rule,
    Sysctl,
)
from kakehashi.gateway.mtu import DEFAULT_LINK_MTU, device_mtu
from kakehashi.gateway.outgoing import NoWay, Pin, Way, is_between_ends
from kakehashi.gateway.path_mtus import SMALLEST
from kakehashi.gateway.policy_based import Pair, into_tunnel, pairs_of, past_tunnels
from kakehashi.gateway.translators import outside_addresses
from kakehashi.gateway.watch.ways import ways
from kakehashi.gateway.wires.bridges import bridges
from kakehashi.model import gateway as model
from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from kakehashi.model.tunnel import ConnectType, Tunnel

RULE_PRIORITY = 4500  # before the main table's 32766
TABLE_BASE = 0x4B41_0000
LEASED_METRIC = 2  # a default route of the configuration wins
DEFAULTS = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelState:
    """One tunnel as it is now. `up`: its interface is up; `mtu`: octets of the largest packet that fits;
    `path_mtu`: of the largest that the way to the peer takes, which begins with the device `carrier`.

    `waiting`: where it can be carried and is down all the same, what for. `negotiated`: what its SAs take,
    where only the peer knows that. `callers`: what is lent to those who have dialed in.
    """

    way: Way | NoWay
    up: bool
    mtu: int
    path_mtu: int = DEFAULT_LINK_MTU
    carrier: str = ""
    waiting: str = ""
    negotiated: tuple[Pair, ...] = ()
    callers: tuple[IPNetwork, ...] = ()


def desired(
    gateway: Gateway,
    devices: Mapping[str, str],
    tunnels: Mapping[str, TunnelState],
    facts: Facts,
    leases: Mapping[str, Lease] = MappingProxyType({}),
    withdrawn: Collection[model.Route] = (),
    takes_between_ends: bool = False,
    wires: Collection[str] = (),
) -> tuple[Item, ...]:
    """Everything wanted, each thing once.

    `tunnels` holds those whose device is there, `leases` by device what DHCP gives. `withdrawn`: routes of
    the configuration that path monitoring has taken out. `takes_between_ends`: so does the data plane.
    `wires`: pseudowires without tunnel whose device is there, by interface.
    """
    items: list[Item] = []
    widest = device_mtu(facts.links, [devices[name] for name in tunnels if name in devices])
    for interface in gateway.interfaces:
        device = devices.get(interface.name)
        if device is None or not interface.enabled:
            continue
        if interface.kind is not InterfaceKind.TUNNEL:
            items += _interface(interface, device)
            items += outside_addresses(interface, device)
            items += _answering(gateway, interface, device)
            if takes_advertisements(interface):
                items += _advertised(interface, device)
            if interface.dhcp and device in leases:
                items += _leased(interface, device, leases[device])
        elif interface.name in tunnels:
            items += _tunnel(gateway, interface, device, tunnels[interface.name], widest)
            items += _callers(gateway, interface, device, devices, tunnels[interface.name], facts)
    items += bridges(gateway, devices, tunnels, wires, widest)
    items += _ipv6_forwarding(gateway, devices, facts)
    there = [route for route in gateway.routes if route not in withdrawn]
    for route in gateway.routes:
        if route in there:
            items += _route(gateway, route, devices, tunnels, facts)
        elif not _has_other_way(gateway, route, there):
            items += _refused(gateway, route)
    items += ways(gateway, devices, facts, leases)
    selected = selected_by(gateway, tunnels)
    for tunnel in gateway.tunnels:
        state, device = tunnels.get(tunnel.interface), devices.get(tunnel.interface)
        if state is None:
            continue
        pin = state.way.pin if isinstance(state.way, Way) else None
        if isinstance(state.way, Way) and pin:
            items += _pin(tunnel, state.way, pin)
        carrier_table = _pin_table(pin) if pin else MAIN_TABLE
        items += past_tunnels(selected, tunnel, state.way, carrier_table)
        if takes_between_ends and is_between_ends(tunnel):
            items += _as_they_leave(tunnel, state, carrier_table, facts)
        elif tunnel.policy_based:
            pairs = pairs_of(tunnel, state.negotiated)
            items += into_tunnel(gateway, tunnel, pairs, devices, facts, state.way, state.up)
        elif device and is_between_ends(tunnel):
            items += between_ends(tunnel, device, state.way, state.up, carrier_table)
    return tuple(dict.fromkeys(items))


def _as_they_leave(tunnel: Tunnel, state: TunnelState, carrier_table: int, facts: Facts) -> Iterator[Item]:
    """Packets of transport mode where the data plane takes them by itself."""
    way = state.way
    if past_the_device(tunnel, way, state.up):
        return
    path, device = (way.path, way.device) if isinstance(way, Way) else (None, "")
    next_hop = facts.next_hop_towards(path.remote.ip, device) if path else None
    if isinstance(way, Way) and way.pin:
        device, next_hop = way.pin.device, way.pin.next_hop
    yield from between_ends(tunnel, device, way, state.up, carrier_table, next_hop)


def selected_by(gateway: Gateway, tunnels: Mapping[str, TunnelState]) -> tuple[Pair, ...]:
    """What all tunnels take to which no routes lead."""
    return tuple(
        pair
        for tunnel in gateway.tunnels
        if tunnel.policy_based and (state := tunnels.get(tunnel.interface))
        for pair in pairs_of(tunnel, state.negotiated)
    )


def uses_ipv6(gateway: Gateway) -> bool:
    """Does the configuration route IPv6 at all?"""
    if any(server.prefixes is not None for server in gateway.l2tp_servers):
        return True
    return any(r.destination.version == 6 for r in gateway.routes) or any(
        i.ipv6_enabled or i.autoconfig or i.dhcp_ipv6 or any(a.version == 6 for a in i.addresses)
        for i in gateway.interfaces
    )


def _interface(interface: Interface, device: str) -> Iterator[Item]:
    yield LinkUp(device)
    for address in interface.addresses:
        yield Address(device, address)
    if interface.kind is InterfaceKind.PHYSICAL:
        yield Sysctl(f"net/ipv4/conf/{device}/forwarding", "1")
        # What comes out of a tunnel, or goes another way than it came, fails the strict check of RFC 3704.
        yield Sysctl(f"net/ipv4/conf/{device}/rp_filter", "2", ("0",))


def takes_advertisements(interface: Interface) -> bool:
    """Do router advertisements tell the interface something (RFC 4862, RFC 8415)?"""
    return interface.enabled and (interface.autoconfig or interface.dhcp_ipv6)


def _advertised(interface: Interface, device: str) -> Iterator[Item]:
    """The kernel makes addresses and routes of router advertisements, also on a host that forwards."""
    yield Sysctl(f"net/ipv6/conf/{device}/disable_ipv6", "0")
    yield Sysctl(f"net/ipv6/conf/{device}/accept_ra", "2")
    yield Sysctl(f"net/ipv6/conf/{device}/autoconf", "1" if interface.autoconfig else "0")
    default = interface.autoconfig_default_route or not interface.autoconfig
    yield Sysctl(f"net/ipv6/conf/{device}/accept_ra_defrtr", "1" if default else "0")


def _leased(interface: Interface, device: str, lease: Lease) -> Iterator[Item]:
    """The address, and the default route where the configuration takes it (`receive-default`)."""
    yield Address(device, lease.address)
    if interface.dhcp_default_route and lease.router:
        if lease.router not in lease.address.network:
            yield Route(ip_network(lease.router), device, metric=LEASED_METRIC)
        yield Route(DEFAULTS[4], device, lease.router, LEASED_METRIC)


def _tunnel(
    gateway: Gateway, interface: Interface, device: str, state: TunnelState, widest: int
) -> Iterator[Item]:
    tunnel = gateway.tunnel(interface.name)
    has_ipv6 = (
        _selects_ipv6(tunnel, state)
        or interface.ipv6_enabled
        or interface.unnumbered_ipv6 is not None
        or any(network.version == 6 for network in state.callers)
        or any(a.version == 6 for a in interface.addresses)
        or any(r.interface == interface.name and r.destination.version == 6 for r in gateway.routes)
        or _is_between_ipv6_ends(tunnel, state.way)
    )
    yield Sysctl(f"net/ipv4/conf/{device}/forwarding", "1")
    yield Sysctl(f"net/ipv4/conf/{device}/rp_filter", "2", ("0",))
    if tunnel is not None and tunnel.multipoint:
        # A shorter way is NHRP's to tell, not ICMP's; the kernel asks both.
        yield Sysctl(f"net/ipv4/conf/{device}/send_redirects", "0")
        yield Sysctl("net/ipv4/conf/all/send_redirects", "0")
    # No link-local address of the host's own: its chatter would start negotiations.
    yield Sysctl(f"net/ipv6/conf/{device}/addr_gen_mode", "1")
    yield Sysctl(f"net/ipv6/conf/{device}/disable_ipv6", "0" if has_ipv6 else "1")
    # In transport mode packets are this host's own, and the kernel itself makes them fit. Below IPv6's
    # smallest MTU (RFC 8200 section 5) it would take IPv6 from the device: there fragments are made outside.
    fitting = max(state.mtu, SMALLEST[6]) if has_ipv6 else state.mtu
    in_transport = tunnel is not None and is_between_ends(tunnel)
    yield Mtu(device, fitting if in_transport else widest)
    for address in interface.addresses:
        if address.version == 4 or has_ipv6:
            yield Address(device, address)
    if state.up:
        yield LinkUp(device)


def _callers(
    gateway: Gateway,
    interface: Interface,
    device: str,
    devices: Mapping[str, str],
    state: TunnelState,
    facts: Facts,
) -> Iterator[Item]:
    """Each who has dialed in is reached by the tunnel's device."""
    source = {version: _borrowed(gateway, interface.name, version, devices, facts) for version in (4, 6)}
    for network in state.callers if state.up else ():
        yield Route(network, device, metric=1, source=source[network.version])


def _answering(gateway: Gateway, interface: Interface, device: str) -> Iterator[Item]:
    """Callers whose addresses are of a LAN are reached by who is in it if we answer in their place."""
    pools = [server.pool for server in gateway.l2tp_servers if server.pool is not None]
    networks = [a.network for a in interface.addresses if a.version == 4]
    if interface.proxy_arp and any(pool.first in n or pool.last in n for pool in pools for n in networks):
        yield Sysctl(f"net/ipv4/conf/{device}/proxy_arp", "1")


def _selects_ipv6(tunnel: Tunnel | None, state: TunnelState) -> bool:
    if tunnel is None or not tunnel.policy_based:
        return False
    return any(local.version == 6 for local, _ in pairs_of(tunnel, state.negotiated))


def _is_between_ipv6_ends(tunnel: Tunnel | None, way: Way | NoWay) -> bool:
    if tunnel is None or not is_between_ends(tunnel):
        return False
    return isinstance(way, Way) and way.path is not None and way.path.remote.ip.version == 6


def _ipv6_forwarding(gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> Iterator[Item]:
    if not uses_ipv6(gateway):
        return
    others = {devices.get(i.name) for i in gateway.interfaces if takes_advertisements(i)}
    others |= {t.interface for t in gateway.tunnels}
    for name in facts.links:
        if name not in others:
            # A host that forwards ignores router advertisements unless told otherwise: its routes would
            # expire.
            yield Sysctl(f"net/ipv6/conf/{name}/accept_ra", "2", ("0",))
    yield Sysctl("net/ipv6/conf/all/forwarding", "1")


def _route(
    gateway: Gateway,
    route: model.Route,
    devices: Mapping[str, str],
    tunnels: Mapping[str, TunnelState],
    facts: Facts,
) -> Iterator[Item]:
    said = str(route.source) if route.source else ""
    if route.interface and gateway.tunnel(route.interface):
        device = devices.get(route.interface, "")
        yield from _refused(gateway, route)
        if route.interface in tunnels and tunnels[route.interface].up:
            source = _borrowed(gateway, route.interface, route.destination.version, devices, facts)
            # Of many peers the next hop is the one.
            hop = route.next_hop if gateway.multipoint(route.interface) else None
            yield Route(route.destination, device, hop, route.metric, source=source, said=said)
        return
    if route.discard:
        yield Route(route.destination, "", metric=route.metric, said=said)
        return
    named = devices.get(route.interface) if route.interface else None
    device = named or (facts.device_towards(route.next_hop) if route.next_hop else None) or ""
    if device and device in facts.links and facts.links[device].running:
        yield Route(route.destination, device, route.next_hop, route.metric, said=said)


def _refused(gateway: Gateway, route: model.Route) -> Iterator[Item]:
    """Even when its tunnel is down, or we are dead, what it protects finds no way out in the clear. A tunnel
    that is always on gives its routes up instead, to let a backup take over (V2-09), unless they lead to the
    peer of another tunnel.
    """
    tunnel = gateway.tunnel(route.interface) if route.interface else None
    if tunnel is None or not tunnel.enabled:
        return
    if tunnel.connect is ConnectType.ON_DEMAND or _carries_another(gateway, route):
        yield Route(route.destination, "", metric=LAST_METRIC)


def _has_other_way(gateway: Gateway, route: model.Route, there: Collection[model.Route]) -> bool:
    """Has the configuration another way for what followed a route that is withdrawn? The default route is
    one only where it leads into a tunnel: what was protected is not to go to the internet instead.
    """
    wider = [r for r in there if r.destination != route.destination and _holds(r, route)]
    best = max(wider, key=lambda r: r.destination.prefixlen, default=None)
    if best is None:
        return False
    return best.destination.prefixlen > 0 or bool(best.interface and gateway.tunnel(best.interface))


def _holds(wide: model.Route, narrow: model.Route) -> bool:
    same = wide.destination.version == narrow.destination.version
    return same and narrow.destination.network_address in wide.destination and _is_narrower(narrow, wide)


def _carries_another(gateway: Gateway, route: model.Route) -> bool:
    """Is a tunnel to be carried by the one that the route leads into (V1-40)? Then its IKE is not to be seen
    outside of that one, be it down.
    """
    peers = [
        t.peer_address
        for t in gateway.tunnels
        if t.enabled and t.outgoing is None and t.interface != route.interface
    ]
    return any(
        isinstance(peer, IPv4Address | IPv6Address)
        and peer in route.destination
        and not any(peer in r.destination and _is_narrower(r, route) for r in gateway.routes)
        for peer in peers
    )


def _is_narrower(route: model.Route, than: model.Route) -> bool:
    same = route.destination.version == than.destination.version
    return same and route.destination.prefixlen > than.destination.prefixlen


def _borrowed(
    gateway: Gateway, tunnel: str, version: int, devices: Mapping[str, str], facts: Facts
) -> IPAddress | None:
    """The address that packets of this host carry into the tunnel: its own, or the one of the lender."""
    interface = gateway.interface(tunnel)
    if interface is None or any(a.version == version for a in interface.addresses):
        return None
    lender = interface.unnumbered if version == 4 else interface.unnumbered_ipv6 or interface.unnumbered
    link = facts.links.get(devices.get(lender or "", ""))
    return link.address(version) if link else None


def _pin(tunnel: Tunnel, way: Way, pin: Pin) -> Iterator[Item]:
    """IKE and ESP of the tunnel by one interface and next hop, whatever the main table says (V2-10)."""
    table = _pin_table(pin)
    if way.path is not None:
        remote = way.path.remote.ip
        yield Route(DEFAULTS[remote.version], pin.device, _of_version(pin, remote.version), table=table)
        # Where the peer begins, it chooses among our addresses.
        for local in sorted({*way.local, way.path.local.ip}, key=str):
            if local.version == remote.version and not local.is_link_local:
                yield Rule(local, remote, table, RULE_PRIORITY)
        return
    for local in sorted(way.local, key=str):
        if local.is_link_local:
            continue
        yield Route(DEFAULTS[local.version], pin.device, _of_version(pin, local.version), table=table)
        for protocol, port in carriers(tunnel):
            yield Rule(local, None, table, RULE_PRIORITY + 1, protocol, (port, port) if port else None)


def _pin_table(pin: Pin) -> int:
    return TABLE_BASE | crc32(f"{pin.device} {pin.next_hop}".encode()) & 0xFFFF


def _of_version(pin: Pin, version: int) -> IPAddress | None:
    return pin.next_hop if pin.next_hop and pin.next_hop.version == version else None
