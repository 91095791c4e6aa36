"""Certificates that stand for those on the devices, where two gateways negotiate in one process.

One authority vouches for everybody, and each side has what its configuration says of its certificate: what
else the devices' own certificates hold, nobody can know here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kakehashi.crypto.signatures import PrivateKey
from kakehashi.model.certificate import KeyKind
from kakehashi.model.identity import Identity
from kakehashi.pki.certificate import Certificate, read
from kakehashi.pki.keyring import Entry, Keyring
from kakehashi.pki.names import distinguished
from kakehashi.pki.request import make_key, subject_name
from kakehashi.wire.registry.ikev2 import IdType

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """What one certificate of ours is to be. `subject`, `alternatives`: as a configuration says, else by the
    identities.
    """

    identities: tuple[Identity, ...]
    subject: str = ""
    alternatives: tuple[str, ...] = ()
    key: KeyKind = KeyKind.RSA


def keyring(own: Mapping[str, Invented], trusted: Iterable[str]) -> Keyring:
    """Entries with certificates of ours, and entries that trust the one authority."""
    entries: dict[str, Entry] = {}
    root = _authority()[1]
    for name in trusted:
        entries[name] = Entry(name=name, anchors=(root,))
    for name, wanted in own.items():
        anchors = (root,) if name in entries else ()
        entries[name] = Entry(
            name=name, anchors=anchors, key=_key(wanted.key), certificate=_certificate(wanted)
        )
    return Keyring(entries, lambda: _NOW)


@cache
def _key(kind: KeyKind) -> PrivateKey:
    return make_key(kind, 2048 if kind is KeyKind.RSA else 256)


@cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the authority of both sides")])
    builder = _builder(name, name).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return key, read(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


@lru_cache(maxsize=256)
def _certificate(wanted: Invented) -> Certificate:
    key, authority = _authority()
    names: list[x509.GeneralName] = [_general(text) for text in dict.fromkeys(wanted.alternatives)]
    subject = _subject(wanted)
    identifier = b""
    for identity in wanted.identities:
        match identity.type:
            case IdType.ID_DER_ASN1_DN:
                subject = distinguished(identity.data) or subject
            case IdType.ID_KEY_ID:
                identifier = identity.data
            case _ if not wanted.alternatives and identity.data:
                names.append(_general(identity.text))
    builder = _builder(subject, authority.subject).public_key(_key(wanted.key).public_key())
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if identifier:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(identifier), critical=False)
    return read(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def _subject(wanted: Invented) -> x509.Name:
    if wanted.subject:
        try:
            return subject_name(wanted.subject)
        except ValueError:
            pass  # the configuration's reader has told of it
    texts = [i.text for i in wanted.identities if i.data and i.type is not IdType.ID_DER_ASN1_DN]
    common = (texts or ["device"])[0][:64]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        plain = text.encode("ascii", "replace").decode()
        return x509.RFC822Name(plain) if "@" in plain else x509.DNSName(plain)


def _builder(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - _YEAR)
        .not_valid_after(_NOW + _YEAR)
    )
