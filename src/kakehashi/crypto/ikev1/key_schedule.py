"""From nonces and a shared secret to the keys of an ISAKMP SA, and to those of IPsec SAs.

SKEYID for authentication by public key encryption (RFC 2409 sections 5.2 and 5.3) is left out, as those
methods are. See the package for the names of arguments.
"""

from dataclasses import dataclass

from kakehashi.crypto.ikev1.hashes import Hash
from kakehashi.wire.registry.ikev1 import ProtocolId


@dataclass(frozen=True, slots=True, repr=False)
class Skeyids:
    """SKEYID, and SKEYID_d for other keys, SKEYID_a for authentication, SKEYID_e for encryption."""

    skeyid: bytes
    skeyid_d: bytes
    skeyid_a: bytes
    skeyid_e: bytes

    def __repr__(self) -> str:
        return "Skeyids(***)"


@dataclass(frozen=True, slots=True, repr=False)
class SaKeys:
    """The keys of one IPsec SA, that is of one direction: `encryption` with its salt, and `integrity`."""

    encryption: bytes
    integrity: bytes

    def __repr__(self) -> str:
        return "SaKeys(***)"


def skeyid_pre_shared_key(hash_: Hash, pre_shared_key: bytes, ni_b: bytes, nr_b: bytes) -> bytes:
    """SKEYID = prf(pre-shared-key, Ni_b | Nr_b) (RFC 2409 section 5)."""
    return hash_.prf(pre_shared_key, ni_b + nr_b)


def skeyid_signatures(hash_: Hash, ni_b: bytes, nr_b: bytes, g_xy: bytes) -> bytes:
    """SKEYID = prf(Ni_b | Nr_b, g^xy) (RFC 2409 section 5)."""
    return hash_.prf(ni_b + nr_b, g_xy)


def skeyids(hash_: Hash, skeyid: bytes, g_xy: bytes, cky_i: bytes, cky_r: bytes) -> Skeyids:
    """SKEYID_d, SKEYID_a and SKEYID_e, each from the one before it (RFC 2409 section 5)."""
    seed = g_xy + cky_i + cky_r
    skeyid_d = hash_.prf(skeyid, seed + b"\0")
    skeyid_a = hash_.prf(skeyid, skeyid_d + seed + b"\1")
    skeyid_e = hash_.prf(skeyid, skeyid_a + seed + b"\2")
    return Skeyids(skeyid, skeyid_d, skeyid_a, skeyid_e)


def cipher_key(hash_: Hash, skeyid_e: bytes, size: int) -> bytes:
    """The key of the ISAKMP SA's cipher: the first `size` octets of SKEYID_e, stretched if it is too short.

    Ka = K1 | K2 | ... with K1 = prf(SKEYID_e, 0), K2 = prf(SKEYID_e, K1) (RFC 2409 appendix B). DES's weak
    keys, one in 2^52, are not skipped: the RFC leaves open which octets come in their place.
    """
    if size <= len(skeyid_e):
        return skeyid_e[:size]
    block, blocks = b"\0", b""
    while len(blocks) < size:
        block = hash_.prf(skeyid_e, block)
        blocks += block
    return blocks[:size]


def phase1_iv(hash_: Hash, g_xi: bytes, g_xr: bytes, block_size: int) -> bytes:
    """The IV of the first encrypted message of phase 1: hash(g^xi | g^xr) (RFC 2409 appendix B)."""
    return hash_(g_xi + g_xr)[:block_size]


def phase2_iv(hash_: Hash, last_block: bytes, message_id: int) -> bytes:
    """The IV of an exchange's first message after phase 1 (RFC 2409 appendix B).

    hash(last phase 1 CBC output block | M-ID), as long as that block, which is the IV that would be phase 1's
    next. Of an informational exchange too.
    """
    return hash_(last_block + _m_id(message_id))[: len(last_block)]


def hash_i(
    hash_: Hash,
    skeyid: bytes,
    g_xi: bytes,
    g_xr: bytes,
    cky_i: bytes,
    cky_r: bytes,
    sai_b: bytes,
    idii_b: bytes,
) -> bytes:
    """HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b) (RFC 2409 section 5)."""
    return hash_.prf(skeyid, g_xi + g_xr + cky_i + cky_r + sai_b + idii_b)


