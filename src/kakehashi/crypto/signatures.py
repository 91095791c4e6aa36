"""Signatures of IKE: RSA PKCS #1 and PSS, ECDSA, Ed25519 and Ed448, by the key's kind and a hash.

What AUTH of IKEv2 and SIG of IKEv1 make of them is in `auth_signature` and `ikev1.signatures`.
"""

import enum
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    NoDigestInfo,
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from kakehashi.wire.registry.ikev2 import HashAlgorithm

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""The curves that a key may be of, by the names of SEC 2."""


class Family(enum.Enum):
    """What kind of signature it is."""

    RSA_PKCS1 = "RSA PKCS #1"
    RSA_PSS = "RSA PSS"
    ECDSA = "ECDSA"
    ED25519 = "Ed25519"
    ED448 = "Ed448"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of signature with its hash; IDENTITY where the signature hashes for itself (RFC 8420).

    `salt`: octets of the salt of PSS; None: as many as the hash has.
    """

    family: Family
    hash: HashAlgorithm
    salt: int | None = None

    def __str__(self) -> str:
        if self.hash == HashAlgorithm.IDENTITY:
            return self.family.value
        return f"{self.family.value} with {hash_text(self.hash)}"


def hash_text(hash_id: HashAlgorithm) -> str:
    """A hash in a sentence."""
    return hash_id.name.replace("SHA2_", "SHA-").replace("SHA1", "SHA-1")


def key_text(key: PublicKey | PrivateKey) -> str:
    """A key in a sentence."""
    match key:
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey():
            return f"RSA {key.key_size} bits"
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey():
            return f"ECDSA {key.curve.name}"
        case ed25519.Ed25519PublicKey() | ed25519.Ed25519PrivateKey():
            return "Ed25519"
        case _:
            return "Ed448"


def families(key: PublicKey | PrivateKey) -> tuple[Family, ...]:
    """The kinds of signature that a key can make, the one that everybody knows first."""
    match key:
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey():
            return (Family.RSA_PKCS1, Family.RSA_PSS)
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey():
            return (Family.ECDSA,)
        case ed25519.Ed25519PublicKey() | ed25519.Ed25519PrivateKey():
            return (Family.ED25519,)
        case _:
            return (Family.ED448,)


def sign(key: PrivateKey, scheme: Scheme, data: bytes) -> bytes:
    """The signature of `data`; of ECDSA as ECDSA-Sig-Value in DER (RFC 3279). ValueError: the wrong key."""
    match key:
        case rsa.RSAPrivateKey() if scheme.family is Family.RSA_PKCS1:
            return key.sign(data, padding.PKCS1v15(), _hash(scheme.hash))
        case rsa.RSAPrivateKey() if scheme.family is Family.RSA_PSS:
            return key.sign(data, _pss(scheme), _hash(scheme.hash))
        case ec.EllipticCurvePrivateKey() if scheme.family is Family.ECDSA:
            return key.sign(data, ec.ECDSA(_hash(scheme.hash)))
        case ed25519.Ed25519PrivateKey() if scheme.family is Family.ED25519:
            return key.sign(data)
        case ed448.Ed448PrivateKey() if scheme.family is Family.ED448:
            return key.sign(data)
    raise ValueError(f"a key of {key_text(key)} makes no signature of {scheme}")


def verify(key: PublicKey, scheme: Scheme, data: bytes, signature: bytes) -> bool:
    """Is it the signature of `data`? False also where the key can make none of this kind."""
    try:
        match key:
            case rsa.RSAPublicKey() if scheme.family is Family.RSA_PKCS1:
                key.verify(signature, data, padding.PKCS1v15(), _hash(scheme.hash))
            case rsa.RSAPublicKey() if scheme.family is Family.RSA_PSS:
                key.verify(signature, data, _pss(scheme), _hash(scheme.hash))
            case ec.EllipticCurvePublicKey() if scheme.family is Family.ECDSA:
                key.verify(signature, data, ec.ECDSA(_hash(scheme.hash)))
            case ed25519.Ed25519PublicKey() if scheme.family is Family.ED25519:
                key.verify(signature, data)
            case ed448.Ed448PublicKey() if scheme.family is Family.ED448:
                key.verify(signature, data)
            case _:
                return False
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_bare(key: PrivateKey, digest: bytes) -> bytes:
    """What SIG of IKEv1 holds for a HASH (RFC 2409 section 5.1, RFC 4754 section 3): for RSA the digest
    without the hash's OID, for ECDSA r and s side by side. ValueError for other keys.
    """
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(digest, padding.PKCS1v15(), NoDigestInfo())
        case ec.EllipticCurvePrivateKey():
            return side_by_side(key.sign(digest, ec.ECDSA(Prehashed(_by_size(digest)))), key.curve)
    raise ValueError(f"a key of {key_text(key)} makes no signature of IKEv1")


def verify_bare(key: PublicKey, digest: bytes, signature: bytes) -> bool:
    """Is it `sign_bare` of `digest`?"""
    try:
        match key:
            case rsa.RSAPublicKey():
                return (
                    key.recover_data_from_signature(signature, padding.PKCS1v15(), NoDigestInfo()) == digest
                )
            case ec.EllipticCurvePublicKey():
                prehashed = ec.ECDSA(Prehashed(_by_size(digest)))
                key.verify(from_side_by_side(signature, key.curve), digest, prehashed)
            case _:
                return False
    except (InvalidSignature, ValueError):
        return False
    return True


def side_by_side(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    """The numbers r | s, each as long as the curve's numbers (RFC 4754 section 3), of a signature in DER."""
    r, s = decode_dss_signature(signature)
    size = (curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def from_side_by_side(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    """The signature in DER of r | s. ValueError if it has not the length that belongs to the curve."""
    size = (curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise ValueError(f"{len(signature)} octets are no signature on {curve.name}")
    return encode_dss_signature(
        int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    )


def _pss(scheme: Scheme) -> padding.PSS:
    hash_ = _hash(scheme.hash)
    return padding.PSS(padding.MGF1(hash_), hash_.digest_size if scheme.salt is None else scheme.salt)


def _hash(hash_id: HashAlgorithm) -> hashes.HashAlgorithm:
    found = _HASHES.get(hash_id)
    if found is None:
        raise ValueError(f"no hash {hash_id.name}")
    return found


def _by_size(digest: bytes) -> hashes.HashAlgorithm:
    """The size is all that counts where the digest is there already."""
    for hash_ in (*_HASHES.values(), hashes.MD5()):  # noqa: S303
        if hash_.digest_size == len(digest):
            return hash_
    raise ValueError(f"no hash has {len(digest)} octets")


_HASHES: dict[HashAlgorithm, hashes.HashAlgorithm] = {
    HashAlgorithm.SHA1: hashes.SHA1(),  # noqa: S303 (old peers sign so where RFC 7427 is not known)
    HashAlgorithm.SHA2_256: hashes.SHA256(),
    HashAlgorithm.SHA2_384: hashes.SHA384(),
    HashAlgorithm.SHA2_512: hashes.SHA512(),
}
