"""`show crypto pki certificates` and `trustpoint` (AW-09): the fields that the device shows when it asks."""

import hashlib

from kakehashi.model.certificate import CertificateStatus, Enrollment
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status


def render_certificates(status: Status, name: str | None) -> str:
    """Every certificate, or those of one trustpoint; keys are never shown."""
    found = [c for c in status.certificates if name in (None, c.name)]
    return "\n\n".join(map(_certificate, found)) or "No certificates."


def render_trustpoints(status: Status, gateway: Gateway, name: str | None) -> str:
    """What is configured of each trustpoint, and whether it is ready."""
    found = []
    for trustpoint in gateway.trustpoints:
        if name not in (None, trustpoint.name):
            continue
        held = [c for c in status.certificates if c.name == trustpoint.name]
        own = any(c.is_own for c in held)
        authenticated = any(not c.is_own for c in held)
        found.append(
            "\n".join(
                (
                    f'Trustpoint "{trustpoint.name}"',
                    "  Type          : "
                    + ("Self-signed" if trustpoint.enrollment is Enrollment.SELF_SIGNED else "External CA"),
                    f"  Subject       : {trustpoint.subject or '-'}",
                    f"  Alternatives  : {', '.join(trustpoint.alternatives) or '-'}",
                    f"  Private key   : {trustpoint.key_name}",
                    f"  Authenticated : {'Yes' if authenticated else 'No'}",
                    f"  Certificate   : {'Installed' if own else 'None'}",
                )
            )
        )
    return "\n\n".join(found) or "No trustpoints."


def render_keys(status: Status, name: str | None) -> str:
    """The pairs of keys, each by the hash of its public key."""
    found = []
    for key in status.keys:
        if name in (None, key.name) and key.text.startswith("RSA"):
            digits = hashlib.sha1(key.public, usedforsecurity=False).hexdigest().upper()
            size = key.text.removeprefix("RSA").removesuffix("bits").strip()
            groups = " ".join(digits[i : i + 8] for i in range(0, len(digits), 8))
            found.append(f'RSA Key Pair "{key.name}"\n  Key size    : {size} bits\n  Fingerprint : {groups}')
    return "\n\n".join(found) or "No keys."


def shown(certificate: CertificateStatus) -> str:
    """The five lines that the device shows before it asks whether a certificate is accepted."""
    digits = certificate.sha1.hex().upper()
    groups = " ".join(digits[i : i + 8] for i in range(0, len(digits), 8))
    return "\n".join(
        (
            f"Subject     : {_slashed(certificate.subject)}",
            f"Issuer      : {_slashed(certificate.issuer)}",
            f"Valid From  : {certificate.not_before:%b} {certificate.not_before.day:2} "
            f"{certificate.not_before:%H:%M:%S %Y} GMT",
            f"Valid To    : {certificate.not_after:%b} {certificate.not_after.day:2} "
            f"{certificate.not_after:%H:%M:%S %Y} GMT",
            f"Fingerprint : {groups}",
        )
    )


def _certificate(certificate: CertificateStatus) -> str:
    if certificate.is_own:
        kind = "Server certificate" + (" (with private key)" if certificate.has_key else "")
    else:
        kind = "Self-signed CA certificate" if certificate.is_self_signed else "CA certificate"
    return f'Trustpoint "{certificate.name}": {kind}\n{shown(certificate)}'


def _slashed(name: str) -> str:
    return "/" + name.replace(", ", "/") if name else "-"
