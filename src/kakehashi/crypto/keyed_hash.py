"""HMAC (RFC 2104) with the hashes that both versions of IKE know."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

# MD5 and SHA-1 are what old devices have, and HMAC with them still stands (RFC 6151, RFC 6194).
_HASHES: dict[str, Callable[[bytes], Any]] = {
    "md5": partial(hashlib.md5, usedforsecurity=False),
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))


class Hmac:
    """Called with a key of any size and data, it gives the HMAC. `digest`: the hash by hashlib's name.

    Two calls of the hash: `hmac.digest` looks for the digest each time, which takes longer than the hashing.
    """

    __slots__ = ("_block_size", "_hash", "size")

    def __init__(self, digest: str) -> None:
        self._hash = _HASHES[digest]
        self._block_size: int = self._hash(b"").block_size
        self.size: int = self._hash(b"").digest_size

    def __call__(self, key: bytes, data: bytes) -> bytes:
        if len(key) > self._block_size:
            key = self._hash(key).digest()
        block = key.ljust(self._block_size, b"\0")
        inner: bytes = self._hash(block.translate(_INNER) + data).digest()
        outer: bytes = self._hash(block.translate(_OUTER) + inner).digest()
        return outer
