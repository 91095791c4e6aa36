"""ESP in transport mode (RFC 4303), packet by packet: enough for a laptop that says little."""

import struct
from collections.abc import Callable

from kakehashi.crypto.errors import CryptoError
from kakehashi.crypto.protection import Protection, protection
from kakehashi.crypto.sizes import cipher_block_size, icv_size, iv_size
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.wire.registry.ikev2 import IntegrityId

_HEADER = struct.Struct("!II")  # SPI, sequence number
_ALIGNMENT = 4
UDP = 17


class Esp:
    """One pair of SAs. ValueError: it is none of ESP alone. `entropy(n)`: n random octets."""

    def __init__(self, sa: ChildSa, entropy: Callable[[int], bytes]) -> None:
        if sa.cipher is None or sa.ah_spi_out is not None:
            raise ValueError("this laptop has ESP alone")
        self.sa = sa
        self._entropy = entropy
        self._sequence = 0
        self._iv = iv_size(sa.cipher.id)
        self._icv = icv_size(sa.cipher.id, sa.integrity)
        self._block = max(cipher_block_size(sa.cipher.id), _ALIGNMENT)
        self._out = _protection(sa.cipher, sa.integrity, sa.keys_out)
        self._in = _protection(sa.cipher, sa.integrity, sa.keys_in)

    def seal(self, payload: bytes) -> bytes:
        """The ESP packet of a UDP datagram; padding counts from one (section 2.4)."""
        self._sequence += 1
        header = _HEADER.pack(self.sa.spi_out, self._sequence)
        padding = -(len(payload) + 2) % self._block
        plain = payload + bytes(range(1, padding + 1)) + bytes((padding, UDP))
        iv = self._entropy(self._iv)
        return header + iv + self._out.seal(header, iv, plain)

    def open(self, packet: bytes) -> bytes | None:
        """The UDP datagram of an ESP packet; None: it is not ours, or not whole."""
        if len(packet) < _HEADER.size + self._iv + self._icv + 2:
            return None
        spi, _ = _HEADER.unpack_from(packet)
        if spi != self.sa.spi_in:
            return None
        header, rest = packet[: _HEADER.size], packet[_HEADER.size :]
        try:
            plain = self._in.open(header, rest[: self._iv], rest[self._iv :])
        except CryptoError:
            return None
        if len(plain) < 2 or plain[-1] != UDP or plain[-2] + 2 > len(plain):
            return None
        return plain[: -2 - plain[-2]]


def _protection(cipher: Cipher, integrity: IntegrityId, keys: EspKeys) -> Protection:
    return protection(cipher.id, cipher.key_bits, integrity, keys.encryption.octets, keys.integrity.octets)
