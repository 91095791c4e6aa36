"""The hashes by their IANA numbers."""

import hashlib
import hmac

import pytest

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.ikev1.hashes import hash_function, supported
from kakehashi.wire.registry.ikev1 import HashAlgorithm


@pytest.mark.parametrize(
    ("hash_id", "name", "size"),
    [
        (HashAlgorithm.MD5, "md5", 16),
        (HashAlgorithm.SHA, "sha1", 20),
        (HashAlgorithm.SHA2_256, "sha256", 32),
        (HashAlgorithm.SHA2_384, "sha384", 48),
        (HashAlgorithm.SHA2_512, "sha512", 64),
    ],
)
def test_each_number_is_its_hash_and_its_hmac(hash_id: HashAlgorithm, name: str, size: int) -> None:
    function = hash_function(hash_id)
    assert function(b"data") == hashlib.new(name, b"data").digest()
    assert function.prf(b"key", b"data") == hmac.new(b"key", b"data", name).digest()
    assert (function.id, function.size) == (hash_id, size)
    assert len(function(b"")) == len(function.prf(b"", b"")) == size
    assert hash_id in supported()


def test_an_hmac_takes_a_key_of_any_size() -> None:
    """RFC 2104 section 2: one longer than a block is hashed first; pre-shared keys may be that long."""
    for size in (0, 1, 63, 64, 65, 127, 128, 129, 1000):
        key = bytes(size)
        expected = hmac.new(key, b"data", "sha512").digest()
        assert hash_function(HashAlgorithm.SHA2_512).prf(key, b"data") == expected


def test_other_hashes_are_refused_by_name() -> None:
    for hash_id in (HashAlgorithm.TIGER, HashAlgorithm(999)):
        with pytest.raises(UnsupportedAlgorithm, match=hash_id.name):
            hash_function(hash_id)
    assert len(supported()) == 5
