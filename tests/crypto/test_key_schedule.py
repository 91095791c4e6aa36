"""The key schedule of RFC 7296 against NIST's vectors, and the AUTH of a shared key."""

import hashlib
import hmac

import pytest

from kakehashi.crypto.key_schedule import (
    ChildKeys,
    IkeKeys,
    auth_psk,
    child_keymat,
    child_keys,
    ike_keys,
    signed_octets,
    skeyseed,
    skeyseed_rekey,
)
from kakehashi.crypto.prf import prf
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, PrfId

from .published import Case, cases

NI, NR = bytes(range(32)), bytes(range(100, 132))
SPI_I, SPI_R = b"INITIATE", b"RESPONSE"


@pytest.mark.parametrize("case", cases("ikev2_kdf"))
def test_keys_are_those_of_nist(case: Case) -> None:
    function = prf(PrfId[case["prf"]])
    ni, nr = case.octets("ni"), case.octets("nr")
    seed = skeyseed(function, ni, nr, case.octets("shared"))
    assert seed == case.octets("skeyseed")

    # The vectors print the first 132 octets of the stream that is cut into keys.
    keys = ike_keys(function, seed, ni, nr, case.octets("spi_i"), case.octets("spi_r"), 16, 20)
    stream = keys.sk_d + keys.sk_ai + keys.sk_ar + keys.sk_ei + keys.sk_er + keys.sk_pi + keys.sk_pr
    assert stream[:132] == case.octets("dkm")

    rekeyed = skeyseed_rekey(function, keys.sk_d, case.octets("shared_new"), ni, nr)
    assert rekeyed == case.octets("skeyseed_rekey")


@pytest.mark.parametrize("case", cases("ikev2_kdf", prf="PRF_HMAC_SHA1"))
def test_child_keymat_is_that_of_nist(case: Case) -> None:
    function = prf(PrfId[case["prf"]])
    ni, nr, sk_d = case.octets("ni"), case.octets("nr"), case.octets("dkm")[: function.key_size]
    assert child_keymat(function, sk_d, ni, nr, 132) == case.octets("dkm_child")
    assert child_keymat(function, sk_d, ni, nr, 132, case.octets("shared_new")) == case.octets("dkm_child_dh")


def test_keys_are_taken_in_the_order_of_the_rfc() -> None:
    """RFC 7296 section 2.14: SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr."""
    function = prf(PrfId.PRF_HMAC_SHA2_256)
    keys = ike_keys(function, b"seed", NI, NR, SPI_I, SPI_R, encryption_size=16, integrity_size=20)
    stream = function.plus(b"seed", NI + NR + SPI_I + SPI_R, 168)
    assert keys == IkeKeys(
        sk_d=stream[0:32],
        sk_ai=stream[32:52],
        sk_ar=stream[52:72],
        sk_ei=stream[72:88],
        sk_er=stream[88:104],
        sk_pi=stream[104:136],
        sk_pr=stream[136:168],
    )


def test_an_aead_cipher_takes_salts_and_no_integrity_keys() -> None:
    """RFC 5282 section 7.1: each SK_e is a key and a salt, and SK_ai and SK_ar have no octets."""
    function = prf(PrfId.PRF_HMAC_SHA2_384)
    size = encryption_key_size(EncryptionId.ENCR_AES_GCM_16, 256)
    keys = ike_keys(function, b"seed", NI, NR, SPI_I, SPI_R, size, integrity_key_size(IntegrityId.NONE))
    assert (keys.sk_ai, keys.sk_ar) == (b"", b"")
    assert len(keys.sk_ei) == len(keys.sk_er) == 36
    assert function.plus(b"seed", NI + NR + SPI_I + SPI_R, 84)[48:] == keys.sk_ei


@pytest.mark.parametrize("prf_id", [PrfId.PRF_AES128_XCBC, PrfId.PRF_AES128_CMAC])
def test_aes_prfs_take_64_bits_of_each_nonce_for_skeyseed_only(prf_id: PrfId) -> None:
    """RFC 7296 section 2.14: "only the first 64 bits of Ni and the first 64 bits of Nr"; all bits in prf+."""
    function = prf(prf_id)
    assert skeyseed(function, NI, NR, b"g^ir") == function(NI[:8] + NR[:8], b"g^ir")
    assert skeyseed_rekey(function, bytes(16), b"g^ir", NI, NR) == function(bytes(16), b"g^ir" + NI + NR)
    keys = ike_keys(function, bytes(16), NI, NR, SPI_I, SPI_R, 16, 16)
    assert keys.sk_d == function(bytes(16), NI + NR + SPI_I + SPI_R + b"\x01")
    assert len(keys.sk_pi) == 16


def test_hmac_prfs_take_the_nonces_whole() -> None:
    expected = hmac.new(NI + NR, b"g^ir", hashlib.sha256).digest()
    assert skeyseed(prf(PrfId.PRF_HMAC_SHA2_256), NI, NR, b"g^ir") == expected


def test_child_keys_begin_with_the_initiators_direction() -> None:
    """RFC 7296 section 2.17: encryption before integrity, initiator to responder first."""
    function = prf(PrfId.PRF_HMAC_SHA1)
    keymat = child_keymat(function, b"SK_d", NI, NR, 104, shared=b"g^ir")
    keys = child_keys(function, b"SK_d", NI, NR, encryption_size=32, integrity_size=20, shared=b"g^ir")
    assert keys == ChildKeys(keymat[:32], keymat[32:52], keymat[52:84], keymat[84:104])
    assert keymat == function.plus(b"SK_d", b"g^ir" + NI + NR, 104)


def test_auth_of_a_shared_key_is_that_of_section_2_15() -> None:
    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, hashlib.sha256).digest()

    octets = b"message 1" + NR + mac(b"SK_pi", b"\x02\x00\x00\x00left.example")
    function = prf(PrfId.PRF_HMAC_SHA2_256)
    arguments = (b"message 1", NR, b"SK_pi", b"\x02\x00\x00\x00left.example")
    assert signed_octets(function, *arguments) == octets
    assert auth_psk(function, b"secret", *arguments) == mac(mac(b"secret", b"Key Pad for IKEv2"), octets)


def test_keys_are_not_printed() -> None:
    function = prf(PrfId.PRF_HMAC_SHA2_256)
    keys = ike_keys(function, b"seed", NI, NR, SPI_I, SPI_R, 16, 32)
    child = child_keys(function, keys.sk_d, NI, NR, 16, 32)
    assert repr(keys) == str(keys) == "IkeKeys(***)"
    assert repr(child) == str(child) == "ChildKeys(***)"
