"""Files of certificates and keys: PEM, DER and PKCS #12."""

import re
import warnings
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from kakehashi.crypto.signatures import PrivateKey, PublicKey
from kakehashi.pki.certificate import BadCertificate, Certificate, read

MAX_FILE = 1024 * 1024  # octets
_MAX_OBJECTS = 64
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----.*?-----END \1-----", re.DOTALL)


class BadFile(Exception):  # noqa: N818 (it says what happened)
    """What is wrong with a file, in a sentence without its name."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file holds, in its order."""

    certificates: tuple[Certificate, ...] = ()
    key: PrivateKey | None = field(default=None, repr=False)
    lists: tuple[bytes, ...] = ()

    def own(self) -> Certificate | None:
        """The certificate of the key."""
        if self.key is None:
            return None
        return next((c for c in self.certificates if belongs(self.key, c)), None)


def belongs(key: PrivateKey, certificate: Certificate) -> bool:
    """Is it the key's certificate?"""
    return public_octets(key.public_key()) == public_octets(certificate.key)


def public_octets(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_file(data: bytes, password: bytes | None = None) -> Bundle:
    """PEM with one or many objects, a certificate in DER, or PKCS #12. BadFile."""
    if len(data) > MAX_FILE:
        raise BadFile(f"it has {len(data)} octets; {MAX_FILE} are read at most")
    if b"-----BEGIN " in data:
        return _read_pem(data, password)
    try:
        return Bundle((read(data),))
    except BadCertificate as bad:
        try:
            return read_pkcs12(data, password)
        except BadFile as other:
            if data[:1] != b"\x30":
                raise BadFile("it is neither PEM nor DER nor PKCS #12") from None
            raise BadFile(f"as a certificate: {bad.sentence}; as PKCS #12: {other}") from None


def read_pkcs12(data: bytes, password: bytes | None = None) -> Bundle:
    """A key with its certificate, and what came along. BadFile."""
    if len(data) > MAX_FILE:
        raise BadFile(f"it has {len(data)} octets; {MAX_FILE} are read at most")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pkcs12.load_pkcs12(data, password)
    except Exception:  # the parser's own errors are many, and none of them is ours
        wrong = (
            "the password is wrong, or it is no PKCS #12" if password else "it needs a password, or is none"
        )
        raise BadFile(wrong) from None
    certificates = [found.cert.certificate] if found.cert else []
    certificates += [other.certificate for other in found.additional_certs[:_MAX_OBJECTS]]
    try:
        read_ones = tuple(read(c.public_bytes(Encoding.DER)) for c in certificates)
    except BadCertificate as bad:
        raise BadFile(bad.sentence) from None
    return Bundle(read_ones, _known_kind(found.key))


def _read_pem(data: bytes, password: bytes | None) -> Bundle:
    blocks = list(_BLOCK.finditer(data))
    if not blocks:
        raise BadFile("a block of PEM begins and does not end (-----END ...-----)")
    if len(blocks) > _MAX_OBJECTS:
        raise BadFile(f"it has {len(blocks)} objects; {_MAX_OBJECTS} are read at most")
    certificates: list[Certificate] = []
    lists: list[bytes] = []
    key: PrivateKey | None = None
    for block in blocks:
        kind = block[1].decode()
        if kind in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
            certificates.append(_certificate(block[0], len(certificates) + 1))
        elif kind.endswith("PRIVATE KEY"):
            key = _private_key(block[0], password)
        elif kind == "X509 CRL":
            lists.append(block[0])
    if not certificates and key is None and not lists:
        raise BadFile("it holds neither a certificate nor a key nor a list of revoked certificates")
    return Bundle(tuple(certificates), key, tuple(lists))


def _certificate(block: bytes, number: int) -> Certificate:
    text = b"".join(line for line in block.splitlines()[1:-1] if b":" not in line)
    try:
        return read(b64decode(b"".join(text.split()), validate=True))
    except Error:
        raise BadFile(f"certificate {number} is no base64: a line is missing or damaged") from None
    except BadCertificate as bad:
        raise BadFile(f"certificate {number}: {bad.sentence}") from None


def _private_key(block: bytes, password: bytes | None) -> PrivateKey:
    encrypted = b"ENCRYPTED" in block
    try:
        return _known_kind(load_pem_private_key(block, password if encrypted else None)) or _no_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if encrypted:
            raise BadFile("its private key is encrypted, and the password is missing or wrong") from None
        raise BadFile("its private key cannot be read") from None


def read_private_key(der: bytes) -> PrivateKey:
    """A private key in DER. BadFile."""
    try:
        return _known_kind(load_der_private_key(der, None)) or _no_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadFile("the private key cannot be read") from None


def _known_kind(key: object) -> PrivateKey | None:
    if key is None:
        return None
    if isinstance(
        key,
        rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey,
    ):
        return key
    raise BadFile("its private key is of a kind that is not known here (RSA, ECDSA and Ed25519 are)")


def _no_key() -> PrivateKey:
    raise BadFile("its private key cannot be read")
