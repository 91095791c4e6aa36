"""An authority of the tests' own: it certifies anything, be it wrong."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from kakehashi.pki.certificate import Certificate, read

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAKERS: dict[str, Callable[[], object]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-4096": lambda: rsa.generate_private_key(65537, 4096),
    "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),
    "ecdsa-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@cache
def key_of(owner: str, kind: str):  # type: ignore[no-untyped-def]
    """The key of somebody: made once, for RSA takes its time."""
    return MAKERS[kind]()


def name(text: str) -> x509.Name:
    """`C=JP,O=EXAMPLE,CN=host`."""
    oids = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "C": NameOID.COUNTRY_NAME}
    return x509.Name(
        [x509.NameAttribute(oids[k], v) for k, _, v in (part.partition("=") for part in text.split(","))]
    )


def alternatives(texts: Iterable[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for text in texts:
        if "@" in text:
            found.append(x509.RFC822Name(text))
        elif text[0].isdigit():
            found.append(x509.IPAddress(ip_address(text)))
        else:
            found.append(x509.DNSName(text))
    return found


class Authority:
    """Whoever signs: a root if `above` is None."""

    def __init__(
        self,
        subject: str = "C=JP,O=EXAMPLE,CN=Root",
        above: "Authority | None" = None,
        kind: str = "ecdsa-256",
        *,
        now: datetime = NOW,
        path_length: int | None = None,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
        is_ca: bool = True,
        valid: tuple[timedelta, timedelta] = (-365 * DAY, 3650 * DAY),
    ) -> None:
        self.now = now
        self.key = key_of(subject, kind)
        self.name = name(subject)
        constraints = x509.BasicConstraints(ca=is_ca, path_length=path_length if is_ca else None)
        extras = [(constraints, True), (usage("key_cert_sign", "crl_sign"), True), *extensions]
        self.above = above or self
        self.certificate = self.above._sign(self.name, self.key.public_key(), valid, extras)

    @property
    def pem(self) -> bytes:
        return pem(self.certificate)

    def issue(
        self,
        subject: str,
        *,
        kind: str = "ecdsa-256",
        names: Iterable[str] | None = None,
        valid: tuple[timedelta, timedelta] = (-DAY, 90 * DAY),
        key_usage: x509.KeyUsage | None = None,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
        hash_: hashes.HashAlgorithm | None = None,
        owner: str = "",
    ) -> "Issued":
        """A certificate for `CN=...`; its DNS name is its CN where `names` does not say otherwise."""
        key = key_of(owner or subject, kind)
        parsed = name(subject)
        common = parsed.get_attributes_for_oid(NameOID.COMMON_NAME)
        found = alternatives([str(common[0].value)] if names is None and common else names or ())
        extras: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(False, None), True)]
        if found:
            extras.append((x509.SubjectAlternativeName(found), False))
        extras.append((key_usage or usage("digital_signature"), True))
        certificate = self._sign(parsed, key.public_key(), valid, [*extras, *extensions], hash_)
        return Issued(certificate, key, self)

    def certificate_for(self, request: x509.CertificateSigningRequest) -> Certificate:
        """What a request asks for."""
        extensions = [(e.value, e.critical) for e in request.extensions]
        return self._sign(request.subject, request.public_key(), (-DAY, 90 * DAY), extensions)

    def crl(
        self, *revoked: Certificate, next_update: timedelta = DAY, reason: str = "keyCompromise"
    ) -> bytes:
        """Its list, in DER."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(self.now - DAY / 24).next_update(self.now + next_update)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial)
            entry = entry.revocation_date(self.now - 10 * DAY)
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, self._hash()).public_bytes(Encoding.DER)

    def ocsp(self, certificate: Certificate, good: bool = True, responder: "Issued | None" = None) -> bytes:
        """Its answer about a certificate, in DER; signed by a responder that it has charged with it, or itself."""
        status = ocsp.OCSPCertStatus.GOOD if good else ocsp.OCSPCertStatus.REVOKED
        signer = responder.certificate.parsed if responder else self.certificate.parsed
        builder = ocsp.OCSPResponseBuilder().add_response(
            certificate.parsed, self.certificate.parsed, hashes.SHA1(), status, self.now - DAY / 24, self.now + DAY,
            None if good else self.now - 5 * DAY, None if good else x509.ReasonFlags.superseded,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        if responder:
            builder = builder.certificates([signer])
        key = responder.key if responder else self.key
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _sign(self, subject, public, valid, extensions, hash_=None):  # type: ignore[no-untyped-def]
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + valid[0]).not_valid_after(self.now + valid[1])
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )  # fmt: skip
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return read(builder.sign(self.key, hash_ or self._hash()).public_bytes(Encoding.DER))

    def _hash(self) -> hashes.HashAlgorithm | None:
        return None if isinstance(self.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


class Issued:
    """A certificate with its key."""

    def __init__(self, certificate: Certificate, key: object, issuer: Authority) -> None:
        self.certificate = certificate
        self.key = key
        self.issuer = issuer

    @property
    def pem(self) -> bytes:
        """The certificate, then the key."""
        return pem(self.certificate) + self.key_pem

    @property
    def key_pem(self) -> bytes:
        key = self.key
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined,no-any-return]

    def pkcs12(self, password: str, *authorities: Authority) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"own", self.key, self.certificate.parsed, [a.certificate.parsed for a in authorities],  # type: ignore[arg-type]
            BestAvailableEncryption(password.encode()),
        )  # fmt: skip


def pem(*certificates: Certificate) -> bytes:
    return b"".join(c.parsed.public_bytes(Encoding.PEM) for c in certificates)


def usage(*which: str) -> x509.KeyUsage:
    """E.g. `digital_signature`."""
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{one: one in which for one in every})


def asks(url: str) -> tuple[x509.ExtensionType, bool]:
    """Where the responder of OCSP is."""
    place = x509.UniformResourceIdentifier(url)
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
    return x509.AuthorityInformationAccess([access]), False


def lists(url: str) -> tuple[x509.ExtensionType, bool]:
    """Where the authority's list is."""
    place = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False


OCSP_SIGNING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
