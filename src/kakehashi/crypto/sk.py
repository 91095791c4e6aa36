"""The protection of the Encrypted payload, SK and SKF (RFC 7296 section 3.14, RFC 5282, RFC 7383).

                  1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+   -+
~ IKE header, payloads before, generic header (SKF: numbers)    ~    | header
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+   -+
~ Initialization Vector                                         ~    |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+    |
~ Encrypted: the inner payloads                                 ~    | body
+               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+    |
~               ~ Padding (0-255 octets)        |  Pad Length   |    |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+    |
~ Integrity Checksum Data                                       ~    |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+   -+
"""

from kakehashi.crypto.errors import BadPadding, IntegrityFailure
from kakehashi.crypto.protection import protection
from kakehashi.crypto.sizes import cipher_shape, icv_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId


class SkProtection:
    """One direction of an IKE SA: seals what we send with our keys, or opens what the peer sent with its.

    `sk_e` includes the salt. With an AEAD cipher `integrity` is NONE and `sk_a` is empty. Raises as
    `protection.protection` does.
    """

    __slots__ = ("_block", "_protection", "icv_size", "iv_size")

    def __init__(
        self, encryption: EncryptionId, key_bits: int, integrity: IntegrityId, sk_e: bytes, sk_a: bytes
    ) -> None:
        shape = cipher_shape(encryption)
        self.iv_size = shape.iv
        self.icv_size = icv_size(encryption, integrity)
        self._block = shape.block
        self._protection = protection(encryption, key_bits, integrity, sk_e, sk_a)

    def __repr__(self) -> str:
        return "SkProtection(***)"

    def body_size(self, plaintext_size: int) -> int:
        """Octets of the body that `seal` makes of `plaintext_size` octets."""
        return self.iv_size + plaintext_size + self._pad_length(plaintext_size) + 1 + self.icv_size

    def seal(self, header: bytes, plaintext: bytes, iv: bytes) -> bytes:
        """IV | ciphertext | ICV of the inner payloads `plaintext`.

        `header`: all octets of the message before the IV, their length fields final (see `body_size`). `iv`:
        `iv_size` octets, unpredictable for CBC; for every other cipher never used twice with one key.
        """
        if len(iv) != self.iv_size:
            raise ValueError(f"an IV of {len(iv)} octets where {self.iv_size} are needed")
        pad_length = self._pad_length(len(plaintext))
        return iv + self._protection.seal(header, iv, plaintext + bytes(pad_length) + bytes((pad_length,)))

    def open(self, header: bytes, body: bytes) -> bytes:
        """The inner payloads of IV | ciphertext | ICV, after all octets of the message before them.

        Raises IntegrityFailure; BadPadding where the peer's own authentic message is malformed.
        """
        # The shortest plaintext is the Pad Length alone.
        if len(body) < self.iv_size + 1 + self.icv_size:
            raise IntegrityFailure(f"an Encrypted payload of {len(body)} octets is too short")
        padded = self._protection.open(header, body[: self.iv_size], body[self.iv_size :])
        end = len(padded) - 1 - padded[-1]
        if end < 0:
            raise BadPadding(f"Pad Length {padded[-1]} in {len(padded)} octets")
        return padded[:end]

    def _pad_length(self, plaintext_size: int) -> int:
        """The least that fills a block together with the Pad Length octet."""
        return -(plaintext_size + 1) % self._block
