"""The pseudorandom functions of transform type 2, and prf+ (RFC 7296 section 2.13)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from kakehashi.crypto import aes_mac
from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.keyed_hash import Hmac
from kakehashi.wire.registry.ikev2 import PrfId


@dataclass(frozen=True, slots=True)
class Prf:
    """A pseudorandom function: `prf(key, data)` gives `output_size` octets for a key of any size.

    `key_size`: octets of its preferred key, the size of SK_d, SK_pi and SK_pr. `nonce_prefix`: how many
    octets of each nonce make the key of SKEYSEED, None for all (RFC 7296 section 2.14).
    """

    id: PrfId
    key_size: int
    output_size: int
    nonce_prefix: int | None
    function: Callable[[bytes, bytes], bytes] = field(repr=False)
    digest: HashAlgorithm | None = field(default=None, repr=False)  # of HMAC

    def __call__(self, key: bytes, data: bytes) -> bytes:
        return self.function(key, data)

    def plus(self, key: bytes, seed: bytes, length: int) -> bytes:
        """prf+ (RFC 7296 section 2.13): `length` octets.

        T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), and so on. ValueError beyond 255 rounds.
        """
        rounds = -(-length // self.output_size)
        if rounds > 255:
            raise ValueError(f"prf+ of {self.id.name} ends at {255 * self.output_size} octets")
        if self.digest is not None and length:
            # The Expand of HKDF (RFC 5869 section 2.3) is prf+ with HMAC, and one call.
            return HKDFExpand(self.digest, length, seed).derive(key)
        block, blocks = b"", []
        for counter in range(1, rounds + 1):
            block = self.function(key, block + seed + counter.to_bytes(1, "big"))
            blocks.append(block)
        return b"".join(blocks)[:length]


def prf(prf_id: PrfId) -> Prf:
    """The function of that number. Raises UnsupportedAlgorithm."""
    found = _PRFS.get(prf_id)
    if found is None:
        raise UnsupportedAlgorithm(f"pseudorandom function {prf_id.name} is not implemented")
    return found


def supported() -> frozenset[PrfId]:
    """Every function that `prf` knows."""
    return frozenset(_PRFS)


def _hmac(prf_id: PrfId, digest: HashAlgorithm) -> Prf:
    return Prf(prf_id, digest.digest_size, digest.digest_size, None, Hmac(digest.name), digest)


def _aes128_xcbc(key: bytes, data: bytes) -> bytes:
    """RFC 4434: a short key is padded with zeros, of a long one XCBC under key zero is taken."""
    if len(key) > 16:
        key = aes_mac.xcbc(bytes(16), key)
    return aes_mac.xcbc(key.ljust(16, b"\x00"), data)


def _aes128_cmac(key: bytes, data: bytes) -> bytes:
    """RFC 4615 section 3: any key that is not 16 octets long is replaced by its CMAC under key zero."""
    if len(key) != 16:
        key = aes_mac.cmac(bytes(16), key)
    return aes_mac.cmac(key, data)


# HMAC with MD5 and SHA-1 still stands (RFC 6151, RFC 6194).
_PRFS = {
    PrfId.PRF_HMAC_MD5: _hmac(PrfId.PRF_HMAC_MD5, MD5()),  # noqa: S303
    PrfId.PRF_HMAC_SHA1: _hmac(PrfId.PRF_HMAC_SHA1, SHA1()),  # noqa: S303
    PrfId.PRF_HMAC_SHA2_256: _hmac(PrfId.PRF_HMAC_SHA2_256, SHA256()),
    PrfId.PRF_HMAC_SHA2_384: _hmac(PrfId.PRF_HMAC_SHA2_384, SHA384()),
    PrfId.PRF_HMAC_SHA2_512: _hmac(PrfId.PRF_HMAC_SHA2_512, SHA512()),
    # RFC 7296 section 2.14 keeps the 64 + 64 bits of the nonces from the time when these took fixed keys.
    PrfId.PRF_AES128_XCBC: Prf(PrfId.PRF_AES128_XCBC, 16, 16, 8, _aes128_xcbc),
    PrfId.PRF_AES128_CMAC: Prf(PrfId.PRF_AES128_CMAC, 16, 16, 8, _aes128_cmac),
}
