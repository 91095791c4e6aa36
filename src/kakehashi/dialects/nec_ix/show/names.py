"""The names that the device prints (listings 2.25.17, 2.25.18; those not in a listing are formed alike).

Of IKEv1 there is no listing; its names are those of a transcript of the device, or formed alike.
"""

from kakehashi.dialects.nec_ix.words import GROUPS, word_of
from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import Identity
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

_CIPHERS = {
    EncryptionId.ENCR_AES_CBC: "AES-CBC",
    EncryptionId.ENCR_AES_GCM_16: "AES-GCM",
    EncryptionId.ENCR_3DES: "3DES-CBC",
    EncryptionId.ENCR_DES: "DES-CBC",
}
_IDENTITIES = {
    IdType.ID_IPV4_ADDR: "IPv4-ADDR",
    IdType.ID_IPV6_ADDR: "IPv6-ADDR",
    IdType.ID_FQDN: "FQDN",
    IdType.ID_RFC822_ADDR: "RFC822-ADDR",
    IdType.ID_KEY_ID: "KEY-ID",
}
_INTEGRITIES = {
    IntegrityId.AUTH_HMAC_MD5_96: "HMAC-MD5-96",
    IntegrityId.AUTH_HMAC_SHA1_96: "HMAC-SHA1-96",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "HMAC-SHA2-256",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "HMAC-SHA2-384",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "HMAC-SHA2-512",
}


def cipher_name(cipher: Cipher) -> str:
    """`AES-CBC-256`."""
    name = _CIPHERS.get(cipher.id, cipher.id.name.removeprefix("ENCR_").replace("_", "-"))
    return f"{name}-{cipher.key_bits}" if cipher.key_bits else name


def integrity_name(integrity: IntegrityId) -> str:
    """`HMAC-SHA1-96`."""
    return _INTEGRITIES.get(integrity, integrity.name.removeprefix("AUTH_").replace("_", "-"))


def transform_name(cipher: Cipher | None, integrity: IntegrityId) -> str:
    """`ESP-AES-256-HMAC-SHA2-512-256`: the cipher without its mode, and the octets of the check value."""
    name = cipher_name(cipher).replace("-CBC", "") if cipher else "NULL"
    check = integrity.name.removeprefix("AUTH_").replace("_", "-")
    return f"ESP-{name}" if integrity == IntegrityId.NONE else f"ESP-{name}-{check}"


def phase1_group_name(group: KeyExchangeId) -> str:
    """`modp2048`."""
    return group.name.replace("MODP_", "modp").replace("_", "-").lower()


def pfs_name(group: KeyExchangeId) -> str:
    """`2048-bit`, or `off`."""
    return "off" if group == KeyExchangeId.NONE else word_of(group, GROUPS)


def prf_name(prf: PrfId) -> str:
    """`HMAC-SHA1`."""
    return prf.name.removeprefix("PRF_").replace("_", "-")


def group_name(group: KeyExchangeId) -> str:
    """`MODP-1536`."""
    return group.name.replace("_", "-")


def identity_name(identity: Identity | None) -> str:
    """`IPv4-ADDR 10.1.0.1`."""
    if identity is None:
        return "unknown"
    return f"{_IDENTITIES.get(identity.type, identity.type.name)} {identity.text}"


def spi(octets: bytes) -> str:
    """`0xf633bdfd0188a348`."""
    return f"0x{octets.hex()}"


def esp_spi(number: int) -> str:
    """`0x1511ab8e`."""
    return f"0x{number:08x}"


def key(secret: Secret) -> str:
    """The key in full: the device shows it, for decrypting captures."""
    return f"0x{secret.octets.hex()}"
