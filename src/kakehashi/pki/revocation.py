"""Is a certificate still good? By lists (RFC 5280 section 5) and by OCSP (RFC 6960), from what is at hand.

What is not at hand is named, to be fetched; what was fetched, or could not be, is remembered for a while.
"""

import warnings
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from kakehashi.model.certificate import RevocationMethod
from kakehashi.pki.certificate import BadCertificate, Certificate, name_text, read
from kakehashi.pki.chain import Chain, out_of_date
from kakehashi.pki.verdict import Fetch, FetchKind, Pending, Reason, Refused

MAX_LIST = 4 * 1024 * 1024  # octets of a list
MAX_ANSWER = 64 * 1024  # octets of an OCSP response
_KEPT = 256  # answers and lists that are remembered
_LONGEST = timedelta(hours=24)  # nothing is remembered longer, whatever it says of itself
_DEFAULT = timedelta(hours=1)  # for what says nothing
_RETRY = timedelta(seconds=60)  # after a failure
_SKEW = timedelta(minutes=5)  # clocks differ


@dataclass(frozen=True, slots=True)
class _Known:
    """What a fetch brought: octets, or why there are none; good until `until`."""

    data: bytes
    error: str
    until: datetime


@dataclass(frozen=True, slots=True)
class _Unknown:
    """Why a method does not tell."""

    why: str


@dataclass(frozen=True, slots=True)
class _Good:
    """Not revoked."""


_Status = _Good | Refused | _Unknown | Fetch


class Revocation:
    """The lists of the store, and a bounded memory of what was fetched."""

    def __init__(self, lists: Iterable[bytes] = ()) -> None:
        self._local = [crl for data in lists if (crl := _read_list(data)) is not None]
        self._known: OrderedDict[Fetch, _Known] = OrderedDict()

    def learn(self, fetch: Fetch, data: bytes | None, error: str, now: datetime) -> None:
        """What a fetch brought; `data` None: nothing, for `error`."""
        until = now + _RETRY
        if data is not None:
            until = min(_lasts(fetch.kind, data, now), now + _LONGEST)
        self._known[fetch] = _Known(data or b"", error, max(until, now + _RETRY))
        self._known.move_to_end(fetch)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def judge(
        self,
        chain: Chain,
        methods: tuple[RevocationMethod, ...],
        extra: tuple[str, str],
        now: datetime,
    ) -> Refused | Pending | None:
        """None: as far as `methods` demand, nothing in the chain is revoked. `extra`: where else to ask, for
        lists and by OCSP, "" where nothing is configured.
        """
        if not methods or methods[0] is RevocationMethod.NONE:
            return None
        wanted: list[Fetch] = []
        for certificate, issuer in pairwise(chain):
            answer = self._of_one(certificate, issuer, methods, extra, now)
            if isinstance(answer, Refused):
                return answer
            if isinstance(answer, Fetch):
                wanted.append(answer)
        return Pending(tuple(dict.fromkeys(wanted))) if wanted else None

    def _of_one(
        self,
        certificate: Certificate,
        issuer: Certificate,
        methods: tuple[RevocationMethod, ...],
        extra: tuple[str, str],
        now: datetime,
    ) -> Refused | Fetch | None:
        told: list[str] = []
        for method in methods:
            if method is RevocationMethod.NONE:
                return None
            crl_url, ocsp_url = extra
            if method is RevocationMethod.CRL:
                status = self._by_list(certificate, issuer, crl_url, now)
            else:
                status = self._by_ocsp(certificate, issuer, ocsp_url, now)
            match status:
                case _Good():
                    return None
                case Refused() | Fetch():
                    return status
                case _Unknown(why):
                    told.append(f"{method.value}: {why}")
        return Refused(
            Reason.REVOCATION_UNKNOWN,
            f"{certificate}: whether it is revoked cannot be learned ({'; '.join(told)})",
        )

    def _by_list(self, certificate: Certificate, issuer: Certificate, extra: str, now: datetime) -> _Status:
        why = f"there is no list of {name_text(certificate.issuer)}"
        for crl in self._local:
            if crl.issuer == certificate.issuer:
                status = _look_up(crl, certificate, issuer, now)
                if not isinstance(status, _Unknown):
                    return status
                why = status.why
        for url in dict.fromkeys((*((extra,) if extra else ()), *certificate.crl_urls)):
            fetch = Fetch(FetchKind.CRL, url)
            known = self._known.get(fetch)
            if known is None or known.until <= now:
                return fetch
            if known.error:
                why = f"{url}: {known.error}"
                continue
            found = _read_list(known.data)
            status = _Unknown("no list") if found is None else _look_up(found, certificate, issuer, now)
            if not isinstance(status, _Unknown):
                return status
            why = f"{url}: {status.why}"
        return _Unknown(why)

    def _by_ocsp(
        self,
        certificate: Certificate,
        issuer: Certificate,
        extra: str,
        now: datetime,
    ) -> _Status:
        why = "nobody is named who could be asked"
        for url in dict.fromkeys((*((extra,) if extra else ()), *certificate.ocsp_urls)):
            fetch = Fetch(FetchKind.OCSP, url, _question(certificate, issuer))
            known = self._known.get(fetch)
            if known is None or known.until <= now:
                return fetch
            status = _Unknown(known.error) if known.error else _answer(known.data, certificate, issuer, now)
            if not isinstance(status, _Unknown):
                return status
            why = f"{url}: {status.why}"
        return _Unknown(why)


