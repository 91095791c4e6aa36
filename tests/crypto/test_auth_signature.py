"""AUTH by signature: which kind is made for whom, and what is taken (RFC 7427, RFC 4754, RFC 9593)."""

from base64 import b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kakehashi.crypto.auth_signature import BadSignature, check, made, takes_pss
from kakehashi.crypto.signatures import Family, Scheme, sign
from kakehashi.wire.registry.ikev2 import AuthMethod, HashAlgorithm
from tests.pki.authority import key_of

DATA = b"signed octets"
SHA_256, SHA_384, SHA_512, IDENTITY = 2, 3, 4, 5
EVERY = (SHA_256, SHA_384, SHA_512, IDENTITY)
# As OpenSSL writes RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets.
PSS_SHA_256 = b64decode(
    "MEEGCSqGSIb3DQEBCjA0oA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG9w0BAQgwDQYJYIZIAWUDBAIBBQCiAwIBIA=="
)


def key(kind: str) -> Any:
    return key_of("CN=signer", kind)


def identifier(proof: bytes) -> bytes:
    return proof[1 : 1 + proof[0]]


@pytest.mark.parametrize(
    ("kind", "pss", "hashes_of_peer", "method", "scheme"),
    [
        ("rsa", False, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA2_256)),
        ("rsa", False, (SHA_512,), AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA2_512)),
        ("rsa", True, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.RSA_PSS, HashAlgorithm.SHA2_256, 32)),
        ("rsa", True, (SHA_384,), AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.RSA_PSS, HashAlgorithm.SHA2_384, 48)),
        ("rsa", True, (SHA_512,), AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.RSA_PSS, HashAlgorithm.SHA2_512, 64)),
        ("rsa", True, (), AuthMethod.RSA_DIGITAL_SIGNATURE, Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA1)),
        ("ecdsa-256", True, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.ECDSA, HashAlgorithm.SHA2_256)),
        ("ecdsa-384", False, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.ECDSA, HashAlgorithm.SHA2_384)),
        ("ecdsa-521", False, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.ECDSA, HashAlgorithm.SHA2_512)),
        ("ecdsa-384", False, (SHA_256,), AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.ECDSA, HashAlgorithm.SHA2_256)),
        ("ecdsa-256", False, (), AuthMethod.ECDSA_SHA_256_P256, Scheme(Family.ECDSA, HashAlgorithm.SHA2_256)),
        ("ecdsa-384", False, (), AuthMethod.ECDSA_SHA_384_P384, Scheme(Family.ECDSA, HashAlgorithm.SHA2_384)),
        ("ecdsa-521", False, (), AuthMethod.ECDSA_SHA_512_P521, Scheme(Family.ECDSA, HashAlgorithm.SHA2_512)),
        ("ed25519", True, EVERY, AuthMethod.DIGITAL_SIGNATURE, Scheme(Family.ED25519, HashAlgorithm.IDENTITY)),
    ],
)  # fmt: skip
def test_what_is_made_is_what_the_peer_takes(
    kind: str, pss: bool, hashes_of_peer: tuple[int, ...], method: AuthMethod, scheme: Scheme
) -> None:
    found, proof = made(key(kind), DATA, hashes_of_peer, pss)
    assert found == method
    assert check(key(kind).public_key(), found, proof, DATA) == scheme
    with pytest.raises(BadSignature, match="is not one of its certificate's key"):
        check(key(kind).public_key(), found, proof, DATA + b"!")


def test_pss_is_written_as_everybody_writes_it() -> None:
    _, proof = made(key("rsa"), DATA, EVERY, pss=True)
    assert identifier(proof) == PSS_SHA_256
    public: rsa.RSAPublicKey = key("rsa").public_key()
    public.verify(
        proof[1 + proof[0] :], DATA, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
    )


def test_a_key_that_knows_no_signature_of_the_peers_makes_none() -> None:
    with pytest.raises(ValueError, match="the peer knows no signature of our key, Ed25519"):
        made(key("ed25519"), DATA, (SHA_256,))


def test_pss_with_the_trailer_field_written_out_is_taken() -> None:
    with_trailer = (
        bytes.fromhex("3046") + PSS_SHA_256[2:13] + bytes.fromhex("3039") + PSS_SHA_256[15:]
    ) + bytes.fromhex("a303020101")
    signature = sign(key("rsa"), Scheme(Family.RSA_PSS, HashAlgorithm.SHA2_256, 32), DATA)
    proof = bytes([len(with_trailer)]) + with_trailer + signature
    found = check(key("rsa").public_key(), AuthMethod.DIGITAL_SIGNATURE, proof, DATA)
    assert found.family is Family.RSA_PSS


def test_sha_1_is_not_taken_by_rfc_7427() -> None:
    sha1_with_rsa = bytes.fromhex("300d06092a864886f70d0101050500")
    signature = sign(key("rsa"), Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA1), DATA)
    proof = bytes([len(sha1_with_rsa)]) + sha1_with_rsa + signature
    with pytest.raises(BadSignature, match="algorithm is not known"):
        check(key("rsa").public_key(), AuthMethod.DIGITAL_SIGNATURE, proof, DATA)


def announced(method: int, algorithm: bytes = b"") -> bytes:
    rest = bytes([method, 0]) + algorithm
    return bytes([1 + len(rest)]) + rest


@pytest.mark.parametrize(
    ("data", "takes"),
    [
        (announced(14, PSS_SHA_256), True),
        (b"\x02\x02" + announced(1) + announced(14, PSS_SHA_256), True),
        (announced(14, bytes.fromhex("300d06092a864886f70d01010b0500")), False),
        (announced(9, PSS_SHA_256), False),
        (announced(14, PSS_SHA_256)[:-1], False),
        (b"\x00" * 40, False),
        (b"\x01\x0e", False),
        (b"\xff\x0e\x00" + PSS_SHA_256, False),
        (b"", False),
    ],
)
def test_who_announces_pss_takes_it(data: bytes, takes: bool) -> None:
    assert takes_pss(data) is takes
