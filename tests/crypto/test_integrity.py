"""The integrity algorithms are their MACs, cut to the size in their names."""

import pytest

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.integrity import integrity_function
from kakehashi.crypto.sizes import INTEGRITY, icv_size, integrity_key_size
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

from .published import Case, cases

PRF_OF = {
    IntegrityId.AUTH_HMAC_MD5_96: ("hmac", "PRF_HMAC_MD5"),
    IntegrityId.AUTH_HMAC_SHA1_96: ("hmac", "PRF_HMAC_SHA1"),
    IntegrityId.AUTH_HMAC_SHA2_256_128: ("hmac", "PRF_HMAC_SHA2_256"),
    IntegrityId.AUTH_HMAC_SHA2_384_192: ("hmac", "PRF_HMAC_SHA2_384"),
    IntegrityId.AUTH_HMAC_SHA2_512_256: ("hmac", "PRF_HMAC_SHA2_512"),
    IntegrityId.AUTH_AES_XCBC_96: ("aes_mac", "PRF_AES128_XCBC"),
    IntegrityId.AUTH_AES_CMAC_96: ("aes_mac", "PRF_AES128_CMAC"),
}
ICV_BITS = {
    IntegrityId.AUTH_HMAC_MD5_96: 96,
    IntegrityId.AUTH_HMAC_SHA1_96: 96,
    IntegrityId.AUTH_AES_XCBC_96: 96,
    IntegrityId.AUTH_AES_CMAC_96: 96,
    IntegrityId.AUTH_HMAC_SHA2_256_128: 128,
    IntegrityId.AUTH_HMAC_SHA2_384_192: 192,
    IntegrityId.AUTH_HMAC_SHA2_512_256: 256,
}


@pytest.mark.parametrize("integrity", sorted(PRF_OF))
def test_icv_is_the_published_mac_cut_short(integrity: IntegrityId) -> None:
    file, prf_name = PRF_OF[integrity]
    tried = 0
    for parameter in cases(file, prf=prf_name):
        case = parameter.values[0]
        assert isinstance(case, Case)
        key = case.octets("key")
        if len(key) > integrity_key_size(integrity):
            continue
        if file == "hmac":
            key = key.ljust(integrity_key_size(integrity), b"\x00")  # as HMAC does by itself (RFC 2104)
        elif len(key) != integrity_key_size(integrity):
            continue
        icv = integrity_function(integrity, key)(case.octets("data"))
        assert icv == case.octets("output")[: ICV_BITS[integrity] // 8]
        tried += 1
    assert tried >= 2


def test_sizes_are_those_of_the_names() -> None:
    assert set(INTEGRITY) == {IntegrityId.NONE, *ICV_BITS}
    for integrity, bits in ICV_BITS.items():
        assert icv_size(EncryptionId.ENCR_AES_CBC, integrity) * 8 == bits


def test_the_three_of_rfc_4868_section_2_7_2() -> None:
    """RFC 4868 section 2.7.2.1, AUTH256-1, AUTH384-1 and AUTH512-1: key 0x0b..., "Hi There"."""
    expected = {
        IntegrityId.AUTH_HMAC_SHA2_256_128: "198a607eb44bfbc69903a0f1cf2bbdc5",
        IntegrityId.AUTH_HMAC_SHA2_384_192: "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973",
        IntegrityId.AUTH_HMAC_SHA2_512_256: "637edc6e01dce7e6742a99451aae82df"
        "23da3e92439e590e43e761b33e910fb8",
    }
    for integrity, icv in expected.items():
        key = b"\x0b" * integrity_key_size(integrity)
        assert integrity_function(integrity, key)(b"Hi There").hex() == icv


@pytest.mark.parametrize("integrity", [IntegrityId.NONE, IntegrityId.AUTH_HMAC_MD5_128, IntegrityId(999)])
def test_other_algorithms_are_refused_by_name(integrity: IntegrityId) -> None:
    with pytest.raises(UnsupportedAlgorithm, match=integrity.name):
        integrity_function(integrity, bytes(16))


@pytest.mark.parametrize("integrity", sorted(ICV_BITS))
def test_a_key_of_a_wrong_size_is_our_mistake(integrity: IntegrityId) -> None:
    for size in (0, integrity_key_size(integrity) - 1, integrity_key_size(integrity) + 1):
        with pytest.raises(ValueError, match=integrity.name):
            integrity_function(integrity, bytes(size))
