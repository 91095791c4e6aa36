"""The encryption of ISAKMP messages: CBC, chained from message to message (RFC 2409 appendix B).

The IV of a message is the last block of ciphertext of the message before it in its exchange; that of the
first comes of `key_schedule`. Nothing here remembers it.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kakehashi.crypto.errors import BadPadding, UnsupportedAlgorithm
from kakehashi.crypto.sizes import cipher_shape, encryption_key_size
from kakehashi.wire.registry.ikev2 import EncryptionId

_CBC = (EncryptionId.ENCR_DES, EncryptionId.ENCR_3DES, EncryptionId.ENCR_AES_CBC)


def key_size(encryption: EncryptionId, key_bits: int) -> int:
    """Octets of the key Ka. Raises UnsupportedAlgorithm for what cannot encrypt ISAKMP messages here."""
    if encryption not in _CBC:
        raise UnsupportedAlgorithm(f"{encryption.name} cannot protect an ISAKMP SA")
    return encryption_key_size(encryption, key_bits)


def block_size(encryption: EncryptionId) -> int:
    """Octets of a block, and so of an IV. Raises UnsupportedAlgorithm."""
    return cipher_shape(encryption).block


class Cbc:
    """One key, for both directions. Raises UnsupportedAlgorithm, and ValueError for a key of a wrong size."""

    __slots__ = ("_cipher", "block_size")

    def __init__(self, encryption: EncryptionId, key_bits: int, key: bytes) -> None:
        if len(key) != key_size(encryption, key_bits):
            raise ValueError(f"{encryption.name} with {key_bits} bits does not take {len(key)} octets of key")
        self.block_size = block_size(encryption)
        self._cipher: algorithms.AES | TripleDES
        match encryption:
            case EncryptionId.ENCR_DES:
                # 3DES with one key three times is DES (RFC 2451 section 2.2 warns of the same).
                self._cipher = TripleDES(3 * key)
            case EncryptionId.ENCR_3DES:
                self._cipher = TripleDES(key)
            case _:
                self._cipher = algorithms.AES(key)

    def __repr__(self) -> str:
        return "Cbc(***)"

    def pad(self, plaintext: bytes) -> bytes:
        """The payloads with zeros up to the nearest block, none if they fill it (RFC 2409 appendix B)."""
        return plaintext + bytes(-len(plaintext) % self.block_size)

    def encrypt(self, iv: bytes, plaintext: bytes) -> bytes:
        """The ciphertext of the payloads, which are padded here."""
        encryptor = Cipher(self._cipher, modes.CBC(iv)).encryptor()
        return encryptor.update(self.pad(plaintext)) + encryptor.finalize()

    def decrypt(self, iv: bytes, ciphertext: bytes) -> bytes:
        """The payloads with their padding. Raises BadPadding for what is not one or more whole blocks.

        With a wrong key it gives noise; nothing authenticates it but the hash within.
        """
        if not ciphertext or len(ciphertext) % self.block_size:
            raise BadPadding(f"{len(ciphertext)} octets of ciphertext are not whole blocks")
        decryptor = Cipher(self._cipher, modes.CBC(iv)).decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()

    def next_iv(self, ciphertext: bytes) -> bytes:
        """The IV of the message that follows one with this ciphertext: its last block."""
        return ciphertext[-self.block_size :]
