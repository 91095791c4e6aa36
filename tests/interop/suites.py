"""Algorithm suites, in strongSwan's words and in the model's."""

from dataclasses import dataclass

from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId

GROUPS = {
    "modp1024": KeyExchangeId.MODP_1024,
    "modp1536": KeyExchangeId.MODP_1536,
    "modp2048": KeyExchangeId.MODP_2048,
    "modp3072": KeyExchangeId.MODP_3072,
    "x25519": KeyExchangeId.CURVE25519,
    "ecp256": KeyExchangeId.ECP_256,
}
AES_CBC_128, AES_CBC_256 = Cipher(EncryptionId.ENCR_AES_CBC, 128), Cipher(EncryptionId.ENCR_AES_CBC, 256)
AES_GCM_256 = Cipher(EncryptionId.ENCR_AES_GCM_16, 256)
CHACHA = Cipher(EncryptionId.ENCR_CHACHA20_POLY1305)


@dataclass(frozen=True)
class Suite:
    """`ike` and `esp` are swanctl proposals; `esp_show` is what `swanctl --list-sas` prints for the Child SA."""

    ike: str
    esp: str
    esp_show: str
    ike_algorithms: IkeAlgorithms
    child_algorithms: ChildAlgorithms


def cbc_sha1(group: str) -> Suite:
    return Suite(
        f"aes256-sha1-{group}", "aes256-sha1", "AES_CBC-256/HMAC_SHA1_96",
        IkeAlgorithms(
            (AES_CBC_256,), (IntegrityId.AUTH_HMAC_SHA1_96,), (PrfId.PRF_HMAC_SHA1,), (GROUPS[group],)
        ),
        ChildAlgorithms((AES_CBC_256,), (IntegrityId.AUTH_HMAC_SHA1_96,)),
    )  # fmt: skip


def gcm(group: str) -> Suite:
    return Suite(
        f"aes256gcm16-prfsha256-{group}", "aes256gcm16", "AES_GCM_16-256",
        IkeAlgorithms((AES_GCM_256,), (), (PrfId.PRF_HMAC_SHA2_256,), (GROUPS[group],)),
        ChildAlgorithms((AES_GCM_256,), ()),
    )  # fmt: skip


def chacha(group: str) -> Suite:
    return Suite(
        f"chacha20poly1305-prfsha512-{group}", "chacha20poly1305", "CHACHA20_POLY1305",
        IkeAlgorithms((CHACHA,), (), (PrfId.PRF_HMAC_SHA2_512,), (GROUPS[group],)),
        ChildAlgorithms((CHACHA,), ()),
    )  # fmt: skip


FAMILIES = {"cbc-sha1": cbc_sha1, "gcm": gcm, "chacha": chacha}
