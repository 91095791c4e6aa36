"""Ciphers with their integrity: what turns a header, an IV and a plaintext into ciphertext | ICV and back.

No padding and no packet format here: the plaintext is whole blocks, and the header is whatever the ICV covers
besides. `sk` makes the Encrypted payload of it.
"""

import hmac
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from kakehashi.crypto.errors import BadPadding, IntegrityFailure, UnsupportedAlgorithm
from kakehashi.crypto.integrity import integrity_function
from kakehashi.crypto.sizes import CipherShape, cipher_shape, encryption_key_size, icv_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

_GCM = {EncryptionId.ENCR_AES_GCM_8, EncryptionId.ENCR_AES_GCM_12, EncryptionId.ENCR_AES_GCM_16}
_CCM = {EncryptionId.ENCR_AES_CCM_8, EncryptionId.ENCR_AES_CCM_12, EncryptionId.ENCR_AES_CCM_16}


class Protection(Protocol):
    """One key's worth of encryption and integrity. `iv` has the size that the cipher wants."""

    def seal(self, header: bytes, iv: bytes, plaintext: bytes) -> bytes:
        """Ciphertext | ICV. The ICV covers header, IV and ciphertext."""

    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes:
        """The plaintext. `sealed` is not shorter than the ICV. Raises IntegrityFailure, BadPadding."""


def protection(
    encryption: EncryptionId, key_bits: int, integrity: IntegrityId, key: bytes, integrity_key: bytes
) -> Protection:
    """Encryption by `key`, salt included, and integrity by `integrity_key`.

    With an AEAD cipher `integrity` is NONE and `integrity_key` empty (RFC 5282 section 8). Raises
    UnsupportedAlgorithm, also for ENCR_NULL and for a cipher that needs an integrity algorithm and has none
    (RFC 7296 section 5 forbids both); ValueError for keys of a wrong size.
    """
    shape = cipher_shape(encryption)
    if encryption is EncryptionId.ENCR_NULL:
        raise UnsupportedAlgorithm("ENCR_NULL cannot protect an IKE SA")
    if len(key) != encryption_key_size(encryption, key_bits):
        raise ValueError(f"{encryption.name} with {key_bits} bits does not take {len(key)} octets of key")
    if not shape.icv:
        return _EncryptThenMac(encryption, integrity, key, integrity_key)
    if integrity is not IntegrityId.NONE:
        raise UnsupportedAlgorithm(f"{encryption.name} does not go together with {integrity.name}")
    if integrity_key:
        raise ValueError(f"{encryption.name} has no key for integrity")
    return _aead(encryption, shape, key[: -shape.salt], key[-shape.salt :])


def _aead(encryption: EncryptionId, shape: CipherShape, key: bytes, salt: bytes) -> Protection:
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

    def seal(self, header: bytes, iv: bytes, plaintext: bytes) -> bytes:
        return self._aead.encrypt(self._salt + iv, plaintext, header)

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

    def seal(self, header: bytes, iv: bytes, plaintext: bytes) -> bytes:
        return super().seal(header, iv, plaintext)[: len(plaintext) + self._icv]

    def open(self, header: bytes, iv: bytes, sealed: bytes) -> bytes:
        if self._icv == 16:
            return super().open(header, iv, sealed)
        mode = modes.GCM(self._salt + iv, sealed[-self._icv :], min_tag_length=self._icv)
        decryptor = Cipher(self._cipher, mode).decryptor()
        decryptor.authenticate_additional_data(header)
        plaintext = decryptor.update(sealed[: -self._icv])
        try:
            return plaintext + decryptor.finalize()
        except InvalidTag:
            raise _integrity_failure() from None


class _EncryptThenMac:
    """A cipher and an integrity algorithm; the ICV covers header, IV and ciphertext."""

    __slots__ = ("_cipher", "_icv", "_mac", "_nonce")

    def __init__(
        self, encryption: EncryptionId, integrity: IntegrityId, key: bytes, integrity_key: bytes
    ) -> None:
        self._mac = integrity_function(integrity, integrity_key)
        self._icv = icv_size(encryption, integrity)
        self._nonce: bytes | None = None
        self._cipher: algorithms.AES | TripleDES
        if encryption is EncryptionId.ENCR_DES:
            self._cipher = TripleDES(3 * key)  # one key three times is DES
        elif encryption is EncryptionId.ENCR_3DES:
            self._cipher = TripleDES(key)
        elif encryption is EncryptionId.ENCR_AES_CBC:
            self._cipher = algorithms.AES(key)
        else:
            self._cipher, self._nonce = algorithms.AES(key[:-4]), key[-4:]

    def seal(self, header: bytes, iv: bytes, plaintext: bytes) -> bytes:
        encryptor = Cipher(self._cipher, self._mode(iv)).encryptor()
        ciphertext = encryptor.update(plaintext) + encryptor.finalize()
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
