"""What each algorithm takes of KEYMAT and of a packet, as its RFC says."""

import pytest

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.sizes import (
    CIPHERS,
    cipher_block_size,
    encryption_key_size,
    icv_size,
    integrity_key_size,
    iv_size,
    salt_size,
)
from kakehashi.wire.registry.ikev2 import AEAD_CIPHERS, EncryptionId, IntegrityId


@pytest.mark.parametrize(
    ("cipher", "key_bits", "keymat", "salt", "iv", "block", "icv"),
    [
        (EncryptionId.ENCR_DES, 0, 8, 0, 8, 8, 0),  # RFC 2405
        (EncryptionId.ENCR_3DES, 0, 24, 0, 8, 8, 0),  # RFC 2451
        (EncryptionId.ENCR_NULL, 0, 0, 0, 0, 1, 0),  # RFC 2410
        (EncryptionId.ENCR_AES_CBC, 128, 16, 0, 16, 16, 0),  # RFC 3602
        (EncryptionId.ENCR_AES_CBC, 192, 24, 0, 16, 16, 0),
        (EncryptionId.ENCR_AES_CBC, 256, 32, 0, 16, 16, 0),
        (EncryptionId.ENCR_AES_CTR, 128, 20, 4, 8, 1, 0),  # RFC 3686 section 5.1
        (EncryptionId.ENCR_AES_CTR, 256, 36, 4, 8, 1, 0),
        (EncryptionId.ENCR_AES_CCM_8, 128, 19, 3, 8, 1, 8),  # RFC 4309 section 7.1
        (EncryptionId.ENCR_AES_CCM_12, 192, 27, 3, 8, 1, 12),
        (EncryptionId.ENCR_AES_CCM_16, 256, 35, 3, 8, 1, 16),
        (EncryptionId.ENCR_AES_GCM_8, 128, 20, 4, 8, 1, 8),  # RFC 4106 section 8.1
        (EncryptionId.ENCR_AES_GCM_12, 192, 28, 4, 8, 1, 12),
        (EncryptionId.ENCR_AES_GCM_16, 256, 36, 4, 8, 1, 16),
        (EncryptionId.ENCR_CHACHA20_POLY1305, 0, 36, 4, 8, 1, 16),  # RFC 7634 section 2
    ],
)
def test_cipher(
    cipher: EncryptionId, key_bits: int, keymat: int, salt: int, iv: int, block: int, icv: int
) -> None:
    assert encryption_key_size(cipher, key_bits) == keymat
    assert salt_size(cipher) == salt
    assert iv_size(cipher) == iv
    assert cipher_block_size(cipher) == block
    assert icv_size(cipher) == icv


def test_exactly_the_aead_ciphers_make_their_own_icv() -> None:
    assert {cipher for cipher in CIPHERS if icv_size(cipher)} == set(CIPHERS) & AEAD_CIPHERS


@pytest.mark.parametrize(
    ("integrity", "key", "icv"),
    [
        (IntegrityId.NONE, 0, 0),
        (IntegrityId.AUTH_HMAC_MD5_96, 16, 12),
        (IntegrityId.AUTH_HMAC_SHA1_96, 20, 12),
        (IntegrityId.AUTH_AES_XCBC_96, 16, 12),
        (IntegrityId.AUTH_AES_CMAC_96, 16, 12),
        (IntegrityId.AUTH_HMAC_SHA2_256_128, 32, 16),  # RFC 4868 section 2.6
        (IntegrityId.AUTH_HMAC_SHA2_384_192, 48, 24),
        (IntegrityId.AUTH_HMAC_SHA2_512_256, 64, 32),
    ],
)
def test_integrity(integrity: IntegrityId, key: int, icv: int) -> None:
    assert integrity_key_size(integrity) == key
    assert icv_size(EncryptionId.ENCR_NULL, integrity) == icv


@pytest.mark.parametrize(
    ("cipher", "key_bits"),
    [
        (EncryptionId.ENCR_AES_CBC, 0),
        (EncryptionId.ENCR_AES_CBC, 129),
        (EncryptionId.ENCR_AES_GCM_16, 512),
        (EncryptionId.ENCR_CHACHA20_POLY1305, 256),
        (EncryptionId.ENCR_3DES, 192),
        (EncryptionId.ENCR_BLOWFISH, 128),
        (EncryptionId(999), 128),
    ],
)
def test_other_ciphers_and_key_lengths_are_refused_by_name(cipher: EncryptionId, key_bits: int) -> None:
    with pytest.raises(UnsupportedAlgorithm, match=cipher.name):
        encryption_key_size(cipher, key_bits)


def test_other_integrity_algorithms_are_refused_by_name() -> None:
    for integrity in (IntegrityId.AUTH_HMAC_SHA1_160, IntegrityId(999)):
        with pytest.raises(UnsupportedAlgorithm, match=integrity.name):
            integrity_key_size(integrity)
