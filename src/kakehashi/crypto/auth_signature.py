"""The Authentication Data of an AUTH that is a signature (RFC 7296 section 3.8, RFC 4754, RFC 7427).

With method 14 it is the length of an AlgorithmIdentifier, that in DER, and the signature:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | ASN.1 Length  | AlgorithmIdentifier ASN.1 object              |
    +-+-+-+-+-+-+-+-+                                               +
    ~        AlgorithmIdentifier ASN.1 object continuing            ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         Signature Value                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
"""

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric import ec

from kakehashi.crypto.signatures import (
    Family,
    PrivateKey,
    PublicKey,
    Scheme,
    families,
    from_side_by_side,
    key_text,
    side_by_side,
    sign,
    verify,
)
from kakehashi.wire.registry.ikev2 import AuthMethod, HashAlgorithm

OUR_HASHES = (
    HashAlgorithm.SHA2_256,
    HashAlgorithm.SHA2_384,
    HashAlgorithm.SHA2_512,
    HashAlgorithm.IDENTITY,
)
"""What SIGNATURE_HASH_ALGORITHMS says of us; SHA-1 is not to be used (RFC 8247 section 3.2)."""

# RFC 4754 section 5: the curve has its hash.
_BY_CURVE = {
    "secp256r1": (AuthMethod.ECDSA_SHA_256_P256, HashAlgorithm.SHA2_256),
    "secp384r1": (AuthMethod.ECDSA_SHA_384_P384, HashAlgorithm.SHA2_384),
    "secp521r1": (AuthMethod.ECDSA_SHA_512_P521, HashAlgorithm.SHA2_512),
}
_CURVE_OF = {method: (curve, hash_) for curve, (method, hash_) in _BY_CURVE.items()}
# RFC 7296 section 3.8: SHA-1 unless known otherwise; the signature itself names its hash.
_RSA_HASHES = (
    HashAlgorithm.SHA1,
    HashAlgorithm.SHA2_256,
    HashAlgorithm.SHA2_384,
    HashAlgorithm.SHA2_512,
)

_HASH_OIDS = {
    HashAlgorithm.SHA2_256: bytes.fromhex("608648016503040201"),
    HashAlgorithm.SHA2_384: bytes.fromhex("608648016503040202"),
    HashAlgorithm.SHA2_512: bytes.fromhex("608648016503040203"),
}
_MGF1 = bytes.fromhex("2a864886f70d010108")
_SALTS = {HashAlgorithm.SHA2_256: 32, HashAlgorithm.SHA2_384: 48, HashAlgorithm.SHA2_512: 64}


class BadSignature(Exception):  # noqa: N818 (it says what happened)
    """Why a signature proves nothing, in a sentence that begins after the peer's name."""


def made(
    key: PrivateKey, data: bytes, peer_hashes: Iterable[int], pss: bool = False
) -> tuple[AuthMethod, bytes]:
    """Our AUTH: its method and its data. `peer_hashes`: of the peer's SIGNATURE_HASH_ALGORITHMS; `pss`: it is
    known to take RSASSA-PSS.

    With a hash in common by RFC 7427, else as older peers do. ValueError if the peer takes none.
    """
    known = set(peer_hashes)
    for scheme in schemes(key, pss):
        if int(scheme.hash) in known:
            identifier = _identifier(scheme)
            signature = sign(key, scheme, data)
            return AuthMethod.DIGITAL_SIGNATURE, bytes([len(identifier)]) + identifier + signature
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _BY_CURVE:
        method, hash_ = _BY_CURVE[key.curve.name]
        return method, side_by_side(sign(key, Scheme(Family.ECDSA, hash_), data), key.curve)
    if Family.RSA_PKCS1 in families(key):
        scheme = Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA1)
        return AuthMethod.RSA_DIGITAL_SIGNATURE, sign(key, scheme, data)
    raise ValueError(f"the peer knows no signature of our key, {key_text(key)}")


def schemes(key: PrivateKey, pss: bool = False) -> tuple[Scheme, ...]:
    """What we sign with by RFC 7427, the best first: for an EC key the hash of its size, for an RSA key PSS
    where the peer takes that (RFC 8247 section 3.2); many know PKCS #1 alone, and do not say so.
    """
    family = families(key)[-1 if pss else 0]
    if family in (Family.ED25519, Family.ED448):
        return (Scheme(family, HashAlgorithm.IDENTITY),)
    hashes = [HashAlgorithm.SHA2_256, HashAlgorithm.SHA2_384, HashAlgorithm.SHA2_512]
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _BY_CURVE:
        fits = _BY_CURVE[key.curve.name][1]
        hashes.sort(key=lambda hash_: hash_ != fits)
    return tuple(Scheme(family, hash_) for hash_ in hashes)


_FEWEST = 3  # octets of a method with a link to a certificate


def takes_pss(announced: bytes) -> bool:
    """Is RSASSA-PSS among the methods of a SUPPORTED_AUTH_METHODS (RFC 9593 section 3.2)?

    Each is its length in one octet, that one counted, a method, and from the fourth octet on an
    AlgorithmIdentifier. What makes no sense announces nothing.
    """
    at = 0
    while at < len(announced) and 2 <= (length := announced[at]) <= len(announced) - at:
        # Compiled, a slice that would begin after its end is an error.
        identifier = announced[at + _FEWEST : at + length] if length > _FEWEST else b""
        if announced[at + 1] == AuthMethod.DIGITAL_SIGNATURE and _pss_scheme(identifier) is not None:
            return True
        at += length
    return False