def hash_r(
    hash_: Hash,
    skeyid: bytes,
    g_xi: bytes,
    g_xr: bytes,
    cky_i: bytes,
    cky_r: bytes,
    sai_b: bytes,
    idir_b: bytes,
) -> bytes:
    """HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b) (RFC 2409 section 5)."""
    return hash_.prf(skeyid, g_xr + g_xi + cky_r + cky_i + sai_b + idir_b)


def hash_1(hash_: Hash, skeyid_a: bytes, message_id: int, rest: bytes) -> bytes:
    """HASH(1) = prf(SKEYID_a, M-ID | SA | Ni [ | KE ] [ | IDci | IDcr ]) (RFC 2409 section 5.5).

    `rest`: all octets behind the Hash payload, generic headers included and padding not. The hash of an
    informational exchange (RFC 2409 section 5.7), of a transaction, and of a CONNECTED that ends quick mode
    (RFC 2408 section 3.1) is the same function.
    """
    return hash_.prf(skeyid_a, _m_id(message_id) + rest)


def hash_2(hash_: Hash, skeyid_a: bytes, message_id: int, ni_b: bytes, rest: bytes) -> bytes:
    """HASH(2) = prf(SKEYID_a, M-ID | Ni_b | SA | Nr [ | KE ] [ | IDci | IDcr ]); `rest` as in `hash_1`."""
    return hash_.prf(skeyid_a, _m_id(message_id) + ni_b + rest)


def hash_3(hash_: Hash, skeyid_a: bytes, message_id: int, ni_b: bytes, nr_b: bytes) -> bytes:
    """HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b) (RFC 2409 section 5.5)."""
    return hash_.prf(skeyid_a, b"\0" + _m_id(message_id) + ni_b + nr_b)


def keymat(
    hash_: Hash,
    skeyid_d: bytes,
    protocol: ProtocolId,
    spi: bytes,
    ni_b: bytes,
    nr_b: bytes,
    size: int,
    g_qm_xy: bytes = b"",
) -> bytes:
    """KEYMAT of one IPsec SA (RFC 2409 section 5.5): `size` octets.

    K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), K2 = prf(SKEYID_d, K1 | [g(qm)^xy |] ...).
    `spi` is that of the SA, chosen by its receiver; the nonces are quick mode's; `g_qm_xy` is empty without
    perfect forward secrecy.
    """
    seed = g_qm_xy + bytes([protocol]) + spi + ni_b + nr_b
    block, blocks = b"", b""
    while len(blocks) < size:
        block = hash_.prf(skeyid_d, block + seed)
        blocks += block
    return blocks[:size]


def sa_keys(
    hash_: Hash,
    skeyid_d: bytes,
    protocol: ProtocolId,
    spi: bytes,
    ni_b: bytes,
    nr_b: bytes,
    encryption_size: int,
    integrity_size: int,
    g_qm_xy: bytes = b"",
) -> SaKeys:
    """KEYMAT of one IPsec SA cut up: the encryption key first (RFC 2401 section 4.6.2).

    Sizes in octets as `sizes.encryption_key_size` and `sizes.integrity_key_size` give them; AH has no
    encryption. Both directions: once with each side's SPI.
    """
    size = encryption_size + integrity_size
    octets = keymat(hash_, skeyid_d, protocol, spi, ni_b, nr_b, size, g_qm_xy)
    return SaKeys(octets[:encryption_size], octets[encryption_size:])


def nat_detection_hash(hash_: Hash, cky_i: bytes, cky_r: bytes, address: bytes, port: int) -> bytes:
    """HASH(CKY-I | CKY-R | IP | Port) (RFC 3947 section 3.2). `address` is 4 or 16 octets."""
    return hash_(cky_i + cky_r + address + port.to_bytes(2, "big"))


def _m_id(message_id: int) -> bytes:
    return message_id.to_bytes(4, "big")
