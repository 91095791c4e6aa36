"""A certificate as far as IKE needs it, read at once: what a broken one raises, it raises here."""

import hashlib
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID, NameOID

from kakehashi.crypto.signatures import CURVES, PublicKey
from kakehashi.model.address import IPAddress
from kakehashi.pki.verdict import Reason

MAX_SIZE = 16 * 1024  # octets of one certificate
_LONGEST = 200  # characters of a name in a sentence

# Policies are not evaluated: IPsec has no use for them (RFC 4945 section 5.1.3.4).
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
    }
)
_SHORT = {
    NameOID.COMMON_NAME: "CN", NameOID.COUNTRY_NAME: "C", NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU", NameOID.LOCALITY_NAME: "L",
    NameOID.STATE_OR_PROVINCE_NAME: "ST", NameOID.EMAIL_ADDRESS: "E", NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.DOMAIN_COMPONENT: "DC", NameOID.USER_ID: "UID", NameOID.SURNAME: "SN",
    NameOID.GIVEN_NAME: "GN", NameOID.UNSTRUCTURED_NAME: "unstructuredName",
}  # fmt: skip


class BadCertificate(Exception):  # noqa: N818 (it says what happened)
    """Octets that are no certificate we can use."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one certificate, or of one side of its name constraints."""

    dns: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[IPAddress | IPv4Network | IPv6Network, ...] = ()
    directory: tuple[x509.Name, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.dns or self.emails or self.addresses or self.directory)


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """One X.509 certificate. Two are equal if their octets are.

    `path_length` None is unlimited; `key_usage` None: the extension is not there, else the names of RFC 5280
    section 4.2.1.3; `extended_key_usage` likewise, as dotted OIDs. `permitted`, `excluded`: of name
    constraints. `spki_sha1`: what CERTREQ calls the authority by (RFC 7296 section 3.7).
    """

    der: bytes
    parsed: x509.Certificate = field(repr=False)
    subject: x509.Name
    issuer: x509.Name
    not_before: datetime
    not_after: datetime
    key: PublicKey
    spki_sha1: bytes
    signature_hash: str
    is_authority: bool
    path_length: int | None
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str] | None
    names: Names
    permitted: Names
    excluded: Names
    unknown_critical: str
    key_identifier: bytes
    authority_key_identifier: bytes
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def is_self_issued(self) -> bool:
        """Has it issued itself, by its names?"""
        return bool(self.subject == self.issuer)

    @property
    def common_name(self) -> str:
        """The last CN of its subject, "" if there is none."""
        found = self.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(found[-1].value) if found else ""

    @property
    def serial(self) -> int:
        """Its number among those of its issuer."""
        return self.parsed.serial_number

    def __str__(self) -> str:
        return name_text(self.subject) or "(no subject)"

    def fingerprint(self, hash_name: str = "sha1") -> bytes:
        """The hash of its octets."""
        return hashlib.new(hash_name, self.der, usedforsecurity=False).digest()

    def is_signed_by(self, issuer: "Certificate") -> bool:
        """Do the issuer's name and key fit?"""
        try:
            self.parsed.verify_directly_issued_by(issuer.parsed)
        except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
            return False
        return True


def name_text(name: x509.Name, separator: str = ", ") -> str:
    """`C=JP, O=EXAMPLE, CN=host`: in the order of the certificate; control characters and lengths tamed."""
    parts = [
        "+".join(f"{_SHORT.get(a.oid, a.oid.dotted_string)}={_printable(a.value)}" for a in rdn)
        for rdn in name.rdns
    ]
    text = separator.join(parts)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def read(der: bytes) -> Certificate:
    """BadCertificate for what cannot be read, has a key that we do not know, or is too large."""
    if len(der) > MAX_SIZE:
        raise BadCertificate(
            Reason.TOO_LARGE,
            f"a certificate of {len(der)} octets is larger than the {MAX_SIZE} that are read",
        )
    return _read(der)


# Reading takes longer than all checks, and a gateway meets the same authorities all day.
@lru_cache(maxsize=512)
def _read(der: bytes) -> Certificate:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = x509.load_der_x509_certificate(der)
            return _taken_apart(der, found)
    except BadCertificate:
        raise
    except Exception as error:  # the parser's own errors are many, and none of them is ours
        text = " ".join(str(error).split())[:_LONGEST]
        raise BadCertificate(Reason.UNREADABLE, f"a certificate cannot be read: {text}") from None


