"""The Encrypted payload: sizes, padding, and that nothing but what the peer sealed comes out of it."""

import hashlib

import pytest

from kakehashi.crypto.errors import BadPadding, CryptoError, IntegrityFailure, UnsupportedAlgorithm
from kakehashi.crypto.protection import protection
from kakehashi.crypto.sizes import CIPHERS, INTEGRITY, encryption_key_size, integrity_key_size
from kakehashi.crypto.sk import SkProtection
from kakehashi.wire.registry.ikev2 import AEAD_CIPHERS, EncryptionId, IntegrityId

Suite = tuple[EncryptionId, int, IntegrityId]

HEADER = bytes.fromhex("c0c1c2c3c4c5c6c7 d0d1d2d3d4d5d6d7 2e202500 00000009 00000045 29000029")

SUITES: list[Suite] = [
    (cipher, bits, integrity)
    for cipher, shape in CIPHERS.items()
    for bits in shape.key_bits
    for integrity in INTEGRITY
    if cipher is not EncryptionId.ENCR_NULL and (cipher in AEAD_CIPHERS) == (integrity is IntegrityId.NONE)
]
# One suite of each way to protect, for the tests that try every bit.
KINDS: list[Suite] = [
    (EncryptionId.ENCR_AES_CBC, 128, IntegrityId.AUTH_HMAC_SHA2_256_128),
    (EncryptionId.ENCR_AES_CTR, 256, IntegrityId.AUTH_AES_XCBC_96),
    (EncryptionId.ENCR_3DES, 0, IntegrityId.AUTH_AES_CMAC_96),
    (EncryptionId.ENCR_AES_GCM_8, 128, IntegrityId.NONE),
    (EncryptionId.ENCR_AES_GCM_12, 192, IntegrityId.NONE),
    (EncryptionId.ENCR_AES_GCM_16, 256, IntegrityId.NONE),
    (EncryptionId.ENCR_AES_CCM_8, 128, IntegrityId.NONE),
    (EncryptionId.ENCR_AES_CCM_12, 256, IntegrityId.NONE),
    (EncryptionId.ENCR_CHACHA20_POLY1305, 0, IntegrityId.NONE),
]


def octets(label: str, size: int) -> bytes:
    return hashlib.shake_256(label.encode()).digest(size)


def keys_of(suite: Suite) -> tuple[bytes, bytes]:
    cipher, bits, integrity = suite
    return octets("SK_e", encryption_key_size(cipher, bits)), octets("SK_a", integrity_key_size(integrity))


def sk(suite: Suite) -> SkProtection:
    return SkProtection(*suite, *keys_of(suite))


def title(suite: Suite) -> str:
    return f"{suite[0].name} {suite[1]} {suite[2].name}"


every_suite = pytest.mark.parametrize("suite", SUITES, ids=title)
every_kind = pytest.mark.parametrize("suite", KINDS, ids=title)


def test_the_example_of_rfc_7634_appendix_b() -> None:
    """An INFORMATIONAL request with SET_WINDOW_SIZE 10, protected by ChaCha20-Poly1305."""
    key = bytes(range(0x80, 0xA0)) + bytes.fromhex("a0a1a2a3")
    guard = SkProtection(EncryptionId.ENCR_CHACHA20_POLY1305, 0, IntegrityId.NONE, key, b"")
    notify = bytes.fromhex("0000000c000040010000000a")
    iv = bytes.fromhex("1011121314151617")
    body = guard.seal(HEADER, notify, iv)
    ciphertext, icv = body[8:-16], body[-16:]
    assert body[:8] == iv
    assert ciphertext.hex() == "610394701f8d017f7c12924889"
    assert icv.hex() == "6b71bfe25236efd7cdc67066906315b2"
    assert guard.open(HEADER, body) == notify
    # The message is as long as its header says: 28 octets of IKE header, 4 of generic header, and the body.
    assert len(HEADER) + guard.body_size(len(notify)) == 0x45


@every_suite
def test_what_was_sealed_is_opened_and_has_the_size_foretold(suite: Suite) -> None:
    guard = sk(suite)
    for size in (0, 1, 7, 8, 14, 15, 16, 17, 31, 32, 1000):
        plaintext, iv = octets(f"plaintext {size}", size), octets(f"IV {size}", guard.iv_size)
        body = guard.seal(HEADER, plaintext, iv)
        assert len(body) == guard.body_size(size)
        assert body.startswith(iv)
        assert guard.open(HEADER, body) == plaintext


