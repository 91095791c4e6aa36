"""Certificates that stand for those on the devices: where two gateways negotiate in one process, in a lab.

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
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

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
_AUTHORITYS_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """What one certificate of ours is to be. `subject`, `alternatives`: as a configuration says, else by the
    identities.
    """

    identities: tuple[Identity, ...]
    subject: str = ""
    alternatives: tuple[str, ...] = ()
    key: KeyKind = KeyKind.RSA


class Authority:
    """Vouches for everybody, for a year around `now`. `crl_url`, `ocsp_url`: what its certificates say of
    where to ask about them, "" is nothing.
    """

    def __init__(self, now: datetime, name: str, crl_url: str = "", ocsp_url: str = "") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._now = now
        self._places = _places(crl_url, ocsp_url)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _builder(subject, subject, now).public_key(self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_AUTHORITYS_USAGE, critical=True)
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
        )
        self.certificate = read(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER))

    def certify(self, wanted: Invented, key: PrivateKey) -> Certificate:
        """A certificate for a key."""
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
        builder = _builder(subject, self.certificate.subject, self._now).public_key(key.public_key())
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if identifier:
            builder = builder.add_extension(x509.SubjectKeyIdentifier(identifier), critical=False)
        for place in self._places:
            builder = builder.add_extension(place, critical=False)
        return read(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER))


def keyring(own: Mapping[str, Invented], trusted: Iterable[str]) -> Keyring:
    """Entries with certificates of ours, and entries that trust the one authority."""
    entries: dict[str, Entry] = {}
    root = _authority().certificate
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
def _authority() -> Authority:
    return Authority(_NOW, "the authority of both sides")


@lru_cache(maxsize=256)
def _certificate(wanted: Invented) -> Certificate:
    return _authority().certify(wanted, _key(wanted.key))


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


def _places(crl_url: str, ocsp_url: str) -> list[x509.ExtensionType]:
    """Where to ask about a certificate (RFC 5280 sections 4.2.1.13 and 4.2.2.1)."""
    found: list[x509.ExtensionType] = []
    if crl_url:
        name = x509.UniformResourceIdentifier(crl_url)
        found.append(x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)]))
    if ocsp_url:
        where = x509.UniformResourceIdentifier(ocsp_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)
        found.append(x509.AuthorityInformationAccess([access]))
    return found


def _builder(subject: x509.Name, issuer: x509.Name, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _YEAR)
        .not_valid_after(now + _YEAR)
    )
