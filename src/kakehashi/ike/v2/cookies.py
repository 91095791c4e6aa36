"""Stateless cookies (RFC 7296 section 2.6)."""

import hashlib
import hmac
from collections.abc import Callable

from kakehashi.model.address import Path

_DIGEST = 24


class Cookies:
    """Makes and knows cookies: `<number of the secret> | keyed hash of Ni, IPi and SPIi`.

    A secret is used for `lifetime` seconds, and its cookies are good for as long again.
    """

    def __init__(self, entropy: Callable[[int], bytes], lifetime: float) -> None:
        self._entropy = entropy
        self._lifetime = lifetime
        self._secrets: dict[int, bytes] = {}

    def make(self, nonce: bytes, spi_i: bytes, path: Path, now: float) -> bytes:
        """The data of the COOKIE notification that the initiator has to return."""
        number = int(now // self._lifetime)
        if number not in self._secrets:
            self._secrets = {n: s for n, s in self._secrets.items() if n == number - 1}
            self._secrets[number] = self._entropy(32)
        return bytes([number & 0xFF]) + self._digest(self._secrets[number], nonce, spi_i, path)

    def is_good(self, cookie: bytes, nonce: bytes, spi_i: bytes, path: Path, now: float) -> bool:
        """Did we make this cookie for the same initiator, not long ago?"""
        current = int(now // self._lifetime)
        for number in (current, current - 1):
            secret = self._secrets.get(number)
            if secret is not None and cookie[:1] == bytes([number & 0xFF]):
                return hmac.compare_digest(cookie[1:], self._digest(secret, nonce, spi_i, path))
        return False

    def _digest(self, secret: bytes, nonce: bytes, spi_i: bytes, path: Path) -> bytes:
        data = nonce + path.remote.ip.packed + spi_i
        return hashlib.blake2b(data, key=secret, digest_size=_DIGEST).digest()
