"""Names in certificates: they must be those that the tunnel tells (AW-10)."""

import re
from ipaddress import ip_address

from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.names import undefined
from kakehashi.dialects.awplus.lower.profiles import IsakmpProfile
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement

_COMMON_NAME = re.compile(r"(?:^|[/,])\s*CN\s*=\s*([^/,]+)", re.IGNORECASE)


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
        elif _is_address(line.get("name")):
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


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
