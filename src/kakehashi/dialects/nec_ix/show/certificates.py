"""`show pki cert` (V2-18). The manual shows no output of it; the layout is ours, in the device's manner."""

from kakehashi.model.certificate import CertificateStatus
from kakehashi.model.status import Status


def render(status: Status) -> str:
    """Every certificate of the storage; keys are never shown."""
    if not status.certificates:
        return "No certificates."
    return "\n".join(_one(certificate) for certificate in status.certificates)


def _one(certificate: CertificateStatus) -> str:
    kind = "my certificate" if certificate.is_own else "CA certificate"
    lines = [
        f"Certificate {certificate.name}",
        f"  Type         : {kind}{', with private key' if certificate.has_key else ''}",
        f"  Subject      : {certificate.subject}",
        f"  Issuer       : {certificate.issuer}",
        f"  Serial number: {certificate.serial:x}",
        f"  Valid from   : {certificate.not_before:%Y/%m/%d %H:%M:%S} UTC",
        f"  Valid to     : {certificate.not_after:%Y/%m/%d %H:%M:%S} UTC",
        f"  Public key   : {certificate.key}",
        f"  Fingerprint  : {certificate.sha256.hex(':')} (SHA-256)",
    ]
    if certificate.alternatives:
        lines.insert(3, f"  Alternatives : {', '.join(certificate.alternatives)}")
    return "\n".join(lines)