def is_list(data: bytes) -> bool:
    """Is it a list of revoked certificates that can be read?"""
    return _read_list(data) is not None


def _read_list(data: bytes) -> x509.CertificateRevocationList | None:
    if len(data) > MAX_LIST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if data.lstrip().startswith(b"-----BEGIN"):
                return x509.load_pem_x509_crl(data)
            return x509.load_der_x509_crl(data)
    except Exception:  # the parser's own errors are many, and none of them is ours
        return None


def _look_up(
    crl: x509.CertificateRevocationList, certificate: Certificate, issuer: Certificate, now: datetime
) -> _Status:
    try:
        return _looked_up(crl, certificate, issuer, now)
    except Exception as error:  # the parser's own errors are many, and none of them is ours
        return _Unknown(f"the list cannot be read: {type(error).__name__}")


def _looked_up(
    crl: x509.CertificateRevocationList, certificate: Certificate, issuer: Certificate, now: datetime
) -> _Status:
    if crl.issuer != certificate.issuer:
        return _Unknown("the list is another authority's")
    unknown = [e.oid.dotted_string for e in crl.extensions if e.critical and not _is_whole(e)]
    if unknown:
        return _Unknown(f"the list is only a part, or indirect ({', '.join(unknown)})")
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        return _Unknown(f"{issuer} must not sign lists (its key usage has no cRLSign)")
    if not crl.is_signature_valid(issuer.key):
        return _Unknown("the list is not signed by its authority")
    if crl.last_update_utc > now + _SKEW:
        return _Unknown("the list is of the future")
    if crl.next_update_utc is not None and crl.next_update_utc < now - _SKEW:
        return _Unknown(f"the list was good until {crl.next_update_utc:%Y-%m-%d %H:%M:%S} UTC")
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial)
    if entry is None:
        return _Good()
    return _revoked(certificate, entry.revocation_date_utc, _entry_reason(entry), "by its authority's list")


def _is_whole(extension: "x509.Extension[x509.ExtensionType]") -> bool:
    """Does a critical extension of a list leave it a list of all certificates?"""
    value = extension.value
    if not isinstance(value, x509.IssuingDistributionPoint):
        return extension.oid == ExtensionOID.AUTHORITY_KEY_IDENTIFIER
    return not (
        value.indirect_crl
        or value.only_contains_attribute_certs
        or value.only_some_reasons
        or value.only_contains_ca_certs
        or value.only_contains_user_certs
    )


def _entry_reason(entry: x509.RevokedCertificate) -> str:
    try:
        return str(entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value)
    except x509.ExtensionNotFound:
        return ""


