"""The addresses that the SAs of each tunnel were made with: when one goes, they have to go with it."""

from collections.abc import Iterator

from kakehashi.gateway.core import Core
from kakehashi.gateway.resolver import known_by_name
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel


def tunnel_paths(gateway: Gateway, core: Core, now: float) -> Iterator[tuple[str, Path]]:
    """Each tunnel with the path of each SA that it has or uses.

    An ISAKMP SA belongs to a peer: all tunnels that name the peer use it (V1-36).
    """
    for sa in core.ike_sas(now):
        if sa.tunnel:
            yield sa.tunnel, sa.path
    for pair in core.ipsec_sas(now):
        yield pair.sa.tunnel, pair.sa.path
    for isakmp in core.isakmp_sas(now):
        for tunnel in gateway.tunnels:
            if isinstance(tunnel, Ikev1Tunnel) and isakmp.peer in tunnel.peers:
                yield tunnel.interface, isakmp.path


def tunnels_left_behind(
    gateway: Gateway, core: Core, now: float, name: str, addresses: frozenset[IPAddress]
) -> list[str]:
    """The tunnels with an SA to where the host name `name` led before it led to `addresses` (V1-35)."""
    named = {tunnel for tunnel, host in known_by_name(gateway) if host.name == name}
    found = (
        tunnel
        for tunnel, path in tunnel_paths(gateway, core, now)
        if tunnel in named and path.remote.ip not in addresses
    )
    return list(dict.fromkeys(found))
