"""With whom a tunnel's phase 1 is made, and who fits whom by what the configurations say."""

from kakehashi.check.device import Device
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import PeerIdentity
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel


def own_identities(device: Device, tunnel: Tunnel) -> tuple[Identity, ...]:
    """By which configured identities our end calls itself."""
    if isinstance(tunnel, Ikev2Tunnel):
        return (tunnel.local.identity,)
    found = (peer.local_identity for peer in device.peers_of(tunnel))
    return tuple(dict.fromkeys(identity for identity in found if identity is not None))


def expected_identities(device: Device, tunnel: Tunnel) -> tuple[Identity, ...]:
    """Which configured identities the peer may have."""
    if isinstance(tunnel, Ikev2Tunnel):
        return (tunnel.peer.identity,)
    found = (peer.peer_identity for peer in device.peers_of(tunnel))
    return tuple(dict.fromkeys(identity for identity in found if isinstance(identity, Identity)))


def expects(here: Device, tunnel: Tunnel, there: Device, other: Tunnel) -> bool:
    """Does `here` name, as its peer's, an identity by which `there` calls itself?"""
    return any(
        _is_expected(mine.peer_identity, theirs.local_identity)
        for mine in here.peers_of(tunnel)
        for theirs in there.peers_of(other)
    )


def same_traffic(tunnel: Tunnel, other: Tunnel) -> bool:
    """Do the identities of phase 2 fit, where there are any?"""
    here, there = tunnel.ipsec, other.ipsec
    return (
        _named(here.local_selectors) == _named(there.remote_selectors) != ()
        and _named(here.remote_selectors) == _named(there.local_selectors) != ()
    )


def _is_expected(expected: Identity | PeerIdentity, local: Identity | None) -> bool:
    return isinstance(expected, Identity) and expected == local


def _named(selectors: tuple[TrafficSelector, ...]) -> tuple[TrafficSelector, ...]:
    return tuple(s for s in selectors if s not in EVERYTHING)
