"""The names that the device prints."""

from kakehashi.model.algorithms import Cipher
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId

_POLICY_HASHES = {
    HashAlgorithm.MD5: "Message Digest 5",
    HashAlgorithm.SHA: "Secure Hash Standard",
    HashAlgorithm.SHA2_256: "Secure Hash Standard 2 (256 bit)",
    HashAlgorithm.SHA2_384: "Secure Hash Standard 2 (384 bit)",
    HashAlgorithm.SHA2_512: "Secure Hash Standard 2 (512 bit)",
}
_SHORT_HASHES = {
    HashAlgorithm.MD5: "md5",
    HashAlgorithm.SHA: "sha",
    HashAlgorithm.SHA2_256: "sha256",
    HashAlgorithm.SHA2_384: "sha384",
    HashAlgorithm.SHA2_512: "sha512",
}
_HMACS = {
    IntegrityId.AUTH_HMAC_MD5_96: "md5",
    IntegrityId.AUTH_HMAC_SHA1_96: "sha",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "sha256",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "sha384",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "sha512",
}
_GROUP_SIZES = {
    KeyExchangeId.MODP_768: "768 bit",
    KeyExchangeId.MODP_1024: "1024 bit",
    KeyExchangeId.MODP_1536: "1536 bit",
    KeyExchangeId.MODP_2048: "2048 bit",
    KeyExchangeId.MODP_3072: "3072 bit",
    KeyExchangeId.MODP_4096: "4096 bit",
    KeyExchangeId.ECP_256: "256 bit",
    KeyExchangeId.ECP_384: "384 bit",
    KeyExchangeId.ECP_521: "521 bit",
    KeyExchangeId.MODP_2048_256: "2048 bit, 256 bit subgroup",
}
_GCM_LIKE = (EncryptionId.ENCR_AES_GCM_16, EncryptionId.ENCR_NULL_AUTH_AES_GMAC)


def policy_cipher(cipher: Cipher) -> str:
    """`AES - Advanced Encryption Standard (256 bit keys).`"""
    match cipher.id:
        case EncryptionId.ENCR_DES:
            return "DES - Data Encryption Standard (56 bit keys)."
        case EncryptionId.ENCR_3DES:
            return "Three key triple DES"
        case EncryptionId.ENCR_AES_CBC:
            return f"AES - Advanced Encryption Standard ({cipher.key_bits} bit keys)."
    return str(cipher)


def policy_hash(algorithm: HashAlgorithm) -> str:
    """`Secure Hash Standard`."""
    return _POLICY_HASHES.get(algorithm, algorithm.name)


def policy_group(group: KeyExchangeId) -> str:
    """`#14 (2048 bit)`."""
    return f"#{int(group)} ({_GROUP_SIZES[group]})" if group in _GROUP_SIZES else f"#{int(group)}"


def short_cipher(cipher: Cipher | None) -> str:
    """`3des`, in the columns of `show crypto isakmp sa detail`."""
    if cipher is None:
        return ""
    names = {EncryptionId.ENCR_DES: "des", EncryptionId.ENCR_3DES: "3des", EncryptionId.ENCR_AES_CBC: "aes"}
    return names.get(cipher.id, str(cipher))


def short_hash(algorithm: HashAlgorithm | None) -> str:
    """`sha256`."""
    return "" if algorithm is None else _SHORT_HASHES.get(algorithm, algorithm.name)


def transform(cipher: Cipher | None, integrity: IntegrityId, ah: IntegrityId = IntegrityId.NONE) -> str:
    """`esp-256-aes esp-sha-hmac`, as SAs and transform sets name it."""
    words = []
    if ah != IntegrityId.NONE:
        words.append(f"ah-{_HMACS.get(ah, ah.name)}-hmac")
    if cipher is not None:
        words.append(_esp_cipher(cipher))
    if cipher is not None and integrity != IntegrityId.NONE:
        words.append(f"esp-{_HMACS.get(integrity, integrity.name)}-hmac")
    return " ".join(words)


