"""The device's words for algorithms and other values, in any letter case, and what they mean."""

from collections.abc import Mapping

from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId

TRIPLE_DES = Cipher(EncryptionId.ENCR_3DES)
CIPHERS: dict[str, tuple[Cipher, str]] = {
    "aes256": (Cipher(EncryptionId.ENCR_AES_CBC, 256), "AES, 256-bit key"),
    "aes192": (Cipher(EncryptionId.ENCR_AES_CBC, 192), "AES, 192-bit key"),
    "aes128": (Cipher(EncryptionId.ENCR_AES_CBC, 128), "AES, 128-bit key"),
    "3des": (TRIPLE_DES, "Triple DES, not supported by newer firmware"),
}
INTEGRITIES: dict[str, tuple[IntegrityId, str]] = {
    "sha512": (IntegrityId.AUTH_HMAC_SHA2_512_256, "HMAC-SHA-512"),
    "sha256": (IntegrityId.AUTH_HMAC_SHA2_256_128, "HMAC-SHA-256"),
    "sha1": (IntegrityId.AUTH_HMAC_SHA1_96, "HMAC-SHA-1"),
}
# GCM stands where others have their integrity algorithm; the number is the octets of its check value.
GCMS: dict[str, tuple[EncryptionId, str]] = {
    "gcm16": (EncryptionId.ENCR_AES_GCM_16, "AES-GCM, 16-octet ICV"),
    "gcm12": (EncryptionId.ENCR_AES_GCM_12, "AES-GCM, 12-octet ICV"),
    "gcm8": (EncryptionId.ENCR_AES_GCM_8, "AES-GCM, 8-octet ICV"),
}
ESP_INTEGRITIES: dict[str, tuple[IntegrityId | EncryptionId, str]] = {**INTEGRITIES, **GCMS}
GROUPS: dict[str, tuple[KeyExchangeId, str]] = {
    "2": (KeyExchangeId.MODP_1024, "1024-bit MODP"),
    "5": (KeyExchangeId.MODP_1536, "1536-bit MODP"),
    "14": (KeyExchangeId.MODP_2048, "2048-bit MODP"),
    "15": (KeyExchangeId.MODP_3072, "3072-bit MODP"),
    "16": (KeyExchangeId.MODP_4096, "4096-bit MODP"),
    "18": (KeyExchangeId.MODP_8192, "8192-bit MODP"),
}
METHODS: dict[str, tuple[AuthenticationMethod, str]] = {
    "certificate": (AuthenticationMethod.SIGNATURE, "A certificate"),
    "pre-share": (AuthenticationMethod.PSK, "A pre-shared key"),
}

# `integrity` of an ISAKMP profile says both: what protects messages, and what keys are made with.
PRF_OF: dict[IntegrityId, PrfId] = {
    IntegrityId.AUTH_HMAC_SHA2_512_256: PrfId.PRF_HMAC_SHA2_512,
    IntegrityId.AUTH_HMAC_SHA2_256_128: PrfId.PRF_HMAC_SHA2_256,
    IntegrityId.AUTH_HMAC_SHA1_96: PrfId.PRF_HMAC_SHA1,
}
HASH_OF: dict[IntegrityId, HashAlgorithm] = {
    IntegrityId.AUTH_HMAC_SHA2_512_256: HashAlgorithm.SHA2_512,
    IntegrityId.AUTH_HMAC_SHA2_256_128: HashAlgorithm.SHA2_256,
    IntegrityId.AUTH_HMAC_SHA1_96: HashAlgorithm.SHA,
}


def word_of(value: object, words: Mapping[str, tuple[object, str]]) -> str:
    """The device's word for a value in capitals, or the value's own text."""
    return next((word.upper() for word, (known, _) in words.items() if known == value), str(value))
