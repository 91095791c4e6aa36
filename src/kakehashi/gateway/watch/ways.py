"""By which device, and from which address, a watched host is asked, whatever becomes of the routes to it.

The route that a group withdraws may be the one by which its own host is reached. So for each host that is to
be asked by one interface there is a table with that way alone, and a rule that leads our echo requests there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from zlib import crc32

from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import Item, Route, Rule
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.watch import WatchEvent

PRIORITY = 3990  # before the rules of policy-based tunnels: the interface is named
TABLE_BASE = 0x4B57_0000
ICMP = {4: 1, 6: 58}


@dataclass(frozen=True, slots=True)
class Asking:
    """`device`: by which the requests leave, "" for any; `source`: the address that they carry."""

    device: str
    source: IPAddress | None


def asking(event: WatchEvent, gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> Asking | None:
    """How the host of an event is asked; None: its interface is not there, or has no address."""
    if event.host is None:
        return None
    device = ""
    if event.interface is not None:
        device = devices.get(event.interface, "")
        if device not in facts.links:
            return None
    of = event.source_address if event.source_address is not None else event.interface
    if of is None:
        return Asking(device, None)
    source = _address(of, event.host.version, gateway, devices, facts) if isinstance(of, str) else of
    return Asking(device, source) if source is not None or event.source_address is None else None


def ways(
    gateway: Gateway, devices: Mapping[str, str], facts: Facts, leases: Mapping[str, Lease]
) -> Iterator[Item]:
    """What the host needs for it."""
    for group in gateway.watch_groups:
        if not group.enabled:
            continue
        for event in group.events:
            found = asking(event, gateway, devices, facts)
            if event.host is None or found is None or not found.device:
                continue
            if not facts.links[found.device].running:
                continue
            table = TABLE_BASE | crc32(f"{found.device} {event.host}".encode()) & 0xFFFF
            hop = _next_hop(event.host, found.device, gateway, devices, facts, leases)
            yield Route(ip_network(event.host), found.device, hop, table=table)
            protocol = ICMP[event.host.version]
            yield Rule(found.source, event.host, table, PRIORITY, protocol, own=True)


def _address(
    name: str, version: int, gateway: Gateway, devices: Mapping[str, str], facts: Facts
) -> IPAddress | None:
    """The address of an interface, or the one that it borrows."""
    link = facts.links.get(devices.get(name, ""))
    if link is not None and (own := link.address(version)) is not None:
        return own
    interface = gateway.interface(name)
    if interface is None:
        return None
    lender = interface.unnumbered if version == 4 else interface.unnumbered_ipv6 or interface.unnumbered
    link = facts.links.get(devices.get(lender or "", ""))
    return link.address(version) if link else None


def _next_hop(
    host: IPAddress,
    device: str,
    gateway: Gateway,
    devices: Mapping[str, str],
    facts: Facts,
    leases: Mapping[str, Lease],
) -> IPv4Address | IPv6Address | None:
    """Who passes requests on behind the device: as the configuration says, DHCP, or the host's own routes."""
    networks = [a.network for a in facts.links[device].addresses if a.version == host.version]
    if gateway.tunnel(next((n for n, d in devices.items() if d == device), "")) is not None:
        return None
    if any(host in network for network in networks):
        return None
    fitting = [
        route
        for route in gateway.routes
        if route.next_hop is not None
        and host in route.destination
        and (
            devices.get(route.interface or "") == device
            if route.interface
            else any(route.next_hop in n for n in networks)
        )
    ]
    if fitting:
        return min(fitting, key=lambda r: (-r.destination.prefixlen, r.metric)).next_hop
    lease = leases.get(device)
    if lease is not None and lease.router is not None and host.version == 4:
        return lease.router
    return facts.next_hop_towards(host, device)
