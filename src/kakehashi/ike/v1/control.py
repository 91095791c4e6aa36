"""What the driver and phase 1 want of phase 2: beginnings, ends, other configurations, peers that move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v1 import begin, delete
from kakehashi.ike.v1.ipsec_sa import Pair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.status import NatSide

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host


def initiate(host: Host, tunnel: Ikev1Tunnel, path: Path | None, trigger: Trigger | None, now: float) -> bool:
    """Bring a tunnel up; False if that cannot begin."""
    return begin.initiate(host, tunnel, path, trigger, now)


def phase1_established(sa: IsakmpSa, now: float) -> None:
    """An ISAKMP SA has come up."""
    begin.phase1_established(sa, now)


def phase1_failed(sa: IsakmpSa, sentence: str, now: float) -> None:
    """There will be no ISAKMP SA."""
    begin.phase1_failed(sa, sentence, now)


def clear(
    host: Host,
    sas: Sequence[IsakmpSa],
    tunnel: str | None,
    reason: str,
    now: float,
    remote: IPAddress | None = None,
) -> int:
    """Delete the pairs of a tunnel and the ISAKMP SAs that no other tunnel needs, or all; those with `remote`
    if that is an address. How many ISAKMP SAs.
    """
    concerned = [sa for sa in _isakmp_sas(host, sas, tunnel) if remote in (None, sa.path.remote.ip)]
    for pair in host.pairs:
        if remote not in (None, pair.sa.path.remote.ip):
            continue
        if tunnel is None or pair.tunnel.interface == tunnel:
            delete.delete_pair(host, pair, reason, now)
    ended = [sa for sa in concerned if tunnel is None or not host.pairs.of_sa(sa)]
    for sa in ended:
        delete.delete_isakmp_sa(sa, reason, now)
    return len(ended)


def discard(host: Host, sas: Sequence[IsakmpSa], tunnel: str, reason: str, now: float) -> None:
    """Forget the pairs of a tunnel, and the ISAKMP SAs that no other tunnel needs, without a word."""
    concerned = _isakmp_sas(host, sas, tunnel)
    for pair in host.pairs.of_tunnel(tunnel):
        host.pairs.remove(pair, reason)
    for sa in concerned:
        if not host.pairs.of_sa(sa):
            sa.close(reason, now)


def configure(host: Host, sas: Sequence[IsakmpSa], now: float) -> None:
    """Take over a changed configuration: SAs of peers and tunnels that are gone or others now are deleted."""
    for pair in host.pairs:
        reason = _reconfigure(host, pair)
        if reason:
            delete.delete_pair(host, pair, reason, now)
    for sa in sas:
        if sa.peer is None:
            continue
        peer = host.gateway.ikev1_peer(sa.peer.name)
        if peer is None:
            delete.delete_isakmp_sa(sa, "its peer is no longer configured", now)
        elif not _same_peer(sa.peer, peer):
            delete.delete_isakmp_sa(sa, "its peer has another address, identity or key now", now)
        else:
            sa.peer = peer


def shutdown(host: Host, sas: Sequence[IsakmpSa], now: float) -> None:
    """Say goodbye to every peer, where that is not suppressed."""
    clear(host, sas, None, "the gateway shuts down", now)


def peer_moved(host: Host, pair: Pair, remote: SocketAddress) -> None:
    """Authentic ESP came from elsewhere: follow a peer that is behind a NAT, with all that it has (NT-08)."""
    old = pair.sa.path
    if remote == old.remote or not pair.sa.udp_encapsulation:
        return
    sas = [sa for sa in begin.sas_with(host, pair) if sa.path.remote == old.remote]
    if any(NatSide.REMOTE not in sa.nat for sa in sas):
        return
    new = Path(old.local, remote, old.interface)
    for sa in sas:
        sa.move(new)
        host.rearm(sa)
    for other in host.pairs.of_peer(pair.peer.name, pair.peer_identity):
        if other.sa.path.remote == old.remote:
            host.pairs.move(other, new, True)


def _isakmp_sas(host: Host, sas: Sequence[IsakmpSa], tunnel: str | None) -> list[IsakmpSa]:
    """Those that a tunnel may have phase 2 by, or has."""
    if tunnel is None:
        return list(sas)
    configured = host.gateway.tunnel(tunnel)
    names = set(configured.peers) if isinstance(configured, Ikev1Tunnel) else set()
    owners = {(p.peer.name, p.peer_identity) for p in host.pairs.of_tunnel(tunnel)}
    return [
        sa
        for sa in sas
        if sa.tunnel_name == tunnel
        or (sa.peer is not None and (sa.peer.name in names or (sa.peer.name, sa.peer_identity) in owners))
    ]


def _reconfigure(host: Host, pair: Pair) -> str:
    """Why a pair must go, "" if it stays; then its tunnel and peer are the new ones."""
    tunnel, peer = host.gateway.tunnel(pair.tunnel.interface), host.gateway.ikev1_peer(pair.peer.name)
    if not isinstance(tunnel, Ikev1Tunnel) or not tunnel.enabled:
        return "its tunnel is no longer configured"
    if peer is None:
        return "its peer is no longer configured"
    if not _same_peer(pair.peer, peer):
        return "its peer has another address, identity or key now"
    named = not tunnel.peers or pair.peer.name in tunnel.peers or not tunnel.answers_only_peers
    if tunnel.peer_address != pair.tunnel.peer_address or not named:
        return "its tunnel has another peer now"
    old, new = pair.tunnel.ipsec, tunnel.ipsec
    if (
        old.mode,
        old.gre,
        old.ethernet,
        old.filters,
        old.local_selectors,
        old.remote_selectors,
    ) != (
        new.mode,
        new.gre,
        new.ethernet,
        new.filters,
        new.local_selectors,
        new.remote_selectors,
    ):
        return "its tunnel is for other traffic now"
    pair.tunnel, pair.peer = tunnel, peer
    return ""


def _same_peer(old: Ikev1Peer, new: Ikev1Peer) -> bool:
    return (old.address, old.secret, old.certificates, old.local_identity, old.peer_identity) == (
        new.address,
        new.secret,
        new.certificates,
        new.local_identity,
        new.peer_identity,
    )
