"""Who has dialed in, for `show`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kakehashi.gateway.access.driver import Access, Standing
from kakehashi.model.status import CallerStatus, L2tpTunnelStatus
from kakehashi.ppp.neighbour import link_local


def tunnels_of(servers: Iterable[Standing], now: float) -> Iterator[L2tpTunnelStatus]:
    """The tunnels that stand, by server, oldest first."""
    for standing in servers:
        for tunnel in standing.access.lns.tunnels():
            yield L2tpTunnelStatus(
                interface=standing.settings.interface,
                tunnel_id=tunnel.tunnel,
                peer_tunnel_id=tunnel.peer_tunnel,
                host_name=tunnel.host_name,
                remote=tunnel.carrier.path.remote,
                age=now - tunnel.since,
                sessions=len(tunnel.sessions),
            )


def callers_of(servers: Iterable[Standing], now: float) -> Iterator[CallerStatus]:
    """The sessions, by server, oldest first."""
    for standing in servers:
        for session in standing.sessions.values():
            used = session.used
            yield CallerStatus(
                interface=standing.settings.interface,
                tunnel_id=session.id.tunnel,
                session_id=session.id.session,
                peer_tunnel_id=session.up.peer.tunnel,
                peer_session_id=session.up.peer.session,
                host_name=session.host_name,
                remote=session.carrier.path.remote,
                user=session.user,
                method=session.method,
                address=session.address,
                mtu=session.mtu,
                age=now - session.begun,
                idle=session.idle(now),
                inbound_packets=used.inbound_packets if used else 0,
                inbound_octets=used.inbound_octets if used else 0,
                outbound_packets=used.outbound_packets if used else 0,
                outbound_octets=used.outbound_octets if used else 0,
                link_local=link_local(session.neighbour.peer) if session.neighbour else None,
                prefix=session.prefix,
            )


def drops_of(access: Access, of_packets: Mapping[str, int]) -> dict[str, int]:
    """What came to nothing, by the reason: messages, logins, and packets as the data plane counts them."""
    found: Counter[str] = Counter(dict(of_packets))
    found.update(access.refusals)
    for standing in access.servers.values():
        found.update({str(drop): number for drop, number in standing.access.lns.drops.items()})
    return dict(found)
