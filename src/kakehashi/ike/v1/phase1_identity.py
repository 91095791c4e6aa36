"""Identities of phase 1: what we are called, and who a peer may say it is (RFC 2407 section 4.6.2)."""

from kakehashi.ike.v1.failures import policy_text
from kakehashi.model.address import ANY, NAT_T_PORT, Hostname, IPAddress, Path
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer, PeerIdentity
from kakehashi.wire.registry import ikev1, ikev2
from kakehashi.wire.v1.identification import Identification

_UDP = 17
_IKE = 500

# Types of addresses that are more than one, which name no host.
_NO_HOST = tuple(
    map(
        int,
        (
            ikev1.IdType.ID_IPV4_ADDR_SUBNET,
            ikev1.IdType.ID_IPV6_ADDR_SUBNET,
            ikev1.IdType.ID_IPV4_ADDR_RANGE,
            ikev1.IdType.ID_IPV6_ADDR_RANGE,
        ),
    )
)


def of_address(ip: IPAddress) -> Identity:
    """The identity of a host that has no other name."""
    kind = ikev2.IdType.ID_IPV4_ADDR if ip.version == 4 else ikev2.IdType.ID_IPV6_ADDR
    return Identity(kind, ip.packed)


def own(peer: Ikev1Peer, path: Path) -> Identity:
    """What we are called towards a peer: by default our address."""
    return peer.local_identity or of_address(path.local.ip)


def payload(identity: Identity, path: Path) -> Identification:
    """IDii or IDir. The numbers of the types are the same in both versions of IKE.

    The port says where IKE came from, and nothing once that is 4500 (RFC 3947 section 4).
    """
    port = 0 if path.local.port == NAT_T_PORT else _IKE
    return Identification(ikev1.IdType(identity.type), identity.data, _UDP, port)


def of_payload(found: Identification) -> Identity:
    """The identity that a payload names."""
    return Identity(ikev2.IdType(found.id_type), found.data)


def is_explicit(peer: Ikev1Peer, identity: Identity) -> bool:
    """Does the configuration name this very identity?"""
    return peer.peer_identity == identity


def is_acceptable(peer: Ikev1Peer, identity: Identity, path: Path) -> bool:
    """May the peer at the end of `path` call itself so?"""
    match peer.peer_identity:
        case PeerIdentity.ANYTHING:
            return int(identity.type) not in _NO_HOST
        case PeerIdentity.ADDRESS if not _has_address(peer):
            return int(identity.type) not in _NO_HOST
        case PeerIdentity.ADDRESS:
            named = isinstance(peer.address, Hostname) and identity == Identity.of(
                ikev2.IdType.ID_FQDN, peer.address.name
            )
            return named or identity == of_address(path.remote.ip)
        case expected:
            return identity == expected


def expectation(peer: Ikev1Peer, path: Path) -> str:
    """Who a peer has to be, in a sentence with the line of the configuration."""
    return f"{policy_text(peer)} expects {allowed(peer, path)}"


def allowed(peer: Ikev1Peer, path: Path) -> str:
    """Who a peer has to be."""
    match peer.peer_identity:
        case PeerIdentity.ADDRESS if _has_address(peer):
            return str(of_address(path.remote.ip))
        case Identity() as expected:
            return str(expected)
        case _:
            return "any identity"


def _has_address(peer: Ikev1Peer) -> bool:
    """Does the configuration say where the peer is? A network does."""
    return peer.address is not ANY
