"""The kernel's names for the algorithms of ESP and AH (net/xfrm/xfrm_algo.c), and their attributes."""

import struct

from kakehashi.dataplane.netlink import attribute
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

ALG_CRYPT, ALG_AEAD, ALG_AUTH_TRUNC = 2, 18, 20

_E, _I = EncryptionId, IntegrityId
CIPHERS = {
    _E.ENCR_NULL: "ecb(cipher_null)",
    _E.ENCR_DES: "cbc(des)",
    _E.ENCR_3DES: "cbc(des3_ede)",
    _E.ENCR_AES_CBC: "cbc(aes)",
    _E.ENCR_AES_CTR: "rfc3686(ctr(aes))",
}
AEADS = {  # with the bits of the ICV
    _E.ENCR_AES_CCM_8: ("rfc4309(ccm(aes))", 64),
    _E.ENCR_AES_CCM_12: ("rfc4309(ccm(aes))", 96),
    _E.ENCR_AES_CCM_16: ("rfc4309(ccm(aes))", 128),
    _E.ENCR_AES_GCM_8: ("rfc4106(gcm(aes))", 64),
    _E.ENCR_AES_GCM_12: ("rfc4106(gcm(aes))", 96),
    _E.ENCR_AES_GCM_16: ("rfc4106(gcm(aes))", 128),
    _E.ENCR_CHACHA20_POLY1305: ("rfc7539esp(chacha20,poly1305)", 128),
}
INTEGRITIES = {  # with the bits that are left of the ICV
    _I.AUTH_HMAC_MD5_96: ("hmac(md5)", 96),
    _I.AUTH_HMAC_SHA1_96: ("hmac(sha1)", 96),
    _I.AUTH_AES_XCBC_96: ("xcbc(aes)", 96),
    _I.AUTH_AES_CMAC_96: ("cmac(aes)", 96),
    _I.AUTH_HMAC_SHA2_256_128: ("hmac(sha256)", 128),
    _I.AUTH_HMAC_SHA2_384_192: ("hmac(sha384)", 192),
    _I.AUTH_HMAC_SHA2_512_256: ("hmac(sha512)", 256),
}


def algorithm_attributes(cipher: Cipher, integrity: IntegrityId, keys: EspKeys) -> bytes:
    """The attributes of one direction. ValueError: the kernel has no name for one of them."""
    encryption = keys.encryption.octets
    if cipher.id in AEADS:
        name, icv = AEADS[cipher.id]
        return attribute(ALG_AEAD, _algorithm(name, encryption, icv))
    if cipher.id not in CIPHERS:
        raise ValueError(f"the kernel's ESP has no {cipher}")
    told = attribute(ALG_CRYPT, _algorithm(CIPHERS[cipher.id], encryption))
    if integrity == IntegrityId.NONE:
        return told
    if integrity not in INTEGRITIES:
        raise ValueError(f"the kernel's ESP has no {integrity.name}")
    name, icv = INTEGRITIES[integrity]
    return told + attribute(ALG_AUTH_TRUNC, _algorithm(name, keys.integrity.octets, icv))


def ah_attributes(integrity: IntegrityId, keys: EspKeys) -> bytes:
    """The attributes of AH in one direction. ValueError: the kernel has no name for it."""
    if integrity not in INTEGRITIES:
        raise ValueError(f"the kernel's AH has no {integrity.name}")
    name, icv = INTEGRITIES[integrity]
    return attribute(ALG_AUTH_TRUNC, _algorithm(name, keys.ah.octets, icv))


def _algorithm(name: str, key: bytes, icv: int | None = None) -> bytes:
    """As struct xfrm_algo, or with `icv` xfrm_algo_aead and xfrm_algo_auth: lengths in bits."""
    lengths = struct.pack("=I", 8 * len(key)) + (b"" if icv is None else struct.pack("=I", icv))
    return struct.pack("=64s", name.encode()) + lengths + key
