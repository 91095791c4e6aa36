"""Whether a tunnel that can be carried is up, by the SAs it has (V1-37, V2-09).

| the tunnel | IPsec SA | ISAKMP SA of its peers alone | neither |
| --- | --- | --- | --- |
| on demand: its peer's address is known, or IKEv2, or it has many peers | up | up | up |
| always on (`connect-type auto`) | up | - | down |
| IKEv1, peer of unknown address, phase 2 starts from here too (`ike`, `ike-binding`) | up | up | down |
| IKEv1, peer of unknown address, phase 2 starts from there only | up | down | down |

An interface that is down takes no packets, and so starts nothing. A tunnel without IPsec needs no SA; it is
down while its peer leaves keepalives unanswered, if it is asked at all.
"""

from collections.abc import Set

from kakehashi.model.address import ANY
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import ConnectType, PlainTunnel, Tunnel

ALWAYS_ON = "no SA yet: a tunnel that is kept up is down until there is one"
PEER_COMES = "no SA yet: the peer's address is not known, it has to begin"
BEGUN_THERE = "no IPsec SA yet: only the peer begins them"


def depends_on_sas(tunnel: Tunnel) -> bool:
    """Is the tunnel ever down for want of an SA?"""
    if isinstance(tunnel, PlainTunnel):
        return False
    return tunnel.connect is ConnectType.ALWAYS or _waits_for_peer(tunnel)


def isakmp_sa_suffices(tunnel: Tunnel) -> bool:
    """Does an ISAKMP SA with one of its peers keep the tunnel up?"""
    return isinstance(tunnel, Ikev1Tunnel) and _waits_for_peer(tunnel) and tunnel.starts_phase2


def why_down(tunnel: Tunnel, has_sa: bool, isakmp_peers: Set[str]) -> str:
    """What the tunnel is down for, in one sentence; "" if it is up.

    `has_sa`: has it an IPsec SA? `isakmp_peers`: the names of the IKEv1 peers that we have an ISAKMP SA with.
    """
    if has_sa or isinstance(tunnel, PlainTunnel):
        return ""
    if tunnel.connect is ConnectType.ALWAYS:
        return ALWAYS_ON
    if not isinstance(tunnel, Ikev1Tunnel) or not _waits_for_peer(tunnel):
        return ""
    begun = not isakmp_peers.isdisjoint(tunnel.peers)
    if begun and tunnel.starts_phase2:
        return ""
    return BEGUN_THERE if begun else PEER_COMES


def _waits_for_peer(tunnel: Tunnel) -> bool:
    return isinstance(tunnel, Ikev1Tunnel) and tunnel.peer_address is ANY and not tunnel.multipoint
