"""Every cipher against published vectors: encryption, decryption, refusal of what is not authentic."""

import pytest

from kakehashi.crypto.errors import BadPadding, IntegrityFailure, UnsupportedAlgorithm
from kakehashi.crypto.integrity import integrity_function
from kakehashi.crypto.protection import protection
from kakehashi.crypto.sizes import salt_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

from .ccm_reference import ccm
from .published import Case, cases

SHA1_KEY = bytes(range(20))


def key_bits(cipher: EncryptionId, key: bytes) -> int:
    """The Key Length attribute for key material with its salt."""
    if cipher in (EncryptionId.ENCR_DES, EncryptionId.ENCR_3DES, EncryptionId.ENCR_CHACHA20_POLY1305):
        return 0
    return 8 * (len(key) - salt_size(cipher))


@pytest.mark.parametrize("case", cases("ciphers"))
def test_cipher_gives_the_published_ciphertext(case: Case) -> None:
    cipher, key, iv = EncryptionId[case["cipher"]], case.octets("key"), case.octets("iv")
    plaintext, ciphertext = case.octets("plaintext"), case.octets("ciphertext")
    guard = protection(cipher, key_bits(cipher, key), IntegrityId.AUTH_HMAC_SHA1_96, key, SHA1_KEY)
    icv = integrity_function(IntegrityId.AUTH_HMAC_SHA1_96, SHA1_KEY)(b"header" + iv + ciphertext)
    assert guard.seal(b"header", iv, plaintext) == ciphertext + icv
    assert guard.open(b"header", iv, ciphertext + icv) == plaintext


@pytest.mark.parametrize("case", cases("aead"))
def test_aead_gives_the_published_ciphertext_and_icv(case: Case) -> None:
    cipher, key, iv = EncryptionId[case["cipher"]], case.octets("key"), case.octets("iv")
    guard = protection(cipher, key_bits(cipher, key), IntegrityId.NONE, key, b"")
    header, sealed = case.octets("header"), case.octets("sealed")
    if "plaintext" in case:
        assert guard.seal(header, iv, case.octets("plaintext")) == sealed
        assert guard.open(header, iv, sealed) == case.octets("plaintext")
    else:
        with pytest.raises(IntegrityFailure):
            guard.open(header, iv, sealed)


def test_the_ccm_reference_is_that_of_rfc_3610() -> None:
    """RFC 3610 section 8, packet vector #1, whose nonce is too long for IPsec."""
    packet = ccm(
        key=bytes(range(0xC0, 0xD0)),
        nonce=bytes.fromhex("00000003020100a0a1a2a3a4a5"),
        header=bytes(range(8)),
        plaintext=bytes(range(8, 31)),
        icv=8,
    )
    assert packet.hex() == "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"


@pytest.mark.parametrize("case", cases("aead", cipher="ENCR_AES_CCM_16"))
def test_the_ccm_reference_is_that_of_nist(case: Case) -> None:
    key, salt = case.octets("key")[:-3], case.octets("key")[-3:]
    sealed = ccm(key, salt + case.octets("iv"), case.octets("header"), case.octets("plaintext"), 16)
    assert sealed == case.octets("sealed")


@pytest.mark.parametrize("bits", [128, 192, 256])
@pytest.mark.parametrize(
    ("cipher", "icv"),
    [
        (EncryptionId.ENCR_AES_CCM_8, 8),
        (EncryptionId.ENCR_AES_CCM_12, 12),
        (EncryptionId.ENCR_AES_CCM_16, 16),
    ],
)
def test_ccm_with_each_icv_is_that_of_the_reference(cipher: EncryptionId, icv: int, bits: int) -> None:
    key, salt, iv = bytes(range(bits // 8)), b"\xa1\xa2\xa3", b"initvect"
    guard = protection(cipher, bits, IntegrityId.NONE, key + salt, b"")
    for size in (0, 1, 15, 16, 17, 100):
        plaintext = bytes(range(size))
        sealed = guard.seal(b"a header of 30 octets, not more", iv, plaintext)
        assert sealed == ccm(key, salt + iv, b"a header of 30 octets, not more", plaintext, icv)
        assert guard.open(b"a header of 30 octets, not more", iv, sealed) == plaintext


def test_an_authentic_ciphertext_that_is_not_whole_blocks_is_bad_padding() -> None:
    guard = protection(EncryptionId.ENCR_AES_CBC, 128, IntegrityId.AUTH_HMAC_SHA1_96, bytes(16), SHA1_KEY)
    iv, ciphertext = bytes(16), bytes(17)
    icv = integrity_function(IntegrityId.AUTH_HMAC_SHA1_96, SHA1_KEY)(iv + ciphertext)
    with pytest.raises(BadPadding, match="17 octets"):
        guard.open(b"", iv, ciphertext + icv)


@pytest.mark.parametrize(
    ("cipher", "bits", "integrity"),
    [
        (EncryptionId.ENCR_NULL, 0, IntegrityId.AUTH_HMAC_SHA1_96),
        (EncryptionId.ENCR_AES_CBC, 128, IntegrityId.NONE),
        (EncryptionId.ENCR_AES_CBC, 128, IntegrityId.AUTH_HMAC_SHA1_160),
        (EncryptionId.ENCR_AES_GCM_16, 128, IntegrityId.AUTH_HMAC_SHA1_96),
        (EncryptionId.ENCR_AES_CBC, 0, IntegrityId.AUTH_HMAC_SHA1_96),
        (EncryptionId.ENCR_AES_CBC, 512, IntegrityId.AUTH_HMAC_SHA1_96),
        (EncryptionId.ENCR_CHACHA20_POLY1305, 256, IntegrityId.NONE),
        (EncryptionId.ENCR_NULL_AUTH_AES_GMAC, 128, IntegrityId.NONE),
        (EncryptionId.ENCR_BLOWFISH, 0, IntegrityId.AUTH_HMAC_SHA1_96),
        (EncryptionId(999), 128, IntegrityId.NONE),
    ],
)
def test_what_cannot_protect_an_ike_sa_is_refused(
    cipher: EncryptionId, bits: int, integrity: IntegrityId
) -> None:
    with pytest.raises(UnsupportedAlgorithm):
        protection(
            cipher, bits, integrity, bytes(20 if cipher is EncryptionId.ENCR_AES_GCM_16 else 16), SHA1_KEY
        )


def test_keys_of_a_wrong_size_are_our_mistake() -> None:
    for key_size, integrity_size in ((15, 20), (17, 20), (0, 20), (16, 19), (16, 0)):
        with pytest.raises(ValueError, match=r"ENCR_AES_CBC|AUTH_HMAC_SHA1_96"):
            protection(
                EncryptionId.ENCR_AES_CBC,
                128,
                IntegrityId.AUTH_HMAC_SHA1_96,
                bytes(key_size),
                bytes(integrity_size),
            )
    with pytest.raises(ValueError, match="integrity"):
        protection(EncryptionId.ENCR_AES_GCM_16, 128, IntegrityId.NONE, bytes(20), b"key")
