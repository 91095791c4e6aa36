"""`show crypto pki certificates` and `trustpoints`, as far as the manuals show their fields."""

from datetime import datetime

from kakehashi.model.certificate import CertificateStatus, KeyStatus
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status


def render_certificates(status: Status, name: str | None) -> str:
    """Ours first, then the authorities'; keys are never shown."""
    found = [c for c in status.certificates if name in (None, c.name)]
    return "\n\n".join(_certificate(c) for c in sorted(found, key=lambda c: not c.is_own))


def render_trustpoints(status: Status, gateway: Gateway) -> str:
    """The trustpoints with the authority of each."""
    names = dict.fromkeys((*(t.name for t in gateway.trustpoints), *(c.name for c in status.certificates)))
    return "\n\n".join(_trustpoint(name, status) for name in names)


def render_keys(status: Status) -> str:
    """Every pair of keys by its public half."""
    return "\n".join(map(_key, status.keys))


def _key(key: KeyStatus) -> str:
    digits = key.public.hex().upper()
    words = [digits[i : i + 8] for i in range(0, len(digits), 8)]
    return "\n".join(
        (
            f"% Key pair was generated at: {_date(key.made)}",
            f"Key name: {key.name}",
            f"Key type: {'RSA' if key.text.startswith('RSA') else 'EC'} KEYS",
            " Storage Device: private-config",
            " Usage: General Purpose Key",
            " Key is not exportable.",
            " Key Data:",
            *("  " + " ".join(words[i : i + 8]) + " " for i in range(0, len(words), 8)),
        )
    )


def _trustpoint(name: str, status: Status) -> str:
    held = [c for c in status.certificates if c.name == name]
    authority = next((c for c in held if not c.is_own), None)
    lines = [f"Trustpoint {name}:"]
    if authority is not None:
        lines += ["    Subject Name: ", *_name(authority.subject, 4)]
        lines.append(f"          Serial Number (hex): {authority.serial:02X}")
    own = any(c.is_own for c in held)
    lines.append("    Certificate configured." if own else "    Certificate is not configured.")
    return "\n".join(lines)


def _certificate(certificate: CertificateStatus) -> str:
    lines = [
        "Certificate" if certificate.is_own else "CA Certificate",
        "  Status: Available",
        f"  Certificate Serial Number (hex): {certificate.serial:02X}",
        f"  Certificate Usage: {'Signature' if certificate.usage else 'General Purpose'}",
        "  Issuer: ",
        *_name(certificate.issuer, 4),
        "  Subject:",
        *(["    Name: " + certificate.alternatives[0]] if certificate.alternatives else []),
        *_name(certificate.subject, 4),
        "  Validity Date: ",
        f"    start date: {_date(certificate.not_before)}",
        f"    end   date: {_date(certificate.not_after)}",
        f"  Associated Trustpoints: {certificate.name} ",
    ]
    return "\n".join(lines)


def _name(text: str, indent: int) -> list[str]:
    """The parts of a name, the most particular first, with the device's small letters."""
    parts = [part.partition("=") for part in text.split(", ")][::-1]
    return [f"{' ' * indent}{key.lower()}{equals}{value}" for key, equals, value in parts if value]


def _date(time: datetime) -> str:
    return f"{time:%H:%M:%S} UTC {time:%b} {time.day} {time.year}"
