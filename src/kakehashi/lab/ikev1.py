"""What the lab asks of IKEv1's configuration: with whom a tunnel's phase 1 is made."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.tunnel import Tunnel


def peers_of(gateway: Gateway, tunnel: Tunnel) -> tuple[Ikev1Peer, ...]:
    """The IKEv1 peers whose phase 1 may carry the tunnel; where it names none, all of unknown address."""
    if not isinstance(tunnel, Ikev1Tunnel):
        return ()
    if tunnel.peers:
        return tuple(peer for name in tunnel.peers if (peer := gateway.ikev1_peer(name)) is not None)
    return tuple(peer for peer in gateway.ikev1_peers if not peer.is_fixed)


def peer_text(gateway: Gateway, tunnel: Tunnel) -> str:
    """The tunnel's peer in a sentence: by its identities where they are configured, else by its address."""
    names = [str(p.peer_identity) for p in peers_of(gateway, tunnel) if isinstance(p.peer_identity, Identity)]
    return " or ".join(names) or str(tunnel.peer_address)


def filters(tunnel: Tunnel) -> bool:
    """Do the tunnel's selectors say which packets it carries?"""
    return not isinstance(tunnel, Ikev1Tunnel) or tunnel.ipsec.filters
