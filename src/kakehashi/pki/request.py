"""Keys and requests made here: what an authority is asked to certify (PKCS #10, RFC 2986)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from kakehashi.crypto.signatures import PrivateKey
from kakehashi.model.certificate import KeyKind
from kakehashi.pki.certificate import Certificate

RSA_BITS = (2048, 3072, 4096)
_CURVES: dict[int, ec.EllipticCurve] = {256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
_SELF_SIGNED_FOR = timedelta(days=3650)
_ATTRIBUTES = {
    "CN": NameOID.COMMON_NAME, "C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME, "S": NameOID.STATE_OR_PROVINCE_NAME,
    "E": NameOID.EMAIL_ADDRESS, "EMAILADDRESS": NameOID.EMAIL_ADDRESS, "DC": NameOID.DOMAIN_COMPONENT,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER, "UID": NameOID.USER_ID,
    "UNSTRUCTUREDNAME": NameOID.UNSTRUCTURED_NAME, "HOSTNAME": NameOID.UNSTRUCTURED_NAME,
}  # fmt: skip


def make_key(kind: KeyKind = KeyKind.RSA, bits: int = 2048) -> PrivateKey:
    """A new pair of keys. ValueError for a size that is not offered."""
    if kind is KeyKind.RSA:
        if bits not in RSA_BITS:
            raise ValueError(f"RSA keys are of {', '.join(map(str, RSA_BITS))} bits, not of {bits}")
        return rsa.generate_private_key(65537, bits)
    if bits not in _CURVES:
        raise ValueError(f"ECDSA keys are of {', '.join(map(str, _CURVES))} bits, not of {bits}")
    return ec.generate_private_key(_CURVES[bits])


def key_pem(key: PrivateKey) -> bytes:
    """PKCS #8 in PEM, not encrypted: for a file that nobody else may read."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def subject_name(text: str) -> x509.Name:
    """`/C=JP/O=EXAMPLE/CN=host`, or `cn=host, o=EXAMPLE`, most general first in the one, last in the other.

    ValueError with a sentence for what cannot be read.
    """
    slashed = text.startswith("/")
    parts = [part.strip() for part in re.split(r"(?<!\\)/" if slashed else r"(?<!\\),", text) if part.strip()]
    attributes = []
    for part in parts:
        key, equals, value = part.partition("=")
        oid = _ATTRIBUTES.get(key.strip().upper())
        if not equals or oid is None or not value.strip():
            raise ValueError(f"`{part}` is no part of a name; write e.g. CN=host.example.com")
        plain = value.strip().strip('"').replace("\\,", ",").replace("\\/", "/")
        attributes.append(x509.NameAttribute(oid, plain))
    if not attributes:
        raise ValueError("the name is empty")
    return x509.Name(attributes if slashed else attributes[::-1])


def signing_request(key: PrivateKey, subject: x509.Name, alternatives: Iterable[str]) -> bytes:
    """The CSR in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    names = _alternatives(alternatives)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(_usage(), critical=True)
    return builder.sign(key, _hash(key)).public_bytes(Encoding.PEM)


def self_signed(key: PrivateKey, subject: x509.Name, alternatives: Iterable[str], now: datetime) -> bytes:
    """A certificate in DER that vouches for itself."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _SELF_SIGNED_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    names = _alternatives(alternatives)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, _hash(key)).public_bytes(Encoding.DER)


def pkcs12_of(
    name: str,
    own: Certificate | None,
    key: PrivateKey | None,
    authorities: Iterable[Certificate],
    password: bytes,
) -> bytes:
    """A file that is encrypted with the password."""
    certificate = own.parsed if own is not None else None
    others = [authority.parsed for authority in authorities]
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, others, BestAvailableEncryption(password)
    )


def _alternatives(texts: Iterable[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for text in dict.fromkeys(texts):
        if "@" in text:
            found.append(x509.RFC822Name(text))
            continue
        try:
            found.append(x509.IPAddress(ip_address(text)))
        except ValueError:
            found.append(x509.DNSName(text))
    return found


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _hash(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()
