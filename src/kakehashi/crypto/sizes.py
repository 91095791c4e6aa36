"""How many octets each algorithm takes of KEYMAT and of a packet. Nothing here knows a key."""

from dataclasses import dataclass

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId


@dataclass(frozen=True, slots=True)
class CipherShape:
    """`key_bits`: permitted values of the Key Length attribute, only 0 where the cipher has one length.

    `fixed_key`: octets of the key where `key_bits` is 0. `salt`, `iv`, `block`, `icv`: octets; `block` is
    what the plaintext is padded to, `icv` is 0 where an integrity algorithm makes the ICV.
    """

    key_bits: tuple[int, ...]
    salt: int
    iv: int
    block: int
    icv: int
    fixed_key: int = 0


_AES = (128, 192, 256)

CIPHERS: dict[EncryptionId, CipherShape] = {
    # RFC 2405: 64 bits, parity included. Broken by search since 1998; IKEv1's devices still have it.
    EncryptionId.ENCR_DES: CipherShape((0,), salt=0, iv=8, block=8, icv=0, fixed_key=8),
    # RFC 2451 section 2.2: three keys of 64 bits each, parity included.
    EncryptionId.ENCR_3DES: CipherShape((0,), salt=0, iv=8, block=8, icv=0, fixed_key=24),
    EncryptionId.ENCR_NULL: CipherShape((0,), salt=0, iv=0, block=1, icv=0),  # RFC 2410
    EncryptionId.ENCR_AES_CBC: CipherShape(_AES, salt=0, iv=16, block=16, icv=0),  # RFC 3602
    # RFC 3686 section 5.1: the nonce of 4 octets follows the key. RFC 5930 section 2: no padding is needed.
    EncryptionId.ENCR_AES_CTR: CipherShape(_AES, salt=4, iv=8, block=1, icv=0),
    # RFC 4309 section 7.1: a salt of 3 octets.
    EncryptionId.ENCR_AES_CCM_8: CipherShape(_AES, salt=3, iv=8, block=1, icv=8),
    EncryptionId.ENCR_AES_CCM_12: CipherShape(_AES, salt=3, iv=8, block=1, icv=12),
    EncryptionId.ENCR_AES_CCM_16: CipherShape(_AES, salt=3, iv=8, block=1, icv=16),
    # RFC 4106 section 8.1: a salt of 4 octets.
    EncryptionId.ENCR_AES_GCM_8: CipherShape(_AES, salt=4, iv=8, block=1, icv=8),
    EncryptionId.ENCR_AES_GCM_12: CipherShape(_AES, salt=4, iv=8, block=1, icv=12),
    EncryptionId.ENCR_AES_GCM_16: CipherShape(_AES, salt=4, iv=8, block=1, icv=16),
    # RFC 7634 section 2: 36 octets of KEYMAT, the last 4 are the salt.
    EncryptionId.ENCR_CHACHA20_POLY1305: CipherShape((0,), salt=4, iv=8, block=1, icv=16, fixed_key=32),
}

AH_FIXED = 12  # octets in front of the ICV

# (octets of the key, octets of the ICV)
INTEGRITY: dict[IntegrityId, tuple[int, int]] = {
    IntegrityId.NONE: (0, 0),
    IntegrityId.AUTH_HMAC_MD5_96: (16, 12),  # RFC 2403
    IntegrityId.AUTH_HMAC_SHA1_96: (20, 12),  # RFC 2404
    IntegrityId.AUTH_AES_XCBC_96: (16, 12),  # RFC 3566
    IntegrityId.AUTH_AES_CMAC_96: (16, 12),  # RFC 4494
    IntegrityId.AUTH_HMAC_SHA2_256_128: (32, 16),  # RFC 4868
    IntegrityId.AUTH_HMAC_SHA2_384_192: (48, 24),
    IntegrityId.AUTH_HMAC_SHA2_512_256: (64, 32),
}


def encryption_key_size(encryption: EncryptionId, key_bits: int) -> int:
    """Octets of KEYMAT that one direction takes, salt included.

    `key_bits` is the Key Length attribute, 0 without one.
    Raises UnsupportedAlgorithm for an unknown cipher or a key length that it does not have.
    """
    shape = cipher_shape(encryption)
    if key_bits not in shape.key_bits:
        raise UnsupportedAlgorithm(f"{encryption.name} has no key length of {key_bits} bits")
    return (key_bits // 8 or shape.fixed_key) + shape.salt


def salt_size(encryption: EncryptionId) -> int:
    """Octets at the end of the key material that are not the cipher's key but part of the nonce."""
    return cipher_shape(encryption).salt


def cipher_block_size(encryption: EncryptionId) -> int:
    """The octets to which IKE pads the plaintext; 1: no padding needed. ESP also aligns to 4 (RFC 4303)."""
    return cipher_shape(encryption).block


def iv_size(encryption: EncryptionId) -> int:
    """Octets of the IV that stands in the packet."""
    return cipher_shape(encryption).iv


def icv_size(encryption: EncryptionId, integrity: IntegrityId = IntegrityId.NONE) -> int:
    """Octets of the ICV: the AEAD cipher's own, else the integrity algorithm's (0 for NONE)."""
    return cipher_shape(encryption).icv or _integrity(integrity)[1]


def integrity_key_size(integrity: IntegrityId) -> int:
    """Octets of SK_a: the output size of the hash, or the AES key (RFC 7296 section 2.13). 0 for NONE."""
    return _integrity(integrity)[0]


def cipher_shape(encryption: EncryptionId) -> CipherShape:
    """All sizes of one cipher. Raises UnsupportedAlgorithm."""
    shape = CIPHERS.get(encryption)
    if shape is None:
        raise UnsupportedAlgorithm(f"encryption algorithm {encryption.name} is not implemented")
    return shape


def _integrity(integrity: IntegrityId) -> tuple[int, int]:
    sizes = INTEGRITY.get(integrity)
    if sizes is None:
        raise UnsupportedAlgorithm(f"integrity algorithm {integrity.name} is not implemented")
    return sizes


def ah_size(integrity: IntegrityId, ip_version: int) -> int:
    """Octets of AH (RFC 4302 section 2.2): over IPv6 it is aligned to 8. 0 without."""
    if integrity == IntegrityId.NONE:
        return 0
    alignment = 8 if ip_version == 6 else 4
    size = AH_FIXED + INTEGRITY[integrity][1]
    return -(-size // alignment) * alignment
