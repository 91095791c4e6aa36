"""IKEv1 gateways for stories: two sites with one tunnel, and whatever a story changes about them."""

from dataclasses import replace
from ipaddress import IPv4Network, ip_address
from typing import Any

from kakehashi.model.address import ANY, AnyAddress, Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import (
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId
from tests.conversations.gateways import AES_CBC_128, AES_CBC_256, SITE1, SITE2, TUNNEL, identity, ike_policy

DES = Cipher(EncryptionId.ENCR_DES)
TRIPLE_DES = Cipher(EncryptionId.ENCR_3DES)

PHASE1 = Phase1Proposal(
    cipher=AES_CBC_256, hash=HashAlgorithm.SHA2_256, group=KeyExchangeId.ECP_256, lifetime=28800
)
OLD_PHASE1 = Phase1Proposal(
    cipher=TRIPLE_DES, hash=HashAlgorithm.MD5, group=KeyExchangeId.MODP_1024, lifetime=86400
)
PHASE2 = Phase2Proposal(cipher=AES_CBC_256, integrity=IntegrityId.AUTH_HMAC_SHA2_256_128, lifetime=28800)
LAN1, LAN2 = TrafficSelector.of("192.168.1.0/24"), TrafficSelector.of("192.168.2.0/24")

MAIN, AGGRESSIVE = ExchangeMode.MAIN, ExchangeMode.AGGRESSIVE


def peer(site: int, **changes: Any) -> Ikev1Peer:
    """The other site as `site` 1 or 2 has it in its configuration; the address may be a text."""
    address = changes.pop("address", SITE2 if site == 1 else SITE1)
    secret = changes.pop("secret", "one secret for both")
    found = Ikev1Peer(
        name=changes.pop("name", "ike1"),
        address=ip_address(address) if isinstance(address, str) else address,
        secret=Secret(secret.encode()),
        proposals=(PHASE1,),
        source=Source(f"site{site}.cfg", changes.pop("line", 5)),
    )
    return replace(found, **changes)


def ipsec(site: int, **changes: Any) -> Ikev1IpsecPolicy:
    """What quick mode makes at `site`."""
    own, other = (LAN1, LAN2) if site == 1 else (LAN2, LAN1)
    found = Ikev1IpsecPolicy(
        proposals=(PHASE2,), local_selectors=(own,), remote_selectors=(other,), filters=False
    )
    return replace(found, **changes)


def ikev1_tunnel(site: int, **changes: Any) -> Ikev1Tunnel:
    """The tunnel as `site` 1 or 2 has it; `ipsec` are changes to its policy."""
    address = changes.pop("address", SITE2 if site == 1 else SITE1)
    policy = changes.pop("ipsec", {})
    found = Ikev1Tunnel(
        interface=TUNNEL,
        enabled=True,
        peer_address=ip_address(address) if isinstance(address, str) else address,
        ipsec=ipsec(site, **policy),
        peers=("ike1",),
        name="map1",
        source=Source(f"site{site}.cfg", 10),
    )
    return replace(found, **changes)


def gateway(*parts: Ikev1Peer | Ikev1Tunnel, **changes: Any) -> Gateway:
    """Peers and tunnels, in their order."""
    return replace(
        Gateway(
            dialect="test",
            unknown_peer_policy=ike_policy(),
            ikev1_peers=tuple(p for p in parts if isinstance(p, Ikev1Peer)),
            tunnels=tuple(p for p in parts if isinstance(p, Ikev1Tunnel)),
        ),
        **changes,
    )


def site(number: int, tunnel: dict[str, Any] | None = None, **changes: Any) -> Gateway:
    """A gateway with one peer and one tunnel; `changes` of the peer."""
    return gateway(peer(number, **changes), ikev1_tunnel(number, **(tunnel or {})))


__all__ = [name for name in dir() if not name.startswith("_")]
_RE_EXPORTED = (ANY, AnyAddress, Hostname, IPv4Network, Identity, IdType, AES_CBC_128, identity, SITE1, SITE2)
