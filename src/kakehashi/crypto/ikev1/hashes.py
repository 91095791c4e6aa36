"""The hash that phase 1 agrees on, and its HMAC: the prf where none is agreed on (RFC 2409 section 4)."""

import hashlib
import hmac
from dataclasses import dataclass

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.wire.registry.ikev1 import HashAlgorithm


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash function: `hash(data)` gives `size` octets, and so does `hash.prf(key, data)`, its HMAC."""

    id: HashAlgorithm
    size: int
    name: str

    def __call__(self, data: bytes) -> bytes:
        # MD5 and SHA-1 are what old devices have; the choice is the configuration's.
        return hashlib.new(self.name, data, usedforsecurity=False).digest()

    def prf(self, key: bytes, data: bytes) -> bytes:
        """The HMAC of `data` by a key of any size (RFC 2104)."""
        return hmac.digest(key, data, self.name)


def hash_function(hash_id: HashAlgorithm) -> Hash:
    """The function of that number. Raises UnsupportedAlgorithm."""
    found = _HASHES.get(hash_id)
    if found is None:
        raise UnsupportedAlgorithm(f"hash algorithm {hash_id.name} is not implemented")
    return found


def supported() -> frozenset[HashAlgorithm]:
    """Every function that `hash_function` knows."""
    return frozenset(_HASHES)


_HASHES = {
    hash_id: Hash(hash_id, size, name)
    for hash_id, size, name in (
        (HashAlgorithm.MD5, 16, "md5"),
        (HashAlgorithm.SHA, 20, "sha1"),
        (HashAlgorithm.SHA2_256, 32, "sha256"),
        (HashAlgorithm.SHA2_384, 48, "sha384"),
        (HashAlgorithm.SHA2_512, 64, "sha512"),
    )
}