@every_suite
def test_body_sizes_are_those_of_the_rfcs(suite: Suite) -> None:
    """IV, the least padding that fills a block together with Pad Length, ICV."""
    cipher, _, integrity = suite
    blocks = {EncryptionId.ENCR_AES_CBC: 16, EncryptionId.ENCR_3DES: 8, EncryptionId.ENCR_DES: 8}
    block = blocks.get(cipher, 1)
    iv = 16 if cipher is EncryptionId.ENCR_AES_CBC else 8
    icv = int((integrity.name if integrity else cipher.name).rsplit("_", 1)[-1].replace("POLY1305", "16"))
    icv = icv // 8 if integrity else icv
    for size in range(40):
        assert sk(suite).body_size(size) == iv + -(-(size + 1) // block) * block + icv


@every_kind
def test_a_flipped_bit_anywhere_is_an_integrity_failure(suite: Suite) -> None:
    guard = sk(suite)
    body = guard.seal(HEADER, b"the inner payloads", octets("IV", guard.iv_size))
    for position in range(8 * len(body)):
        wrong = bytearray(body)
        wrong[position // 8] ^= 0x80 >> position % 8
        with pytest.raises(IntegrityFailure):
            guard.open(HEADER, bytes(wrong))
    for position in range(8 * len(HEADER)):
        wrong = bytearray(HEADER)
        wrong[position // 8] ^= 0x80 >> position % 8
        with pytest.raises(IntegrityFailure):
            guard.open(bytes(wrong), body)


@every_suite
def test_whatever_is_cut_off_or_added_is_an_integrity_failure(suite: Suite) -> None:
    guard = sk(suite)
    body = guard.seal(HEADER, b"the inner payloads", octets("IV", guard.iv_size))
    wrongs = [body[:size] for size in range(len(body))] + [body[cut:] for cut in range(1, len(body))]
    for wrong in [*wrongs, body + b"\x00", b"\x00" + body, body + body]:
        with pytest.raises(IntegrityFailure):
            guard.open(HEADER, wrong)


@every_kind
def test_garbage_of_any_size_raises_only_named_errors(suite: Suite) -> None:
    guard = sk(suite)
    for size in range(120):
        with pytest.raises(CryptoError):
            guard.open(HEADER, octets(f"garbage {size}", size))


@every_kind
def test_other_keys_do_not_open_it(suite: Suite) -> None:
    guard = sk(suite)
    body = guard.seal(HEADER, b"the inner payloads", octets("IV", guard.iv_size))
    sk_e, sk_a = keys_of(suite)
    others = [SkProtection(*suite, sk_e, octets("other", len(sk_a)))] if sk_a else []
    if suite[0] in AEAD_CIPHERS:
        others += [
            SkProtection(*suite, octets("other", len(sk_e)), sk_a),
            SkProtection(*suite, sk_e[:-1] + bytes((sk_e[-1] ^ 1,)), sk_a),  # only the salt
        ]
    for other in others:
        with pytest.raises(IntegrityFailure):
            other.open(HEADER, body)


@every_kind
def test_padding_of_the_peers_choice_is_accepted(suite: Suite) -> None:
    """RFC 7296 section 3.14: any octets, up to 255 of them."""
    guard, raw = sk(suite), protection(*suite, *keys_of(suite))
    iv = octets("IV", guard.iv_size)
    for inner in (0, 8, 23):
        for pad_length in (0, 7, 8, 15, 16, 231, 248, 255):
            padded = octets("inner", inner) + octets("pad", pad_length) + bytes((pad_length,))
            if len(padded) % CIPHERS[suite[0]].block:
                continue
            assert guard.open(HEADER, iv + raw.seal(HEADER, iv, padded)) == octets("inner", inner)


@every_kind
def test_a_pad_length_beyond_the_plaintext_is_bad_padding(suite: Suite) -> None:
    guard, raw = sk(suite), protection(*suite, *keys_of(suite))
    iv = octets("IV", guard.iv_size)
    for pad_length in (16, 17, 255):
        padded = bytes(15) + bytes((pad_length,))
        with pytest.raises(BadPadding, match=str(pad_length)):
            guard.open(HEADER, iv + raw.seal(HEADER, iv, padded))
    whole = bytes(15) + b"\x0f"
    assert guard.open(HEADER, iv + raw.seal(HEADER, iv, whole)) == b""


@every_kind
def test_an_iv_of_a_wrong_size_is_our_mistake(suite: Suite) -> None:
    guard = sk(suite)
    for size in (0, guard.iv_size - 1, guard.iv_size + 1):
        with pytest.raises(ValueError, match="IV"):
            guard.seal(HEADER, b"", bytes(size))


@every_kind
def test_keys_are_not_printed(suite: Suite) -> None:
    assert repr(sk(suite)) == str(sk(suite)) == "SkProtection(***)"


def test_encr_null_is_refused_by_name() -> None:
    """RFC 7296 section 5: neither ENCR_NULL nor NONE may protect an IKE SA."""
    with pytest.raises(UnsupportedAlgorithm, match="ENCR_NULL"):
        SkProtection(EncryptionId.ENCR_NULL, 0, IntegrityId.AUTH_HMAC_SHA1_96, b"", bytes(20))
    with pytest.raises(UnsupportedAlgorithm, match="NONE"):
        SkProtection(EncryptionId.ENCR_AES_CBC, 128, IntegrityId.NONE, bytes(16), b"")
