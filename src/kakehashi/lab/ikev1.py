"""What the lab asks of IKEv1's configuration: with whom a tunnel's phase 1 is made, and who fits whom."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel, PeerIdentity
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import Tunnel


def peers_of(gateway: Gateway, tunnel: Tunnel) -> tuple[Ikev1Peer, ...]:
    """The IKEv1 peers whose phase 1 may carry the tunnel; where it names none, all of unknown address."""
    if not isinstance(tunnel, Ikev1Tunnel):
        return ()
    if tunnel.peers:
        return tuple(peer for name in tunnel.peers if (peer := gateway.ikev1_peer(name)) is not None)
    return tuple(peer for peer in gateway.ikev1_peers if not peer.is_fixed)


def expects(here: Gateway, tunnel: Tunnel, there: Gateway, other: Tunnel) -> bool:
    """Does `here` name, as its peer's, an identity by which `there` calls itself?"""
    return any(
        _is_expected(mine.peer_identity, theirs.local_identity)
        for mine in peers_of(here, tunnel)
        for theirs in peers_of(there, other)
    )


def same_traffic(tunnel: Tunnel, other: Tunnel) -> bool:
    """Do the identities of phase 2 fit, where there are any?"""
    here, there = tunnel.ipsec, other.ipsec
    return (
        _named(here.local_selectors) == _named(there.remote_selectors) != ()
        and _named(here.remote_selectors) == _named(there.local_selectors) != ()
    )


def peer_text(gateway: Gateway, tunnel: Tunnel) -> str:
    """The tunnel's peer in a sentence: by its identities where they are configured, else by its address."""
    names = [str(p.peer_identity) for p in peers_of(gateway, tunnel) if isinstance(p.peer_identity, Identity)]
    return " or ".join(names) or str(tunnel.peer_address)


def filters(tunnel: Tunnel) -> bool:
    """Do the tunnel's selectors say which packets it carries?"""
    return not isinstance(tunnel, Ikev1Tunnel) or tunnel.ipsec.filters


def _is_expected(expected: Identity | PeerIdentity, local: Identity | None) -> bool:
    return isinstance(expected, Identity) and expected == local


def _named(selectors: tuple[TrafficSelector, ...]) -> tuple[TrafficSelector, ...]:
    return tuple(s for s in selectors if s not in EVERYTHING)
