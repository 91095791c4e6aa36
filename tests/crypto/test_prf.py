"""The pseudorandom functions against their RFCs, and prf+."""

import hmac

import pytest

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.prf import prf, supported
from kakehashi.wire.registry.ikev2 import PrfId

from .published import Case, cases


@pytest.mark.parametrize("case", [*cases("hmac"), *cases("aes_mac")])
def test_prf_gives_what_its_rfc_prints(case: Case) -> None:
    function = prf(PrfId[case["prf"]])
    output = function(case.octets("key"), case.octets("data"))
    assert output == case.octets("output")
    assert len(output) == function.output_size


@pytest.mark.parametrize("prf_id", sorted(supported()))
def test_prf_plus_chains_blocks_with_a_counter(prf_id: PrfId) -> None:
    """RFC 7296 section 2.13, written out for three rounds."""
    function = prf(prf_id)
    t1 = function(b"K", b"S\x01")
    t2 = function(b"K", t1 + b"S\x02")
    t3 = function(b"K", t2 + b"S\x03")
    length = 2 * function.output_size + 1
    assert function.plus(b"K", b"S", length) == (t1 + t2 + t3)[:length]


def test_prf_plus_gives_exactly_what_is_asked_for() -> None:
    function = prf(PrfId.PRF_HMAC_SHA2_256)
    longest = function.plus(b"K", b"S", 255 * 32)
    for length in (0, 1, 31, 32, 33, 64):
        assert function.plus(b"K", b"S", length) == longest[:length]


def test_prf_plus_ends_where_its_counter_does() -> None:
    function = prf(PrfId.PRF_HMAC_SHA2_256)
    with pytest.raises(ValueError, match="8160"):
        function.plus(b"K", b"S", 255 * 32 + 1)


@pytest.mark.parametrize(
    ("prf_id", "digest"),
    [
        (PrfId.PRF_HMAC_MD5, "md5"),
        (PrfId.PRF_HMAC_SHA1, "sha1"),
        (PrfId.PRF_HMAC_SHA2_256, "sha256"),
        (PrfId.PRF_HMAC_SHA2_384, "sha384"),
        (PrfId.PRF_HMAC_SHA2_512, "sha512"),
    ],
)
def test_hmac_takes_keys_and_data_of_any_size(prf_id: PrfId, digest: str) -> None:
    for key_size in (0, 1, 63, 64, 65, 127, 128, 129, 1000):
        key, data = bytes(range(256)) * 4, bytes(key_size)
        expected = hmac.new(key[:key_size], data, digest).digest()
        assert prf(prf_id)(key[:key_size], data) == expected


def test_preferred_key_of_hmac_is_its_output() -> None:
    """RFC 7296 section 2.13: for HMAC the key size is the size of the underlying hash's output."""
    for prf_id in (PrfId.PRF_HMAC_MD5, PrfId.PRF_HMAC_SHA1, PrfId.PRF_HMAC_SHA2_256, PrfId.PRF_HMAC_SHA2_512):
        assert prf(prf_id).key_size == prf(prf_id).output_size


@pytest.mark.parametrize("prf_id", [PrfId.PRF_HMAC_TIGER, PrfId.PRF_HMAC_STREEBOG_512, PrfId(0), PrfId(999)])
def test_other_prfs_are_refused_by_name(prf_id: PrfId) -> None:
    with pytest.raises(UnsupportedAlgorithm, match=prf_id.name):
        prf(prf_id)