def engine_algorithm(cipher: Cipher | None, other: str) -> str:
    """`AES256+SHA`, in `show crypto engine connections active`."""
    name = ""
    if cipher is not None:
        name = {EncryptionId.ENCR_DES: "DES", EncryptionId.ENCR_3DES: "3DES"}.get(cipher.id, "AES")
        if cipher.id in _GCM_LIKE:
            name = "AES-GCM" if cipher.id == EncryptionId.ENCR_AES_GCM_16 else "AES-GMAC"
        name += str(cipher.key_bits) if cipher.key_bits > 128 else ""
    return "+".join(part for part in (name, other.upper()) if part)


def hmac(integrity: IntegrityId) -> str:
    """`sha256`; "" for none."""
    return "" if integrity == IntegrityId.NONE else _HMACS.get(integrity, integrity.name)


def ikev2_cipher(cipher: Cipher) -> str:
    """`AES-CBC, keysize: 256`."""
    name = cipher.id.name.removeprefix("ENCR_").removesuffix("_16").replace("_", "-")
    return f"{name}, keysize: {cipher.key_bits}" if cipher.key_bits else name


def ikev2_prf(prf: PrfId | None) -> str:
    """`SHA256`."""
    if prf is None:
        return "None"
    names = {PrfId.PRF_HMAC_MD5: "MD5", PrfId.PRF_HMAC_SHA1: "SHA1"}
    return names.get(prf, prf.name.removeprefix("PRF_HMAC_").replace("SHA2_", "SHA"))


def ikev2_hash(integrity: IntegrityId) -> str:
    """`SHA96` is HMAC-SHA1-96, as the device has it."""
    names = {
        IntegrityId.NONE: "None",
        IntegrityId.AUTH_HMAC_MD5_96: "MD596",
        IntegrityId.AUTH_HMAC_SHA1_96: "SHA96",
        IntegrityId.AUTH_HMAC_SHA2_256_128: "SHA256",
        IntegrityId.AUTH_HMAC_SHA2_384_192: "SHA384",
        IntegrityId.AUTH_HMAC_SHA2_512_256: "SHA512",
    }
    return names.get(integrity, integrity.name)


def ident(selector: TrafficSelector) -> str:
    """`192.168.1.0/255.255.255.0/0/0`: address, mask, protocol, port."""
    port = selector.start_port if selector.start_port == selector.end_port else 0
    return f"{selector.start}/{mask(selector)}/{selector.protocol}/{port}"


def mask(selector: TrafficSelector) -> str:
    """The mask of a selector's addresses; of IPv6 the length of the prefix."""
    bits = (int(selector.start) ^ int(selector.end)).bit_length()
    if selector.version == 6:
        return str(128 - bits)
    return ".".join(str(octet) for octet in (0xFFFF_FFFF >> bits << bits).to_bytes(4, "big"))


def flow(local: TrafficSelector, remote: TrafficSelector) -> str:
    """`permit ip 192.168.1.0/255.255.255.0 host 10.0.0.1`."""
    protocol = {0: "ipv6" if local.version == 6 else "ip"}.get(local.protocol, str(local.protocol))
    return f"permit {protocol} {_side(local)} {_side(remote)}"


def _side(selector: TrafficSelector) -> str:
    if selector.start == selector.end:
        return f"host {selector.start}"
    return f"{selector.start}/{mask(selector)}"


def clock(seconds: float) -> str:
    """`23:59:40`."""
    left = max(0, int(seconds))
    return f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}"


def spi(number: int) -> str:
    """`0x397C36EE(964441838)`."""
    return f"0x{number:X}({number})"


def _esp_cipher(cipher: Cipher) -> str:
    match cipher.id:
        case EncryptionId.ENCR_AES_CBC:
            return "esp-aes" if cipher.key_bits == 128 else f"esp-{cipher.key_bits}-aes"
        case EncryptionId.ENCR_AES_GCM_16:
            return "esp-gcm" if cipher.key_bits == 128 else f"esp-gcm {cipher.key_bits}"
        case EncryptionId.ENCR_NULL_AUTH_AES_GMAC:
            return "esp-gmac" if cipher.key_bits == 128 else f"esp-gmac {cipher.key_bits}"
        case EncryptionId.ENCR_3DES:
            return "esp-3des"
        case EncryptionId.ENCR_DES:
            return "esp-des"
        case EncryptionId.ENCR_NULL:
            return "esp-null"
    return str(cipher)
