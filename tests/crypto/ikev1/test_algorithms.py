"""The numbers of IKEv1 and the algorithms that they mean."""

import pytest

from kakehashi.crypto.ikev1 import algorithms
from kakehashi.crypto.ikev1.cbc import key_size
from kakehashi.crypto.key_exchange import generate
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY
from kakehashi.wire.registry.ikev1 import (
    AhTransform,
    AuthenticationAlgorithm,
    EncryptionAlgorithm,
    EspTransform,
    GroupDescription,
)
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

NEEDED_GROUPS = (1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 24)


def key_lengths(cipher: EncryptionId) -> list[int | None]:
    return [bits or None for bits in CIPHERS[cipher].key_bits]


@pytest.mark.parametrize("encryption", [EncryptionAlgorithm.DES_CBC, EncryptionAlgorithm.TRIPLE_DES_CBC])
def test_a_cipher_of_one_length_has_no_key_length(encryption: EncryptionAlgorithm) -> None:
    """RFC 2409 appendix A: "This attribute MUST NOT be used when the specified ... is a fixed length cipher"."""
    found = algorithms.phase1_cipher(encryption, None)
    assert found is not None
    assert found[1] == 0
    assert algorithms.phase1_cipher(encryption, 64) is None


def test_aes_must_say_its_key_length() -> None:
    """RFC 3602 section 5.1."""
    assert algorithms.phase1_cipher(EncryptionAlgorithm.AES_CBC, None) is None
    assert algorithms.esp_cipher(EspTransform.AES_CBC, None) is None
    assert algorithms.phase1_cipher(EncryptionAlgorithm.AES_CBC, 100) is None
    for bits in (128, 192, 256):
        aes = (EncryptionId.ENCR_AES_CBC, bits)
        assert algorithms.phase1_cipher(EncryptionAlgorithm.AES_CBC, bits) == aes
        assert algorithms.esp_cipher(EspTransform.AES_CBC, bits) == aes


def test_a_cipher_that_is_not_here_is_none() -> None:
    for number in (EncryptionAlgorithm.CAMELLIA_CBC, EncryptionAlgorithm.CAST_CBC, 0, 999):
        assert algorithms.phase1_cipher(number, None) is None
        assert algorithms.phase1_cipher(number, 128) is None
    for transform in (EspTransform.CAMELLIA, EspTransform.NULL_AUTH_AES_GMAC, 0, 999):
        assert algorithms.esp_cipher(transform, None) is None
        assert algorithms.esp_cipher(transform, 128) is None


def test_every_cipher_of_phase_1_can_encrypt_its_messages_and_has_its_number_back() -> None:
    found = {algorithms.phase1_cipher(number, bits) for number in range(70) for bits in (None, 128, 192, 256)}
    found.discard(None)
    assert len(found) == 5
    for cipher, bits in found:
        assert key_size(cipher, bits)
        number = algorithms.phase1_encryption(cipher)
        assert number is not None
        assert algorithms.phase1_cipher(number, bits or None) == (cipher, bits)


def test_every_esp_cipher_but_chacha20_has_a_transform() -> None:
    """RFC 7634 gives ChaCha20-Poly1305 to IKEv2 alone."""
    without = {cipher for cipher in CIPHERS if algorithms.esp_transform(cipher) is None}
    assert without == {EncryptionId.ENCR_CHACHA20_POLY1305}
    for cipher in CIPHERS.keys() - without:
        number = algorithms.esp_transform(cipher)
        assert number is not None
        assert number.name.removeprefix("TRIPLE_").startswith(cipher.name.removeprefix("ENCR_").lstrip("3"))
        for bits in key_lengths(cipher):
            assert algorithms.esp_cipher(number, bits) == (cipher, bits or 0)


def test_every_integrity_algorithm_but_cmac_has_an_attribute_and_an_ah_transform() -> None:
    without = {i for i in INTEGRITY if algorithms.authentication_algorithm(i) is None}
    assert without == {IntegrityId.NONE, IntegrityId.AUTH_AES_CMAC_96}
    for integrity in INTEGRITY.keys() - without:
        attribute = algorithms.authentication_algorithm(integrity)
        transform = algorithms.ah_transform(integrity)
        assert attribute is not None
        assert transform is not None
        assert algorithms.integrity(attribute) == integrity
        assert algorithms.ah_integrity(transform, attribute) == integrity
    assert all(algorithms.ah_transform(i) is None for i in without)


def test_an_ah_transform_with_the_attribute_of_another_is_none() -> None:
    """RFC 2407 section 4.4.3: AH_MD5 goes with HMAC-MD5 or KPDK, AH_SHA with HMAC-SHA, and so on."""
    assert algorithms.ah_integrity(AhTransform.MD5, AuthenticationAlgorithm.HMAC_SHA) is None
    assert algorithms.ah_integrity(AhTransform.MD5, AuthenticationAlgorithm.KPDK) is None
    assert algorithms.ah_integrity(99, AuthenticationAlgorithm.HMAC_SHA) is None


def test_groups_are_those_that_key_exchange_can_do_and_ikev1_has() -> None:
    found = {number for number in range(100) if algorithms.group(number)}
    assert found >= set(NEEDED_GROUPS)
    assert KeyExchangeId.CURVE25519 not in found
    assert KeyExchangeId.NONE not in found
    for number in found:
        group = algorithms.group(number)
        assert group == number
        assert group is not None
        assert GroupDescription(number).name == group.name


@pytest.mark.parametrize("number", NEEDED_GROUPS[:3] + NEEDED_GROUPS[8:])
def test_both_sides_have_one_secret_as_long_as_the_group(number: int) -> None:
    """RFC 2409 section 5: g^xy is padded to the modulus; of a curve it is x (RFC 5903 section 7)."""
    group = algorithms.group(number)
    assert group is not None
    ours, theirs = (generate(group, lambda size, seed=seed: bytes([seed]) * size) for seed in (0x11, 0x2F))
    size = len(ours.public) // 2 if number in (19, 20, 21) else len(ours.public)
    assert ours.shared(theirs.public) == theirs.shared(ours.public)
    assert len(ours.shared(theirs.public)) == size
