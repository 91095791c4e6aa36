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

import hmac
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from kakehashi.crypto.errors import BadPadding, IntegrityFailure, UnsupportedAlgorithm
from kakehashi.crypto.integrity import integrity_function
from kakehashi.crypto.sizes import cipher_shape, encryption_key_size, icv_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

_GCM = {EncryptionId.ENCR_AES_GCM_8, EncryptionId.ENCR_AES_GCM_12, EncryptionId.ENCR_AES_GCM_16}
_CCM = {EncryptionId.ENCR_AES_CCM_8, EncryptionId.ENCR_AES_CCM_12, EncryptionId.ENCR_AES_CCM_16}


class SkProtection:
    """One direction of an IKE SA: seals what we send with our keys, or opens what the peer sent with its.

    `sk_e` includes the salt. With an AEAD cipher `integrity` is NONE and `sk_a` is empty (RFC 5282 section
    8). Raises UnsupportedAlgorithm, also for ENCR_NULL (RFC 7296 section 5 forbids it here) and for a cipher
    that needs an integrity algorithm and has none; ValueError for keys of a wrong size.
    """

    __slots__ = ("_block", "_transform", "icv_size", "iv_size")

    def __init__(
        self, encryption: EncryptionId, key_bits: int, integrity: IntegrityId, sk_e: bytes, sk_a: bytes
    ) -> None:
        shape = cipher_shape(encryption)
        if len(sk_e) != encryption_key_size(encryption, key_bits):
            raise ValueError(f"SK_e of {encryption.name} with {key_bits} bits has a wrong size: {len(sk_e)}")
        self.iv_size = shape.iv
        self.icv_size = icv_size(encryption, integrity)
        self._block = shape.block
        self._transform = _transform(encryption, integrity, sk_e, sk_a)

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
        return iv + self._transform.seal(header, iv, plaintext + bytes(pad_length) + bytes((pad_length,)))

    def open(self, header: bytes, body: bytes) -> bytes:
        """The inner payloads of IV | ciphertext | ICV, after all octets of the message before them.

        Raises IntegrityFailure; BadPadding where the peer's own authentic message is malformed.
        """
        # The shortest plaintext is the Pad Length alone.
        if len(body) < self.iv_size + 1 + self.icv_size:
            raise IntegrityFailure(f"an Encrypted payload of {len(body)} octets is too short")
        padded = self._transform.open(header, body[: self.iv_size], body[self.iv_size :])
        end = len(padded) - 1 - padded[-1]
        if end < 0:
            raise BadPadding(f"Pad Length {padded[-1]} in {len(padded)} octets")
        return padded[:end]

    def _pad_length(self, plaintext_size: int) -> int:
        """The least that fills a block together with the Pad Length octet."""
        return -(plaintext_size + 1) % self._block


class _Transform(Protocol):
    def seal(self, header: bytes, iv: bytes, padded: bytes) -> bytes: ...
    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes: ...


def _transform(encryption: EncryptionId, integrity: IntegrityId, sk_e: bytes, sk_a: bytes) -> _Transform:
    shape = cipher_shape(encryption)
    if encryption is EncryptionId.ENCR_NULL:
        raise UnsupportedAlgorithm("ENCR_NULL cannot protect an IKE SA")
    if not shape.icv:
        return _EncryptThenMac(encryption, integrity, sk_e, sk_a)
    if integrity is not IntegrityId.NONE:
        raise UnsupportedAlgorithm(f"{encryption.name} does not go together with {integrity.name}")
    if sk_a:
        raise ValueError(f"{encryption.name} has no SK_a")
    key, salt = sk_e[: -shape.salt], sk_e[-shape.salt :]
    if encryption in _GCM:
        return _Gcm(key, salt, shape.icv)
    if encryption in _CCM:
        return _Aead(AESCCM(key, tag_length=shape.icv), salt)
    return _Aead(ChaCha20Poly1305(key), salt)


class _Aead:
    """Nonce: salt | IV. Associated data: the header (RFC 5282 section 5.1)."""

    __slots__ = ("_aead", "_salt")

    def __init__(self, aead: AESCCM | AESGCM | ChaCha20Poly1305, salt: bytes) -> None:
        self._aead = aead
        self._salt = salt

    def seal(self, header: bytes, iv: bytes, padded: bytes) -> bytes:
        return self._aead.encrypt(self._salt + iv, padded, header)

    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes:
        try:
            return self._aead.decrypt(self._salt + iv, sealed, header)
        except InvalidTag:
            raise _integrity_failure() from None


class _Gcm(_Aead):
    """AES-GCM with a tag that may be cut; AESGCM knows only whole tags."""

    __slots__ = ("_cipher", "_icv")

    def __init__(self, key: bytes, salt: bytes, icv: int) -> None:
        super().__init__(AESGCM(key), salt)
        self._cipher = algorithms.AES(key)
        self._icv = icv

    def seal(self, header: bytes, iv: bytes, padded: bytes) -> bytes:
        return super().seal(header, iv, padded)[: len(padded) + self._icv]

    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes:
        if self._icv == 16:
            return super().open(header, iv, sealed)
        mode = modes.GCM(self._salt + iv, sealed[-self._icv :], min_tag_length=self._icv)
        decryptor = Cipher(self._cipher, mode).decryptor()
        decryptor.authenticate_additional_data(header)
        padded = decryptor.update(sealed[: -self._icv])
        try:
            return padded + decryptor.finalize()
        except InvalidTag:
            raise _integrity_failure() from None


class _EncryptThenMac:
    """A cipher and an integrity algorithm; the ICV covers header, IV and ciphertext."""

    __slots__ = ("_cipher", "_icv", "_mac", "_nonce")

    def __init__(self, encryption: EncryptionId, integrity: IntegrityId, sk_e: bytes, sk_a: bytes) -> None:
        self._mac = integrity_function(integrity, sk_a)
        self._icv = icv_size(encryption, integrity)
        self._nonce: bytes | None = None
        self._cipher: algorithms.AES | TripleDES
        if encryption is EncryptionId.ENCR_3DES:
            self._cipher = TripleDES(sk_e)
        elif encryption is EncryptionId.ENCR_AES_CBC:
            self._cipher = algorithms.AES(sk_e)
        else:
            self._cipher, self._nonce = algorithms.AES(sk_e[:-4]), sk_e[-4:]

    def seal(self, header: bytes, iv: bytes, padded: bytes) -> bytes:
        encryptor = Cipher(self._cipher, self._mode(iv)).encryptor()
        ciphertext = encryptor.update(padded) + encryptor.finalize()
        return ciphertext + self._mac(header + iv + ciphertext)

    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes:
        ciphertext, icv = sealed[: -self._icv], sealed[-self._icv :]
        if not hmac.compare_digest(self._mac(header + iv + ciphertext), icv):
            raise _integrity_failure()
        decryptor = Cipher(self._cipher, self._mode(iv)).decryptor()
        try:
            return decryptor.update(ciphertext) + decryptor.finalize()
        except ValueError:
            raise BadPadding(f"{len(ciphertext)} octets of ciphertext are not whole blocks") from None

    def _mode(self, iv: bytes) -> modes.CBC | modes.CTR:
        if self._nonce is None:
            return modes.CBC(iv)
        # RFC 3686 section 4: nonce | IV | a block counter that starts with one.
        return modes.CTR(self._nonce + iv + b"\x00\x00\x00\x01")


def _integrity_failure() -> IntegrityFailure:
    return IntegrityFailure("the Integrity Checksum Data does not fit")
