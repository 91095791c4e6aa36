"""The certificates of one gateway on disk: what the devices keep in their storage (V2-18, AW-09).

Each name has its own files: `NAME.ca.pem` with the authorities that it trusts and what leads to them,
`NAME.cert.pem` with our certificate, `NAME.key.pem` with its key (0600), `NAME.crl.pem` with lists of revoked
certificates. Whoever types, or loads a file, calls the methods of `Store`.
"""

import re
from base64 import encodebytes
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kakehashi.crypto.signatures import PrivateKey, key_text
from kakehashi.gateway.files import replace_file
from kakehashi.model.certificate import CertificateStatus, Enrollment, KeyKind, KeyStatus, Trustpoint
from kakehashi.pki import request
from kakehashi.pki.certificate import BadCertificate, Certificate, name_text, read
from kakehashi.pki.chain import find, out_of_date
from kakehashi.pki.expiry import days_left, mark
from kakehashi.pki.files import BadFile, Bundle, belongs, public_octets, read_file, read_pkcs12
from kakehashi.pki.keyring import Entry, Keyring
from kakehashi.pki.revocation import Revocation
from kakehashi.pki.verdict import Refused

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class PkiError(Exception):
    """What cannot be done with certificates, in a sentence."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has brought, as the devices show it before and after."""

    name: str
    authorities: tuple[Certificate, ...] = ()
    own: Certificate | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What somebody is shown before he accepts it. `complaint`: "" if nothing is wrong."""

    certificates: tuple[CertificateStatus, ...]
    complaint: str
    has_key: bool


@dataclass(slots=True)
class _Files:
    """One name as it is on disk."""

    authorities: list[Certificate] = field(default_factory=list)
    own: Certificate | None = None
    key: PrivateKey | None = field(default=None, repr=False)
    lists: list[bytes] = field(default_factory=list)


class Store:
    """The folder of a gateway's certificates; it is made when the first one comes. PkiError, GatewayError."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def names(self) -> tuple[str, ...]:
        """What is there, in alphabetical order."""
        if not self._folder.is_dir():
            return ()
        found = {path.name.rsplit(".", 2)[0] for path in self._folder.glob("*.*.pem")}
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def look_at(self, data: bytes, password: bytes | None = None) -> Bundle:
        """What a file or a pasted text holds, without keeping it."""
        try:
            return read_file(data, password)
        except BadFile as bad:
            raise PkiError(str(bad)) from None

    def authenticate(self, name: str, data: bytes) -> Imported:
        """Trust the authorities of a file from now on (`crypto pki authenticate`)."""
        bundle = self.look_at(data)
        if not bundle.certificates:
            raise PkiError("there is no certificate in it")
        for certificate in bundle.certificates:
            if not certificate.is_authority and not certificate.is_self_issued:
                raise PkiError(f"{certificate} is not a certificate of an authority (CA)")
        files = self._read(name)
        files.authorities = list(dict.fromkeys((*bundle.certificates, *files.authorities)))
        self._write_certificates(name, "ca", files.authorities)
        return Imported(name, authorities=bundle.certificates, notes=self._notes(bundle.certificates))

    def enroll(self, trustpoint: Trustpoint) -> bytes:
        """Our request to the authority, as PEM; of a trustpoint that signs for itself our certificate.

        The key is made if the name has none yet. The new certificate comes by `import_certificate`.
        """
        self._check(trustpoint.name)
        key_name = trustpoint.key_name or trustpoint.name
        key = self._read(key_name).key or self.make_key(key_name, trustpoint.key, trustpoint.key_bits)
        if key_name != trustpoint.name:
            self._write(trustpoint.name, "key", request.key_pem(key))
        try:
            subject = request.subject_name(trustpoint.subject or f"CN={trustpoint.name}")
            if trustpoint.enrollment is Enrollment.SELF_SIGNED:
                der = request.self_signed(key, subject, trustpoint.alternatives, self._clock())
                certificate = read(der)
                self._write_certificates(trustpoint.name, "cert", [certificate])
                self._write_certificates(trustpoint.name, "ca", [certificate])
                return _pem([certificate])
            return request.signing_request(key, subject, trustpoint.alternatives)
        except (ValueError, BadCertificate) as error:
            raise PkiError(f"{trustpoint.name}: {error}") from None

    def has_key(self, trustpoint: Trustpoint) -> bool:
        """Is there the pair of keys that it uses?"""
        return self._read(trustpoint.key_name or trustpoint.name).key is not None

    def make_key_of(self, trustpoint: Trustpoint) -> PrivateKey:
        """The pair of keys that a trustpoint uses, anew."""
        return self.make_key(trustpoint.key_name or trustpoint.name, trustpoint.key, trustpoint.key_bits)

    def make_key(self, name: str, kind: KeyKind = KeyKind.RSA, bits: int = 2048) -> PrivateKey:
        """A new key under a name, in the place of an old one, whose certificate then serves no more."""
        self._check(name)
        try:
            key = request.make_key(kind, bits)
        except ValueError as error:
            raise PkiError(str(error)) from None
        self._write(name, "key", request.key_pem(key))
        return key

    def import_certificate(self, name: str, data: bytes, password: bytes | None = None) -> Imported:
        """Keep what a file in PEM or DER holds: our certificate with its key or for the key that is here
        already, authorities, lists of revoked certificates.
        """
        return self._keep(name, self.look_at(data, password))

    def import_pkcs12(self, name: str, data: bytes, password: bytes | None) -> Imported:
        """Keep a key with its certificate and the authorities that came along."""
        try:
            bundle = read_pkcs12(data, password)
        except BadFile as bad:
            raise PkiError(str(bad)) from None
        return self._keep(name, bundle)

    def erase(self, name: str) -> bool:
        """Forget a name with its key. False if it is not there."""
        self._check(name)
        found = [path for kind in ("ca", "cert", "key", "crl") if (path := self._path(name, kind)).exists()]
        for path in found:
            path.unlink()
        return bool(found)

    def examine(self, name: str, data: bytes, password: bytes | None = None) -> Examined:
        """What a file or a text holds, and what speaks against keeping it under that name."""
        bundle, files = self.look_at(data, password), self._read(name)
        key = bundle.key or files.key
        found = []
        for certificate in bundle.certificates:
            is_own = key is not None and belongs(key, certificate)
            found.append(_status(name, certificate, is_own=is_own, has_key=is_own))
        complaint = ""
        if bundle.certificates:
            first, *others = bundle.certificates
            complaint = self._complaint(first, (*others, *files.authorities), files.authorities)
        return Examined(tuple(found), complaint, bundle.key is not None)

    def export_pem(self, name: str, which: str = "") -> bytes:
        """The certificates of a name, never its key: `ca` the authorities', `own` ours, "" both."""
        files = self._read(name)
        own = [files.own] if files.own is not None and which != "ca" else []
        found = [*own, *(files.authorities if which != "own" else ())]
        if not found:
            raise PkiError(f"{name} has no such certificate")
        return _pem(found)

    def export_pkcs12(self, name: str, password: bytes, *, with_own: bool = True) -> bytes:
        """Our key with its certificate and the authorities, or the authorities alone."""
        files = self._read(name)
        if with_own and (files.key is None or files.own is None):
            raise PkiError(f"{name} has no certificate of this device with its key")
        if not with_own and not files.authorities:
            raise PkiError(f"{name} has no certificate of an authority")
        own, key = (files.own, files.key) if with_own else (None, None)
        return request.pkcs12_of(name, own, key, files.authorities, password)

    def key_statuses(self) -> tuple[KeyStatus, ...]:
        """The pairs of keys, for `show`: of each what everybody may know."""
        found = []
        for name in self.names():
            try:
                key = self._read(name).key
            except PkiError:
                continue
            if key is not None:
                made = datetime.fromtimestamp(self._path(name, "key").stat().st_mtime, UTC)
                found.append(KeyStatus(name, key_text(key), public_octets(key.public_key()), made))
        return tuple(found)

    def erase_key(self, name: str) -> bool:
        """Destroy a pair of keys, under whatever name there are copies of it. False if it is not there."""
        key = self._read(name).key
        if key is None:
            return False
        public = public_octets(key.public_key())
        for status in self.key_statuses():
            if status.public == public:
                self._path(status.name, "key").unlink()
        return True

    def keyring(
        self, trustpoints: Iterable[Trustpoint], revocation: Revocation | None = None
    ) -> tuple[Keyring, tuple[str, ...]]:
        """What IKE is given: the store, and what the configuration itself holds. With complaints about what
        cannot be read, each a sentence.
        """
        configured = {t.name: t for t in trustpoints}
        entries: dict[str, Entry] = {}
        lists: list[bytes] = []
        complaints: list[str] = []
        for name in dict.fromkeys((*configured, *self.names())):
            try:
                files = self._read(name)
            except PkiError as error:
                complaints.append(str(error))
                continue
            trustpoint = configured.get(name)
            if trustpoint is not None:
                complaints += self._add_configured(files, trustpoint)
            lists += files.lists
            entries[name] = _entry(name, files, trustpoint)
        return Keyring(entries, self._clock, revocation or Revocation(lists)), tuple(complaints)

    def statuses(self, trustpoints: Iterable[Trustpoint] = ()) -> tuple[CertificateStatus, ...]:
        """Every certificate, for `show`."""
        return statuses(self.keyring(trustpoints)[0])

    def _complaint(
        self, first: Certificate, others: Iterable[Certificate], trusted: list[Certificate]
    ) -> str:
        """What is wrong with a certificate that is to be kept. What came along vouches for nobody."""
        now = self._clock()
        if first.is_authority or first.is_self_issued:
            wrong = out_of_date(first, now)
            if wrong is None and first.is_self_issued and not first.is_signed_by(first):
                return f"{first}: its signature is not its own"
            return wrong.sentence if wrong else ""
        anchors = [c for c in trusted if c.is_self_issued] or trusted
        found = find(first, others, anchors, now)
        return found.sentence if isinstance(found, Refused) else ""

    def _keep(self, name: str, bundle: Bundle) -> Imported:
        files = self._read(name)
        key = bundle.key or files.key
        own = next((c for c in bundle.certificates if key is not None and belongs(key, c)), None)
        others = tuple(c for c in bundle.certificates if c != own)
        if bundle.key is not None and own is None and bundle.certificates:
            raise PkiError("its private key is not the one of any of its certificates")
        strangers = [c for c in others if not c.is_authority and not c.is_self_issued]
        if strangers:
            raise PkiError(
                f"{strangers[0]} is no certificate of an authority, and its private key is neither in the "
                f"file nor in the store under {name}: import it with its key (PKCS #12), or make a "
                "request first"
            )
        if not bundle.certificates and not bundle.lists and bundle.key is None:
            raise PkiError("there is nothing in it")
        if bundle.key is not None:
            self._write(name, "key", request.key_pem(bundle.key))
        if own is not None:
            self._write_certificates(name, "cert", [own])
        if others:
            self._write_certificates(name, "ca", list(dict.fromkeys((*others, *files.authorities))))
        if bundle.lists:
            self._write(name, "crl", b"\n".join(bundle.lists) + b"\n")
        return Imported(name, others, own, self._notes((*((own,) if own else ()), *others)))

    def _notes(self, certificates: Iterable[Certificate]) -> tuple[str, ...]:
        now = self._clock()
        return tuple(wrong.sentence for c in certificates if (wrong := out_of_date(c, now)) is not None)

    def _add_configured(self, files: _Files, trustpoint: Trustpoint) -> list[str]:
        complaints = []
        for der in trustpoint.certificates:
            try:
                found = read(der)
            except BadCertificate as bad:
                complaints.append(f"trustpoint {trustpoint.name}: {bad.sentence}")
                continue
            if files.key is not None and files.own is None and belongs(files.key, found):
                files.own = found
            elif (found.is_authority or found.is_self_issued) and found not in files.authorities:
                files.authorities.append(found)
        return complaints

    def _read(self, name: str) -> _Files:
        self._check(name)
        files = _Files()
        for kind in ("ca", "cert", "key", "crl"):
            path = self._path(name, kind)
            if not path.exists():
                continue
            try:
                bundle = read_file(path.read_bytes())
            except (BadFile, OSError) as error:
                raise PkiError(f"{path}: {error}") from None
            if kind == "ca":
                files.authorities = list(bundle.certificates)
            elif kind == "cert":
                files.own = bundle.certificates[0] if bundle.certificates else None
            elif kind == "key":
                files.key = bundle.key
            else:
                files.lists = list(bundle.lists)
        return files

    def _write_certificates(self, name: str, kind: str, certificates: list[Certificate]) -> None:
        self._write(name, kind, _pem(certificates))

    def _write(self, name: str, kind: str, data: bytes) -> None:
        """All or nothing, and never readable by others."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path(name, kind), data)
        except OSError as error:
            raise PkiError(f"{self._folder}: {error.strerror}") from None

    def _path(self, name: str, kind: str) -> Path:
        return self._folder / f"{name}.{kind}.pem"

    def _check(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise PkiError(
                f"`{name}` is no name for a certificate: letters, digits, `.`, `_` and `-`, 64 at most"
            )


def statuses(keyring: Keyring) -> tuple[CertificateStatus, ...]:
    """Every certificate of a keyring, for `show`."""
    found: list[CertificateStatus] = []
    for entry in keyring.entries.values():
        if entry.certificate is not None:
            found.append(_status(entry.name, entry.certificate, is_own=True, has_key=entry.key is not None))
        found += [_status(entry.name, c, is_own=False) for c in (*entry.anchors, *entry.intermediates)]
    return tuple(found)


def expiring(keyring: Keyring, now: datetime) -> list[tuple[CertificateStatus, int]]:
    """What expires within the longest warning or has expired, with the days that are left, rounded up."""
    return [
        (status, days_left(status.not_after, now))
        for status in statuses(keyring)
        if mark(status.not_after, now) is not None
    ]


def expiry_text(status: CertificateStatus, days: int) -> str:
    """A sentence for the log."""
    what = f"the certificate {status.subject} ({status.name})"
    if days <= 0:
        return f"{what} has expired on {status.not_after:%Y-%m-%d %H:%M} UTC"
    return f"{what} expires within {days} day{'s' * (days != 1)}, on {status.not_after:%Y-%m-%d %H:%M} UTC"


def _entry(name: str, files: _Files, trustpoint: Trustpoint | None) -> Entry:
    # What the operator has named is trusted, be it the root or an authority below it.
    roots = [c for c in files.authorities if c.is_self_issued] or files.authorities
    return Entry(
        name=name,
        anchors=tuple(roots),
        intermediates=tuple(c for c in files.authorities if c not in roots),
        key=files.key,
        certificate=files.own,
        crl_url=trustpoint.crl_url if trustpoint else "",
        ocsp_url=trustpoint.ocsp_url if trustpoint else "",
    )


def _status(name: str, certificate: Certificate, *, is_own: bool, has_key: bool = False) -> CertificateStatus:
    return CertificateStatus(
        name=name,
        is_own=is_own,
        has_key=has_key,
        is_self_signed=certificate.is_self_issued,
        is_authority=certificate.is_authority,
        subject=name_text(certificate.subject),
        issuer=name_text(certificate.issuer),
        serial=certificate.serial,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        key=key_text(certificate.key),
        signature=certificate.signature_hash,
        alternatives=(
            *certificate.names.dns,
            *certificate.names.emails,
            *map(str, certificate.names.addresses),
        ),
        usage=tuple(sorted(certificate.key_usage or ())),
        crl_urls=certificate.crl_urls,
        ocsp_urls=certificate.ocsp_urls,
        sha1=certificate.fingerprint("sha1"),
        sha256=certificate.fingerprint("sha256"),
        md5=certificate.fingerprint("md5"),
    )


def _pem(certificates: Iterable[Certificate]) -> bytes:
    parts = []
    for certificate in certificates:
        # 64 characters a line (RFC 7468): 48 octets.
        der = certificate.der
        lines = b"".join(encodebytes(der[i : i + 48]) for i in range(0, len(der), 48))
        parts.append(b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n")
    return b"".join(parts)
