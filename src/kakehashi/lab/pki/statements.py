"""What an authority says of its certificates: a list (RFC 5280), and answers by OCSP (RFC 6960)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from kakehashi.pki.certificate import Certificate

GOOD_FOR = timedelta(seconds=60)  # so short that a running lab sees what is revoked meanwhile
_SKEW = timedelta(seconds=30)

SigningKey = (
    ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)


def _now() -> datetime:
    return datetime.now(UTC)


class Statements:
    """Of one authority. `revoked`: a file with the serial numbers in hexadecimal, one a line, read each time;
    it need not be there.
    """

    def __init__(
        self,
        certificate: Certificate,
        key: SigningKey,
        revoked: Path,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._certificate = certificate
        self._key = key
        self._revoked = revoked
        self._clock = clock

    def revoke(self, certificate: Certificate) -> None:
        """From now on it is on the list."""
        with self._revoked.open("a", encoding="ascii") as file:
            file.write(f"{certificate.serial:x}\n")

    def crl(self) -> bytes:
        """The list of now, in DER."""
        now = self._clock()
        number = int(now.timestamp())
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(now - _SKEW)
            .next_update(now + GOOD_FOR)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier(self._certificate.key_identifier, None, None), critical=False
            )
        )
        for serial in sorted(self._serials()):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - _SKEW)
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, self._hash()).public_bytes(Encoding.DER)

    def answer(self, question: bytes) -> bytes:
        """The answer to a question, in DER; to what is none, that it is malformed."""
        try:
            asked = ocsp.load_der_ocsp_request(question)
            return self._answered(asked).public_bytes(Encoding.DER)
        except (ValueError, TypeError):
            status = ocsp.OCSPResponseStatus.MALFORMED_REQUEST
            return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)

    def _answered(self, asked: ocsp.OCSPRequest) -> ocsp.OCSPResponse:
        now = self._clock()
        is_revoked = asked.serial_number in self._serials()
        if not self._is_ours(asked):
            status = ocsp.OCSPCertStatus.UNKNOWN
        else:
            status = ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD
        told = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=status,
            this_update=now - _SKEW,
            next_update=now + GOOD_FOR,
            revocation_time=now - _SKEW if told else None,
            revocation_reason=x509.ReasonFlags.key_compromise if told else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self._certificate.parsed)
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):  # RFC 8954
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(self._key, self._hash())

    def _is_ours(self, asked: ocsp.OCSPRequest) -> bool:
        """Is the question about a certificate of this authority? Its name is what tells."""
        digest = hashes.Hash(asked.hash_algorithm)
        digest.update(self._certificate.subject.public_bytes())
        return digest.finalize() == asked.issuer_name_hash

    def _serials(self) -> set[int]:
        try:
            return {int(line, 16) for line in self._revoked.read_text(encoding="ascii").split()}
        except FileNotFoundError:
            return set()

    def _hash(self) -> hashes.SHA256 | None:
        edwards = isinstance(self._key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        return None if edwards else hashes.SHA256()