def _revoked(certificate: Certificate, when: datetime, reason: str, how: str) -> Refused:
    why = f", {reason}" if reason and reason != "unspecified" else ""
    sentence = f"{certificate}: it is revoked {how} since {when:%Y-%m-%d %H:%M:%S} UTC{why}"
    return Refused(Reason.REVOKED, sentence)


def _question(certificate: Certificate, issuer: Certificate) -> bytes:
    # SHA-1 only names the issuer here, and it is what every responder knows (RFC 5019 section 2.1.1).
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate.parsed, issuer.parsed, hashes.SHA1())  # noqa: S303
    return builder.build().public_bytes(Encoding.DER)


def _answer(data: bytes, certificate: Certificate, issuer: Certificate, now: datetime) -> _Status:
    try:
        return _answered(data, certificate, issuer, now)
    except Exception as error:  # as above
        return _Unknown(f"the answer cannot be read: {type(error).__name__}")


def _answered(data: bytes, certificate: Certificate, issuer: Certificate, now: datetime) -> _Status:
    response = ocsp.load_der_ocsp_response(data)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return _Unknown(f"the responder says {response.response_status.name.lower()}")
    if not any(_signed(response, signer) for signer in _signers(response, issuer, now)):
        return _Unknown("the answer is not signed by the authority, or by whom it has charged with it")
    expected = ocsp.load_der_ocsp_request(_question(certificate, issuer))
    for single in response.responses:
        same = (single.serial_number, single.issuer_name_hash, single.issuer_key_hash)
        if same != (expected.serial_number, expected.issuer_name_hash, expected.issuer_key_hash):
            continue
        if single.this_update_utc > now + _SKEW:
            return _Unknown("the answer is of the future")
        if single.next_update_utc is not None and single.next_update_utc < now - _SKEW:
            return _Unknown("the answer is too old")
        match single.certificate_status:
            case ocsp.OCSPCertStatus.GOOD:
                return _Good()
            case ocsp.OCSPCertStatus.REVOKED:
                reason = str(single.revocation_reason.value) if single.revocation_reason else ""
                return _revoked(certificate, single.revocation_time_utc or now, reason, "by OCSP")
        return _Unknown("the responder does not know the certificate")
    return _Unknown("the answer is about another certificate")


def _signers(response: ocsp.OCSPResponse, issuer: Certificate, now: datetime) -> Iterator[Certificate]:
    """The authority itself, or a certificate that it has issued for this (RFC 6960 section 4.2.2.2)."""
    yield issuer
    for found in response.certificates[:4]:
        try:
            signer = read(found.public_bytes(Encoding.DER))
        except BadCertificate:
            continue
        usage = signer.extended_key_usage or frozenset()
        charged = ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string in usage
        if charged and signer.is_signed_by(issuer) and out_of_date(signer, now) is None:
            yield signer


def _signed(response: ocsp.OCSPResponse, signer: Certificate) -> bool:
    key, data, signature = signer.key, response.tbs_response_bytes, response.signature
    hash_ = response.signature_hash_algorithm
    try:
        match key:
            case rsa.RSAPublicKey() if hash_ is not None:
                key.verify(signature, data, padding.PKCS1v15(), hash_)
            case ec.EllipticCurvePublicKey() if hash_ is not None:
                key.verify(signature, data, ec.ECDSA(hash_))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, data)
            case _:
                return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _lasts(kind: FetchKind, data: bytes, now: datetime) -> datetime:
    """Until when something fetched is good, by what it says itself."""
    until: datetime | None = None
    try:
        if kind is FetchKind.CRL:
            crl = _read_list(data)
            until = crl.next_update_utc if crl else now + _RETRY
        else:
            response = ocsp.load_der_ocsp_response(data)
            if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return now + _RETRY
            until = min((r.next_update_utc for r in response.responses if r.next_update_utc), default=None)
    except Exception:  # what cannot be read is judged where it is used
        return now + _RETRY
    return until or now + _DEFAULT