def _taken_apart(der: bytes, found: x509.Certificate) -> Certificate:
    extensions = {extension.oid: extension for extension in found.extensions}
    unknown = [
        oid.dotted_string
        for oid, extension in extensions.items()
        if extension.critical and oid not in _UNDERSTOOD
    ]
    basic = _value(extensions, ExtensionOID.BASIC_CONSTRAINTS)
    usage = _value(extensions, ExtensionOID.EXTENDED_KEY_USAGE)
    constraints = _value(extensions, ExtensionOID.NAME_CONSTRAINTS)
    own_id = _value(extensions, ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    issuer_id = _value(extensions, ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    key = found.public_key()
    if not isinstance(
        key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
    ) or (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in CURVES):
        raise BadCertificate(
            Reason.UNREADABLE, f"{name_text(found.subject)}: a key of a kind that is not known here"
        )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Certificate(
        der=der,
        parsed=found,
        subject=found.subject,
        issuer=found.issuer,
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        key=key,
        spki_sha1=hashlib.sha1(spki, usedforsecurity=False).digest(),
        signature_hash=found.signature_hash_algorithm.name if found.signature_hash_algorithm else "",
        is_authority=bool(basic and basic.ca),
        path_length=basic.path_length if basic else None,
        key_usage=_key_usage(_value(extensions, ExtensionOID.KEY_USAGE)),
        extended_key_usage=None if usage is None else frozenset(oid.dotted_string for oid in usage),
        names=_names(_value(extensions, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)),
        permitted=_names(constraints.permitted_subtrees if constraints else None),
        excluded=_names(constraints.excluded_subtrees if constraints else None),
        unknown_critical=", ".join(unknown),
        key_identifier=own_id.digest if own_id else b"",
        authority_key_identifier=(issuer_id.key_identifier or b"") if issuer_id else b"",
        crl_urls=_crl_urls(_value(extensions, ExtensionOID.CRL_DISTRIBUTION_POINTS)),
        ocsp_urls=_ocsp_urls(_value(extensions, ExtensionOID.AUTHORITY_INFORMATION_ACCESS)),
    )


# What `cryptography` gives for an extension has no type in common.
def _value(
    extensions: "dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]]", oid: x509.ObjectIdentifier
) -> Any:
    extension = extensions.get(oid)
    return None if extension is None else extension.value


def _key_usage(value: x509.KeyUsage | None) -> frozenset[str] | None:
    if value is None:
        return None
    usages = {
        "digitalSignature": value.digital_signature,
        "nonRepudiation": value.content_commitment,
        "keyEncipherment": value.key_encipherment,
        "dataEncipherment": value.data_encipherment,
        "keyAgreement": value.key_agreement,
        "keyCertSign": value.key_cert_sign,
        "cRLSign": value.crl_sign,
    }
    return frozenset(name for name, there in usages.items() if there)


def _names(values: "x509.SubjectAlternativeName | list[x509.GeneralName] | None") -> Names:
    dns, emails, addresses, directory = [], [], [], []
    for value in values or ():
        match value:
            case x509.DNSName():
                dns.append(value.value)
            case x509.RFC822Name():
                emails.append(value.value)
            case x509.IPAddress():
                addresses.append(value.value)
            case x509.DirectoryName():
                directory.append(value.value)
    return Names(tuple(dns), tuple(emails), tuple(addresses), tuple(directory))


def _crl_urls(points: x509.CRLDistributionPoints | None) -> tuple[str, ...]:
    return _http(name.value for point in points or () for name in point.full_name or ())


def _ocsp_urls(access: x509.AuthorityInformationAccess | None) -> tuple[str, ...]:
    return _http(
        a.access_location.value for a in access or () if a.access_method == AuthorityInformationAccessOID.OCSP
    )


def _http(values: object) -> tuple[str, ...]:
    """The first addresses that can be asked."""
    found = [str(value) for value in values if str(value).startswith("http://")]  # type: ignore[attr-defined]
    return tuple(found[:4])


def _printable(value: str | bytes) -> str:
    text = value if isinstance(value, str) else value.hex()
    return "".join(c if c.isprintable() else "?" for c in text)
