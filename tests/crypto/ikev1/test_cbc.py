"""The ciphers of ISAKMP messages against published vectors, and how messages are chained."""

import pytest

from kakehashi.crypto.errors import BadPadding, UnsupportedAlgorithm
from kakehashi.crypto.ikev1.cbc import Cbc, block_size, key_size
from kakehashi.wire.registry.ikev2 import EncryptionId
from tests.crypto.published import Case, cases

CBC = ("ENCR_DES", "ENCR_3DES", "ENCR_AES_CBC")
KEY_BITS = {EncryptionId.ENCR_AES_CBC: 128}
CIPHERS = [EncryptionId[name] for name in CBC]


def cipher(encryption: EncryptionId) -> Cbc:
    bits = KEY_BITS.get(encryption, 0)
    return Cbc(encryption, bits, bytes(range(key_size(encryption, bits))))


@pytest.mark.parametrize("case", [c for c in cases("ciphers") if c.values[0]["cipher"] in CBC])
def test_cipher_gives_the_published_ciphertext(case: Case) -> None:
    encryption, key = EncryptionId[case["cipher"]], case.octets("key")
    bits = 8 * len(key) if encryption is EncryptionId.ENCR_AES_CBC else 0
    guard = Cbc(encryption, bits, key)
    assert guard.encrypt(case.octets("iv"), case.octets("plaintext")) == case.octets("ciphertext")
    assert guard.decrypt(case.octets("iv"), case.octets("ciphertext")) == case.octets("plaintext")


def test_des_has_a_published_vector_among_them() -> None:
    assert cases("ciphers", cipher="ENCR_DES")


@pytest.mark.parametrize("encryption", CIPHERS)
def test_messages_are_filled_with_zeros_to_the_block_and_no_further(encryption: EncryptionId) -> None:
    guard = cipher(encryption)
    block = block_size(encryption)
    assert guard.block_size == block == (16 if encryption is EncryptionId.ENCR_AES_CBC else 8)
    for size in range(1, 3 * block):
        plaintext = bytes([7]) * size
        ciphertext = guard.encrypt(bytes(block), plaintext)
        assert len(ciphertext) == -(-size // block) * block
        assert guard.decrypt(bytes(block), ciphertext) == plaintext + bytes(-size % block)


@pytest.mark.parametrize("encryption", CIPHERS)
def test_the_next_message_goes_on_where_the_last_ended(encryption: EncryptionId) -> None:
    """RFC 2409 appendix B: two messages in a row are the ciphertext of one."""
    guard = cipher(encryption)
    iv, block = bytes(range(guard.block_size)), guard.block_size
    first = guard.encrypt(iv, b"a" * 2 * block)
    second = guard.encrypt(guard.next_iv(first), b"b" * block)
    assert first + second == guard.encrypt(iv, b"a" * 2 * block + b"b" * block)
    assert guard.decrypt(guard.next_iv(first), second) == b"b" * block


@pytest.mark.parametrize("encryption", CIPHERS)
def test_a_ciphertext_that_is_not_whole_blocks_is_bad_padding(encryption: EncryptionId) -> None:
    guard = cipher(encryption)
    for size in (0, 1, guard.block_size - 1, guard.block_size + 1):
        with pytest.raises(BadPadding, match=f"{size} octets"):
            guard.decrypt(bytes(guard.block_size), bytes(size))


def test_what_cannot_protect_an_isakmp_sa_is_refused() -> None:
    for encryption in (EncryptionId.ENCR_NULL, EncryptionId.ENCR_AES_GCM_16, EncryptionId.ENCR_BLOWFISH):
        with pytest.raises(UnsupportedAlgorithm, match=encryption.name):
            Cbc(encryption, 128, bytes(16))
    with pytest.raises(UnsupportedAlgorithm):
        Cbc(EncryptionId.ENCR_AES_CBC, 0, bytes(16))


def test_keys_of_a_wrong_size_are_our_mistake() -> None:
    for encryption, bits, size in (
        (EncryptionId.ENCR_DES, 0, 7),
        (EncryptionId.ENCR_3DES, 0, 16),
        (EncryptionId.ENCR_AES_CBC, 256, 16),
    ):
        with pytest.raises(ValueError, match=encryption.name):
            Cbc(encryption, bits, bytes(size))


def test_keys_are_not_printed() -> None:
    assert repr(cipher(EncryptionId.ENCR_DES)) == "Cbc(***)"
