"""Where the two ends of a tunnel are, as far as one of them knows."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from kakehashi.check.device import Device
from kakehashi.check.verdict import is_private
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.tunnel import Tunnel


@dataclass(frozen=True, slots=True)
class Places:
    """`own`: the address that our end speaks from; `here`: where the far end sees it; `there`: the far end's.
    Each is None where the configuration does not tell.
    """

    version: int
    own: IPAddress | None
    here: IPAddress | None
    there: IPAddress | None

    @property
    def is_translated(self) -> bool:
        """Is our end behind a NAT: its address private, and the peer's not?"""
        return self.own is not None and self.here is None


def places(tunnel: Tunnel, device: Device) -> Places:
    """Of a tunnel of a device."""
    peer = tunnel.peer_address
    there = peer if isinstance(peer, IPv4Address | IPv6Address) else None
    version = there.version if there else 6 if isinstance(peer, Hostname) and peer.version == 6 else 4
    if there is None and isinstance(tunnel.source_address, IPv4Address | IPv6Address):
        version = tunnel.source_address.version
    own = device.own_address(tunnel, version)
    if own is None and (wan := wan_of(tunnel, device)) is not None:
        own = next(iter(device.addresses_of(wan.name, version)), None)
    behind = own is not None and there is not None and is_private(own) and not is_private(there)
    return Places(version, own, None if behind else own, there)


def wan_of(tunnel: Tunnel, device: Device) -> Interface | None:
    """The interface that carries a tunnel: as it is written, by the routes, by the default route."""
    peer = tunnel.peer_address if isinstance(tunnel.peer_address, IPAddress) else None
    found = device.wan(tunnel, peer)
    if found is not None:
        return found
    for route in device.gateway.routes:
        if route.destination.prefixlen or route.discard:
            continue
        if route.interface in device.interfaces:
            return device.interfaces[route.interface]
        if route.next_hop is not None and (way := device.way_to(route.next_hop)) is not None:
            return way
    working = [i for i in device.physical if i.enabled]
    leased = [i for i in working if i.dhcp]
    return next(iter([*leased, *working, *device.physical]), None)
