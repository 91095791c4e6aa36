"""The device's words for algorithms and identities, and what they mean; strongest first."""

from collections.abc import Mapping

from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId

# The manual promises "the one of highest security" without an order; ours is by key length, and the AEAD
# first of two ciphers with keys of one length.
CIPHERS: dict[str, tuple[Cipher, str]] = {
    "aes-gcm-256-16": (Cipher(EncryptionId.ENCR_AES_GCM_16, 256), "AES-GCM, 256-bit key, 16-octet ICV"),
    "aes-cbc-256": (Cipher(EncryptionId.ENCR_AES_CBC, 256), "AES-CBC, 256-bit key"),
    "aes-cbc-192": (Cipher(EncryptionId.ENCR_AES_CBC, 192), "AES-CBC, 192-bit key"),
    "aes-gcm-128-16": (Cipher(EncryptionId.ENCR_AES_GCM_16, 128), "AES-GCM, 128-bit key, 16-octet ICV"),
    "aes-cbc-128": (Cipher(EncryptionId.ENCR_AES_CBC, 128), "AES-CBC, 128-bit key"),
    "3des": (Cipher(EncryptionId.ENCR_3DES), "3DES-CBC"),
}
INTEGRITIES: dict[str, tuple[IntegrityId, str]] = {
    "sha2-512": (IntegrityId.AUTH_HMAC_SHA2_512_256, "HMAC-SHA2-512"),
    "sha2-384": (IntegrityId.AUTH_HMAC_SHA2_384_192, "HMAC-SHA2-384"),
    "sha2-256": (IntegrityId.AUTH_HMAC_SHA2_256_128, "HMAC-SHA2-256"),
    "sha1": (IntegrityId.AUTH_HMAC_SHA1_96, "HMAC-SHA1-96"),
}
PRFS: dict[str, tuple[PrfId, str]] = {
    "sha2-512": (PrfId.PRF_HMAC_SHA2_512, "HMAC-SHA2-512"),
    "sha2-384": (PrfId.PRF_HMAC_SHA2_384, "HMAC-SHA2-384"),
    "sha2-256": (PrfId.PRF_HMAC_SHA2_256, "HMAC-SHA2-256"),
    "sha1": (PrfId.PRF_HMAC_SHA1, "HMAC-SHA1"),
}
GROUPS: dict[str, tuple[KeyExchangeId, str]] = {
    "3072-bit": (KeyExchangeId.MODP_3072, "MODP 3072 bit, group 15"),
    "2048-bit": (KeyExchangeId.MODP_2048, "MODP 2048 bit, group 14"),
    "1536-bit": (KeyExchangeId.MODP_1536, "MODP 1536 bit, group 5"),
    "1024-bit": (KeyExchangeId.MODP_1024, "MODP 1024 bit, group 2"),
    "768-bit": (KeyExchangeId.MODP_768, "MODP 768 bit, group 1"),
}
IDENTITIES: dict[str, tuple[IdType, str]] = {
    "ipv4": (IdType.ID_IPV4_ADDR, "an IPv4 address"),
    "ipv6": (IdType.ID_IPV6_ADDR, "an IPv6 address"),
    "fqdn": (IdType.ID_FQDN, "a name of the DNS"),
    "rfc822": (IdType.ID_RFC822_ADDR, "a mail address"),
    "keyid": (IdType.ID_KEY_ID, "any text"),
}
METHODS: dict[str, tuple[AuthenticationMethod, str]] = {
    "psk": (AuthenticationMethod.PSK, "a pre-shared key"),
    "rsa": (AuthenticationMethod.SIGNATURE, "a digital signature"),
}
# IKEv1 has words of its own (V1-01, V1-08); here `aes` is a key of 128 bits.
PHASE1_CIPHERS: dict[str, tuple[Cipher, str]] = {
    "des": (Cipher(EncryptionId.ENCR_DES), "DES-CBC"),
    "3des": (Cipher(EncryptionId.ENCR_3DES), "3DES-CBC"),
    "aes": (Cipher(EncryptionId.ENCR_AES_CBC, 128), "AES-CBC, 128-bit key"),
    "aes-192": (Cipher(EncryptionId.ENCR_AES_CBC, 192), "AES-CBC, 192-bit key"),
    "aes-256": (Cipher(EncryptionId.ENCR_AES_CBC, 256), "AES-CBC, 256-bit key"),
}
HASHES: dict[str, tuple[HashAlgorithm, str]] = {
    "md5": (HashAlgorithm.MD5, "MD5"),
    "sha": (HashAlgorithm.SHA, "SHA-1"),
    "sha2-256": (HashAlgorithm.SHA2_256, "SHA2-256"),
    "sha2-384": (HashAlgorithm.SHA2_384, "SHA2-384"),
    "sha2-512": (HashAlgorithm.SHA2_512, "SHA2-512"),
}
ESP_CIPHERS: dict[str, tuple[Cipher, str]] = {
    f"esp-{word}": meaning for word, meaning in PHASE1_CIPHERS.items()
}
ESP_INTEGRITIES: dict[str, tuple[IntegrityId, str]] = {
    "esp-md5": (IntegrityId.AUTH_HMAC_MD5_96, "HMAC-MD5-96"),
    "esp-sha": (IntegrityId.AUTH_HMAC_SHA1_96, "HMAC-SHA1-96"),
    "esp-sha2-256": (IntegrityId.AUTH_HMAC_SHA2_256_128, "HMAC-SHA2-256"),
    "esp-sha2-384": (IntegrityId.AUTH_HMAC_SHA2_384_192, "HMAC-SHA2-384"),
    "esp-sha2-512": (IntegrityId.AUTH_HMAC_SHA2_512_256, "HMAC-SHA2-512"),
}
MODES: dict[str, tuple[ExchangeMode, str]] = {
    "main": (ExchangeMode.MAIN, "Main mode (the default)"),
    "aggressive": (ExchangeMode.AGGRESSIVE, "Aggressive mode"),
}
# None: the address of either IP version.
PHASE1_IDENTITIES: dict[str, tuple[IdType | None, str]] = {
    "address": (None, "an address"),
    "fqdn": (IdType.ID_FQDN, "a name of the DNS"),
    "user-fqdn": (IdType.ID_RFC822_ADDR, "a mail address"),
    "keyid": (IdType.ID_KEY_ID, "any text"),
}
PROTOCOLS: dict[str, tuple[int, str]] = {
    "icmp": (1, "ICMP"),
    "tcp": (6, "TCP"),
    "udp": (17, "UDP"),
    "gre": (47, "GRE"),
    "esp": (50, "ESP"),
    "icmpv6": (58, "ICMPv6"),
}
# The services that `ip napt service` knows by name, by protocol and port.
SERVICES: dict[str, tuple[int, int | None]] = {
    "dns": (17, 53),
    "ftp": (6, 21),
    "http": (6, 80),
    "https": (6, 443),
    "ping": (1, None),
    "pop3": (6, 110),
    "smtp": (6, 25),
    "ssh": (6, 22),
    "telnet": (6, 23),
    "tftp": (17, 69),
}


def word_of(value: object, words: Mapping[str, tuple[object, str]]) -> str:
    """The device's word for a value, or the value's own text."""
    return next((word for word, (known, _) in words.items() if known == value), str(value))


def identity_word(id_type: IdType) -> str:
    """The device's word for a type of identity."""
    return next((word for word, (known, _) in IDENTITIES.items() if known == id_type), id_type.name)