def check(key: PublicKey, method: AuthMethod, proof: bytes, data: bytes) -> Scheme:
    """What the peer's AUTH was made with. BadSignature if it is not the key's signature of `data`."""
    if method == AuthMethod.DIGITAL_SIGNATURE:
        scheme, signature = _by_rfc7427(proof)
        if verify(key, scheme, data, signature):
            return scheme
        raise BadSignature(_no_fit(scheme, key))
    if method == AuthMethod.RSA_DIGITAL_SIGNATURE:
        for hash_ in _RSA_HASHES:
            scheme = Scheme(Family.RSA_PKCS1, hash_)
            if verify(key, scheme, data, proof):
                return scheme
        raise BadSignature(_no_fit(Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA1), key))
    if method in _CURVE_OF:
        curve, hash_ = _CURVE_OF[method]
        scheme = Scheme(Family.ECDSA, hash_)
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != curve:
            raise BadSignature(_no_fit(scheme, key))
        try:
            signature = from_side_by_side(proof, key.curve)
        except ValueError as error:
            raise BadSignature(f"its signature cannot be read: {error}") from None
        if verify(key, scheme, data, signature):
            return scheme
        raise BadSignature(_no_fit(scheme, key))
    raise BadSignature(f"it authenticates by {method.name}, which is no signature that is known here")


def _no_fit(scheme: Scheme, key: PublicKey) -> str:
    kind = "" if scheme.family in families(key) else ", which such a key cannot make"
    return f"its signature ({scheme}{kind}) is not one of its certificate's key ({key_text(key)})"


def _by_rfc7427(proof: bytes) -> tuple[Scheme, bytes]:
    size = proof[0] if proof else 0
    identifier, signature = proof[1 : 1 + size], proof[1 + size :]
    scheme = _SCHEMES.get(identifier) or _pss_scheme(identifier)
    if scheme is None:
        raise BadSignature(f"its signature algorithm is not known: {identifier[:32].hex() or 'none'}")
    return scheme, signature


def _pss_scheme(identifier: bytes) -> Scheme | None:
    """RSASSA-PSS with any of the ways to write its parameters (RFC 4055 section 3.1)."""
    for hash_, oid in _HASH_OIDS.items():
        for one in (_sequence(_oid(oid)), _sequence(_oid(oid) + _NULL)):
            for other in (_sequence(_oid(oid)), _sequence(_oid(oid) + _NULL)):
                before = _tagged(0, one) + _tagged(1, _sequence(_oid(_MGF1) + other))
                for salt in (_SALTS[hash_], 20):
                    # A salt of 20 octets is the default, and is left out; so is the trailer field, mostly.
                    length = b"" if salt == 20 else _tagged(2, bytes([2, 1, salt]))
                    for trailer in (b"", _tagged(3, b"\x02\x01\x01")):
                        if identifier == _sequence(_oid(_RSASSA_PSS) + _sequence(before + length + trailer)):
                            return Scheme(Family.RSA_PSS, hash_, salt)
    return None


def _identifier(scheme: Scheme) -> bytes:
    """The AlgorithmIdentifier that we send (RFC 7427 appendix A)."""
    if scheme.family is not Family.RSA_PSS:
        return _IDENTIFIERS[scheme]
    hash_ = _sequence(_oid(_HASH_OIDS[scheme.hash]) + _NULL)
    salt = _tagged(2, bytes([2, 1, _SALTS[scheme.hash]]))
    parameters = _tagged(0, hash_) + _tagged(1, _sequence(_oid(_MGF1) + hash_)) + salt
    return _sequence(_oid(_RSASSA_PSS) + _sequence(parameters))


def _tlv(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content


def _sequence(content: bytes) -> bytes:
    return _tlv(0x30, content)


def _oid(encoded: bytes) -> bytes:
    return _tlv(0x06, encoded)


def _tagged(number: int, content: bytes) -> bytes:
    return _tlv(0xA0 | number, content)


_NULL = b"\x05\x00"
_RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")

_IDENTIFIERS: dict[Scheme, bytes] = {
    Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA2_256): bytes.fromhex("300d06092a864886f70d01010b0500"),
    Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA2_384): bytes.fromhex("300d06092a864886f70d01010c0500"),
    Scheme(Family.RSA_PKCS1, HashAlgorithm.SHA2_512): bytes.fromhex("300d06092a864886f70d01010d0500"),
    Scheme(Family.ECDSA, HashAlgorithm.SHA2_256): bytes.fromhex("300a06082a8648ce3d040302"),
    Scheme(Family.ECDSA, HashAlgorithm.SHA2_384): bytes.fromhex("300a06082a8648ce3d040303"),
    Scheme(Family.ECDSA, HashAlgorithm.SHA2_512): bytes.fromhex("300a06082a8648ce3d040304"),
    Scheme(Family.ED25519, HashAlgorithm.IDENTITY): bytes.fromhex("300506032b6570"),
    Scheme(Family.ED448, HashAlgorithm.IDENTITY): bytes.fromhex("300506032b6571"),
}
_SCHEMES = {identifier: scheme for scheme, identifier in _IDENTIFIERS.items()}
