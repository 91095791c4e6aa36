"""Trustpoints become places in the store, and say how certificates are judged."""

from collections.abc import Iterable, Mapping

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report
from kakehashi.model.certificate import (
    CertificateUse,
    Enrollment,
    KeyKind,
    RevocationMethod,
    Trustpoint,
)

_DEFAULT = (RevocationMethod.CRL,)  # what the device does where no line says otherwise


def read_trustpoints(document: Document, report: Report) -> dict[str, Trustpoint]:
    """By name."""
    blocks = read_blocks(document, "crypto pki trustpoint")
    return {name: _trustpoint(block, report) for name, block in blocks.items()}


def use_of(
    names: Iterable[str], trustpoints: Mapping[str, Trustpoint], key: KeyKind | None = None
) -> CertificateUse:
    """The certificates of some trustpoints, or of all if none is named."""
    chosen = tuple(dict.fromkeys(names)) or tuple(trustpoints)
    checks = next((trustpoints[name].revocation for name in chosen if name in trustpoints), _DEFAULT)
    return CertificateUse(names=chosen, key=key, revocation=checks)


def _trustpoint(block: Block, report: Report) -> Trustpoint:
    enrollment, subject = block.last("enrollment"), block.last("subject-name")
    checks, keys, curve = block.last("revocation-check"), block.last("rsakeypair"), block.last("eckeypair")
    pair = curve or keys
    fqdn, address, alternative = block.last("fqdn"), block.last("ip-address"), block.last("subject-alt-name")
    names = [
        " ".join(alternative.get("rest", ())) if alternative else "",
        fqdn.get("name", "") if fqdn else "",
        str(address.get("address")) if address and address.get("address") else "",
    ]
    if enrollment is not None and enrollment.get("from") is Enrollment.URL:
        report.warning(
            enrollment.line,
            "not-yet",
            f"trustpoint {block.name}: SCEP is not there yet",
            "import the certificates with `kakehashi pki`",
        )
    ocsp, crl = block.last("ocsp url"), block.last("crl query")
    return Trustpoint(
        name=block.name,
        enrollment=enrollment.get("from", Enrollment.TERMINAL) if enrollment else Enrollment.TERMINAL,
        subject=" ".join(subject.get("rest", ())) if subject else "",
        alternatives=tuple(name for name in names if name),
        key=KeyKind.ECDSA if curve else KeyKind.RSA,
        key_name=pair.get("keys") if pair else "",
        key_bits=256 if curve else max(2048, keys.get("bits", 2048) if keys else 2048),
        revocation=tuple(checks.get("methods", ())) if checks else _DEFAULT,
        ocsp_url=ocsp.get("url") if ocsp else "",
        crl_url=crl.get("url") if crl else "",
        source=report.source(block.line),
    )
