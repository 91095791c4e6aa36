"""What a configuration says becomes a station's settings."""

from dataclasses import replace

from kakehashi.model.address import IPAddress
from kakehashi.model.multipoint import NextHopServer, Nhrp
from kakehashi.nhrp.settings import Mapping, Settings


def settings_of(nhrp: Nhrp, address: IPAddress, nbma: IPAddress) -> Settings:
    """Settings of a station at `address` in the tunnel and `nbma` below it.

    A server whose NBMA address is not known, or whose address in the tunnel is not, is left out.
    """
    multicast = frozenset(nhrp.multicast)
    servers = [_server(server, multicast) for server in _in_order(nhrp)]
    return Settings(
        address=address,
        nbma=nbma,
        servers=tuple(server for server in servers if server is not None),
        mappings=tuple(Mapping(n.address, n.nbma, n.nbma in multicast) for n in nhrp.next_hops),
        authentication=nhrp.authentication,
        holding_time=nhrp.holding_time,
        registration=nhrp.registration,
        unique=nhrp.unique,
        multicast=nhrp.multicast_dynamic,
        redirect=nhrp.redirect,
        shortcut=nhrp.shortcut,
    )


def moved_servers(before: Settings, after: Settings) -> tuple[Mapping, ...] | None:
    """The servers that are at another NBMA address; None where that is not all that has changed."""
    old = {server.address: server.nbma for server in before.servers}
    as_before = tuple(replace(s, nbma=old.get(s.address, s.nbma)) for s in after.servers)
    if replace(after, servers=as_before) != before:
        return None
    return tuple(server for server in after.servers if server.nbma != old[server.address])


def _in_order(nhrp: Nhrp) -> list[NextHopServer]:
    return sorted(nhrp.servers, key=lambda server: server.priority)


def _server(server: NextHopServer, multicast: frozenset[IPAddress]) -> Mapping | None:
    nbma = server.nbma
    if server.address is None or not isinstance(nbma, IPAddress):
        return None
    return Mapping(server.address, nbma, server.multicast or nbma in multicast)
