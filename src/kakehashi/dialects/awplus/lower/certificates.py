"""Names in certificates: they must be those that the tunnel tells (AW-10)."""

import re
from collections.abc import Mapping

from kakehashi.dialects.awplus.certificates import DEFAULT_KEYS
from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.names import undefined
from kakehashi.dialects.awplus.lower.profiles import IsakmpProfile
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import is_address
from kakehashi.model.certificate import CertificateUse, Enrollment, Trustpoint

_COMMON_NAME = re.compile(r"(?:^|[/,])\s*CN\s*=\s*([^/,]+)", re.IGNORECASE)


def read_trustpoints(blocks: Mapping[str, Block], report: Report) -> tuple[Trustpoint, ...]:
    """The trustpoints; what they hold is in the store of the gateway."""
    return tuple(_trustpoint(block, report) for block in blocks.values())


def trusted_by(profile: IsakmpProfile, *, is_own: bool) -> CertificateUse:
    """The certificates of a tunnel: those of its trustpoint. CN and name must be one (AW-10)."""
    name = profile.trustpoint.get("trustpoint") if profile.trustpoint else None
    return CertificateUse(names=(name,) if name else (), common_name=not is_own)


def _trustpoint(block: Block, report: Report) -> Trustpoint:
    enrollment, keys = block.last("enrollment"), block.last("rsakeypair")
    subject, alternative = block.last("subject-name"), block.last("subject-alt-name")
    accepted = [_fingerprint(line, report) for line in block.all("fingerprint")]
    own = enrollment is not None and bool(enrollment.get("selfsigned"))
    return Trustpoint(
        name=block.name,
        enrollment=Enrollment.SELF_SIGNED if own else Enrollment.TERMINAL,
        subject=_text(subject) if subject else "",
        alternatives=(_text(alternative),) if alternative else (),
        key_name=keys.get("keys") if keys else DEFAULT_KEYS,
        key_bits=keys.get("bits", 2048) if keys else 2048,
        fingerprints=tuple(octets for octets in accepted if octets),
        source=report.source(block.line),
    )


def _fingerprint(line: Statement, report: Report) -> bytes:
    """SHA-1 or SHA-256, b"" for what is none."""
    try:
        octets = bytes.fromhex("".join(line.get("rest", ())).replace(":", ""))
    except ValueError:
        octets = b""
    if len(octets) in (20, 32):
        return octets
    report.error(
        line.line,
        "invalid-value",
        "this is no fingerprint: it has 40 digits and letters from 0 to F (SHA-1), or 64 (SHA-256)",
        "write it as the authority tells it",
    )
    return b""


def check_certificates(block: Block, profile: IsakmpProfile, around: Around) -> None:
    """Say what would keep the certificates of a tunnel from being accepted."""
    local = block.last("tunnel local name")
    for side, line in (("local", local), ("remote", block.last("tunnel remote name"))):
        if line is None:
            around.report.warning(
                block.line,
                "certificate-name",
                f"{block.name}: with certificates each side is known by the name in its own, and "
                f"`tunnel {side} name` is not there",
                f"add `tunnel {side} name NAME`",
            )
        elif is_address(line.get("name")):
            around.report.warning(
                line.line,
                "certificate-name",
                f"{block.name}: an address as the name in a certificate is not supported by the device",
                "use a name of the DNS",
            )
    if profile.trustpoint is None:
        return
    name = profile.trustpoint.get("trustpoint")
    found = around.trustpoints.get(name)
    if found is None:
        user = f"the ISAKMP profile {profile.name}"
        remedy = f"add `crypto pki trustpoint {name}`"
        undefined(
            around.report, profile.trustpoint.line, "trustpoint", name, user, around.trustpoints, remedy
        )
        return
    if local is not None:
        _check_names(found, local, block, around)


def _check_names(trustpoint: Block, local: Statement, block: Block, around: Around) -> None:
    """CN and alternative name must equal the name that the tunnel tells."""
    subject, alternative = trustpoint.last("subject-name"), trustpoint.last("subject-alt-name")
    said: list[tuple[Statement, str]] = []
    if subject is not None:
        common = _COMMON_NAME.search(_text(subject))
        said.append((subject, common[1].strip() if common else ""))
    if alternative is not None:
        said.append((alternative, _text(alternative)))
    for line, name in said:
        if name != local.get("name"):
            around.report.warning(
                line.line,
                "certificate-name",
                f"`{line.key}` of the trustpoint {trustpoint.name} says {name or 'no common name'}, and "
                f"{block.name} says that it is {local.get('name')} (line {local.line}): the peer refuses it",
                f"write {local.get('name')} in both",
            )


def _text(line: Statement) -> str:
    return " ".join(line.get("rest", ()))
