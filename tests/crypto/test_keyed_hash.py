"""Our HMAC is HMAC."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.crypto.keyed_hash import Hmac

DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")


@pytest.mark.parametrize("digest", DIGESTS)
@given(key=st.binary(max_size=300), data=st.binary(max_size=300))
def test_it_is_that_of_the_standard_library(digest: str, key: bytes, data: bytes) -> None:
    assert Hmac(digest)(key, data) == hmac.digest(key, data, digest)


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_key_of_a_block_is_taken_as_it_is_and_a_longer_one_is_hashed(digest: str) -> None:
    for size in (0, 1, 63, 64, 65, 127, 128, 129):
        key = bytes(range(1, size + 1))
        assert Hmac(digest)(key, b"data") == hmac.digest(key, b"data", digest), size
