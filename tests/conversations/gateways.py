"""Gateways for stories: two sites with one tunnel, and whatever a story changes about them."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from kakehashi.model.address import ANY, AnyAddress
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

AES_CBC_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
AES_CBC_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
AES_GCM_128 = Cipher(EncryptionId.ENCR_AES_GCM_16, 128)
AES_GCM_256 = Cipher(EncryptionId.ENCR_AES_GCM_16, 256)
CHACHA = Cipher(EncryptionId.ENCR_CHACHA20_POLY1305)

IKE = IkeAlgorithms(
    ciphers=(AES_CBC_256, AES_CBC_128),
    integrities=(IntegrityId.AUTH_HMAC_SHA2_256_128, IntegrityId.AUTH_HMAC_SHA1_96),
    prfs=(PrfId.PRF_HMAC_SHA2_256, PrfId.PRF_HMAC_SHA1),
    key_exchanges=(KeyExchangeId.CURVE25519, KeyExchangeId.ECP_256),
)
CHILD = ChildAlgorithms(
    ciphers=(AES_CBC_256, AES_CBC_128),
    integrities=(IntegrityId.AUTH_HMAC_SHA2_256_128, IntegrityId.AUTH_HMAC_SHA1_96),
)

SITE1, SITE2 = "10.1.0.1", "10.2.0.1"
TUNNEL = "Tunnel0.0"


def identity(text: str, id_type: IdType = IdType.ID_KEY_ID) -> Identity:
    return Identity.of(id_type, text)


def credentials(
    text: str, secret: str, line: int, file: str, id_type: IdType = IdType.ID_KEY_ID
) -> Authentication:
    return Authentication(
        AuthenticationMethod.PSK, identity(text, id_type), Secret(secret.encode()), Source(file, line)
    )


def ike_policy(**changes: Any) -> IkePolicy:
    return replace(IkePolicy(algorithms=IKE, rekey=Rekey(86400, 30)), **changes)


def ipsec_policy(**changes: Any) -> IpsecPolicy:
    return replace(IpsecPolicy(algorithms=CHILD, rekey=Rekey(28800, 60)), **changes)


def tunnel(
    site: int,
    *,
    name: str = TUNNEL,
    peer: str | AnyAddress | None = None,
    ids: tuple[str, str] = ("site1", "site2"),
    id_type: IdType = IdType.ID_KEY_ID,
    secrets: tuple[str, str] = ("secret-1", "secret-2"),
    ike: dict[str, Any] | None = None,
    ipsec: dict[str, Any] | None = None,
    line: int = 10,
) -> Ikev2Tunnel:
    """The tunnel as `site` 1 or 2 has it; `ids` and `secrets` are those of site 1 and of site 2."""
    own, other = (0, 1) if site == 1 else (1, 0)
    file = f"site{site}.cfg"
    default = SITE2 if site == 1 else SITE1
    address = peer if isinstance(peer, AnyAddress) else ip_address(peer or default)
    return Ikev2Tunnel(
        interface=name,
        enabled=True,
        peer_address=address,
        local=credentials(ids[own], secrets[own], line + 1, file, id_type),
        peer=credentials(ids[other], secrets[other], line + 2, file, id_type),
        ike=ike_policy(**(ike or {})),
        ipsec=ipsec_policy(**(ipsec or {})),
        source=Source(file, line),
    )


def gateway(*tunnels: Ikev2Tunnel, unknown: IkePolicy | None = None) -> Gateway:
    return Gateway(dialect="test", unknown_peer_policy=unknown or ike_policy(), tunnels=tunnels)


__all__ = [name for name in dir() if not name.startswith("_")] + ["ANY"]
