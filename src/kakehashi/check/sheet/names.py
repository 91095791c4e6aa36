"""Values of the sheet as engineers of every maker read them: `AES-256`, `SHA-1`, `14`."""

from collections.abc import Iterable

from kakehashi.check.sheet.row import NOTHING
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

_CIPHERS = {
    EncryptionId.ENCR_DES: "DES",
    EncryptionId.ENCR_3DES: "3DES",
    EncryptionId.ENCR_NULL: "Null",
    EncryptionId.ENCR_AES_CBC: "AES",
    EncryptionId.ENCR_AES_GCM_8: "AES-GCM-8",
    EncryptionId.ENCR_AES_GCM_12: "AES-GCM-12",
    EncryptionId.ENCR_AES_GCM_16: "AES-GCM",
    EncryptionId.ENCR_NULL_AUTH_AES_GMAC: "AES-GMAC",
    EncryptionId.ENCR_CHACHA20_POLY1305: "ChaCha20-Poly1305",
}
_HASHES = {
    HashAlgorithm.MD5: "MD5",
    HashAlgorithm.SHA: "SHA-1",
    HashAlgorithm.SHA2_256: "SHA-256",
    HashAlgorithm.SHA2_384: "SHA-384",
    HashAlgorithm.SHA2_512: "SHA-512",
}
_INTEGRITIES = {
    IntegrityId.NONE: NOTHING,
    IntegrityId.AUTH_HMAC_MD5_96: "MD5-HMAC",
    IntegrityId.AUTH_HMAC_SHA1_96: "SHA1-HMAC",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "SHA256-HMAC",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "SHA384-HMAC",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "SHA512-HMAC",
    IntegrityId.AUTH_AES_XCBC_96: "AES-XCBC",
}
_PRFS = {
    PrfId.PRF_HMAC_MD5: "MD5",
    PrfId.PRF_HMAC_SHA1: "SHA-1",
    PrfId.PRF_HMAC_SHA2_256: "SHA-256",
    PrfId.PRF_HMAC_SHA2_384: "SHA-384",
    PrfId.PRF_HMAC_SHA2_512: "SHA-512",
}
_ID_TYPES = {
    IdType.ID_IPV4_ADDR: "address",
    IdType.ID_IPV6_ADDR: "address",
    IdType.ID_FQDN: "FQDN",
    IdType.ID_RFC822_ADDR: "user FQDN",
    IdType.ID_KEY_ID: "key ID",
}
METHODS = {AuthenticationMethod.PSK: "pre-shared key", AuthenticationMethod.SIGNATURE: "RSA signature"}
MODES = {ExchangeMode.MAIN: "main mode", ExchangeMode.AGGRESSIVE: "aggressive mode"}
ENCAPSULATIONS = {EncapsulationMode.TUNNEL: "tunnel mode", EncapsulationMode.TRANSPORT: "transport mode"}
PACKETS = "IP packets"
ANY_TRAFFIC = "any"


def cipher(value: Cipher | None) -> str:
    """`AES-256`."""
    if value is None:
        return NOTHING
    name = _CIPHERS.get(value.id) or value.id.name.removeprefix("ENCR_").replace("_", "-")
    if value.id is EncryptionId.ENCR_AES_CBC or value.key_bits:
        return f"{name}-{value.key_bits}"
    return name


def hash_algorithm(value: HashAlgorithm) -> str:
    """`SHA-1`."""
    return _HASHES.get(value) or value.name.replace("_", "-")


def integrity(value: IntegrityId) -> str:
    """`SHA1-HMAC`."""
    return _INTEGRITIES.get(value) or value.name.removeprefix("AUTH_").replace("_", "-")


def prf(value: PrfId) -> str:
    """`SHA-256`."""
    return _PRFS.get(value) or value.name.removeprefix("PRF_").replace("_", "-")


def group(value: KeyExchangeId) -> str:
    """The number of the group, as every maker has it somewhere."""
    return NOTHING if value == KeyExchangeId.NONE else str(int(value))


def identity(value: Identity) -> str:
    """`key ID site1`."""
    return f"{_ID_TYPES.get(value.type) or value.type.name} {value.text}"


def traffic(local: Iterable[TrafficSelector], remote: Iterable[TrafficSelector]) -> str:
    """`192.168.1.0/24 → 192.168.2.0/24`, for each pair; `any` where everything goes to everywhere, `any IPv4`
    where that is all that does.
    """
    here, there = tuple(local), tuple(remote)
    if all(s in EVERYTHING for s in (*here, *there)):
        versions = {s.version for s in (*here, *there)}
        return f"{ANY_TRAFFIC} IPv{versions.pop()}" if len(versions) == 1 else ANY_TRAFFIC
    if len(here) == len(there):
        return ", ".join(f"{a} → {b}" for a, b in zip(here, there, strict=True))
    return f"{', '.join(map(str, here))} → {', '.join(map(str, there))}"


def listed(values: Iterable[str]) -> str:
    """Each once, in their order."""
    return ", ".join(dict.fromkeys(values)) or NOTHING
