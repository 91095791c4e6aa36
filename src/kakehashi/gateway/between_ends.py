"""Transport mode: the host's own packets for the peer go into the tunnel's device, IKE and ESP do not.

| priority | of the packets for the peer | looked up |
| --- | --- | --- |
| 4490 | IKE, ESP and AH | in the main table, or in the one of the tunnel's fixed way |
| 4491 | what this host sends of the protocols that the policy protects | in a table of the tunnel |

That table holds the peer alone: by the tunnel's device, and while it is down as unreachable. In transport
mode the other way to the same address would be one in the clear, so none is given up to a backup.

A data plane that takes such packets where they leave has none of them led into the device. While the tunnel
is down they are unreachable all the same, and where it has a way of its own they have to leave by that, with
the address that the tunnel is known by.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network
from zlib import crc32

from kakehashi.gateway.host.items import LAST_METRIC, Item, Route, Rule
from kakehashi.gateway.outgoing import NoWay, Way
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

TABLE_BASE = 0x4B42_0000
CARRIER_PRIORITY = 4490
CARRIED_PRIORITY = 4491
CARRIERS = ((50, 0), (17, IKE_PORT), (17, NAT_T_PORT))  # protocol and source port: ESP, and UDP's
# AH. For the rules of the kernel packets whose IPv4 header the socket has made itself, as AH needs it, are
# those of protocol 255.
AH_CARRIERS = ((51, 0), (255, 0))


def carriers(tunnel: Tunnel) -> tuple[tuple[int, int], ...]:
    """Protocol and source port, 0 without, of what carries the tunnel's packets and of IKE."""
    has_ah = any(protection.ah != IntegrityId.NONE for protection in tunnel.ipsec.protections())
    return (*CARRIERS, *AH_CARRIERS) if has_ah else CARRIERS


def between_ends(
    tunnel: Tunnel,
    device: str,
    way: Way | NoWay,
    up: bool,
    carrier_table: int,
    next_hop: IPAddress | None = None,
) -> Iterator[Item]:
    """What leads packets for the peer into `device`; nothing for a peer whose address is not known.

    `carrier_table`: where the way of IKE and ESP stands. `next_hop`: where `device` is no tunnel's.
    """
    path = way.path if isinstance(way, Way) else None
    remote = path.remote.ip if path else tunnel.peer_address
    if not isinstance(remote, IPv4Address | IPv6Address):
        return
    table = TABLE_BASE | crc32(f"{device} {remote}".encode()) & 0xFFFF
    yield Route(ip_network(remote), "", metric=LAST_METRIC, table=table)
    if up and path:
        yield Route(ip_network(remote), device, next_hop, metric=1, table=table, source=path.local.ip)
    for protocol, port in carriers(tunnel):
        yield Rule(None, remote, carrier_table, CARRIER_PRIORITY, protocol, (port, port) if port else None)
    for protocol in sorted(_protocols(tunnel)):
        yield Rule(None, remote, table, CARRIED_PRIORITY, protocol, own=True)


def past_the_device(tunnel: Tunnel, way: Way | NoWay, up: bool) -> bool:
    """Do packets find the tunnel's own way by themselves, where the data plane takes them as they leave?"""
    return up and isinstance(way, Way) and way.pin is None and tunnel.source_address is None


def _protocols(tunnel: Tunnel) -> set[int]:
    """Those that the policy names, {0} for all."""
    named = {s.protocol for s in (*tunnel.ipsec.local_selectors, *tunnel.ipsec.remote_selectors)}
    return {0} if 0 in named else named
