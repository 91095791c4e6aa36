"""Identities of phase 1."""

from ipaddress import IPv4Network, ip_address

import pytest

from kakehashi.ike.v1 import phase1_identity
from kakehashi.model.address import ANY, Hostname, Path, SocketAddress
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import PeerIdentity
from kakehashi.wire.registry.ikev2 import IdType
from tests.conversations.v1.gateways import SITE1, SITE2, identity, peer

PATH = Path(SocketAddress(ip_address(SITE1), 500), SocketAddress(ip_address(SITE2), 500))
FLOATED = Path(SocketAddress(ip_address(SITE1), 4500), SocketAddress(ip_address(SITE2), 4500))


def address(text: str) -> Identity:
    return Identity.of(IdType.ID_IPV4_ADDR, text)


def test_the_payload_as_devices_write_it() -> None:
    """UDP and 500, and no port once it is another (RFC 2407 section 4.6.2, RFC 3947 section 4)."""
    ours = phase1_identity.own(peer(1), PATH)
    assert phase1_identity.payload(ours, PATH).encode().hex() == "011101f40a010001"
    assert phase1_identity.payload(ours, FLOATED).encode().hex() == "011100000a010001"
    named = phase1_identity.own(peer(1, local_identity=identity("us")), PATH)
    assert phase1_identity.payload(named, PATH).encode().hex() == "0b1101f4" + b"us".hex()


@pytest.mark.parametrize(
    ("where", "expected", "name", "is_acceptable"),
    [
        (SITE2, PeerIdentity.ADDRESS, address(SITE2), True),
        (SITE2, PeerIdentity.ADDRESS, address(SITE1), False),
        (SITE2, PeerIdentity.ADDRESS, identity("x"), False),
        (SITE2, PeerIdentity.ANYTHING, identity("x"), True),
        (SITE2, identity("x"), identity("x"), True),
        (SITE2, identity("x"), identity("X"), False),
        (SITE2, identity("x"), identity("x", IdType.ID_FQDN), False),
        (SITE2, identity("x"), address(SITE2), False),
        (ANY, PeerIdentity.ADDRESS, identity("x"), True),
        (ANY, identity("x"), identity("y"), False),
        (IPv4Network("10.2.0.0/16"), PeerIdentity.ADDRESS, address(SITE2), True),
        (IPv4Network("10.2.0.0/16"), PeerIdentity.ADDRESS, address("10.2.0.9"), False),
        (Hostname("peer.example"), PeerIdentity.ADDRESS, address(SITE2), True),
        (Hostname("peer.example"), PeerIdentity.ADDRESS, identity("peer.example", IdType.ID_FQDN), True),
        (Hostname("peer.example"), PeerIdentity.ADDRESS, identity("other.example", IdType.ID_FQDN), False),
        # What is more than one host is nobody.
        (ANY, PeerIdentity.ANYTHING, Identity(IdType(4), bytes(8)), False),
        (ANY, PeerIdentity.ADDRESS, Identity(IdType(7), bytes(8)), False),
    ],
    ids=str,
)
def test_who_a_peer_may_say_it_is(
    where: object, expected: object, name: Identity, is_acceptable: bool
) -> None:
    configured = peer(1, address=where, peer_identity=expected)
    assert phase1_identity.is_acceptable(configured, name, PATH) is is_acceptable
