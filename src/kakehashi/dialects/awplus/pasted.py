"""Certificates that were pasted into the terminal, as a record of a session has them (AW-09).

`crypto pki authenticate T` and `crypto pki import T pem terminal` are followed by a block of PEM: a
certificate of that trustpoint.
"""

import binascii
import re
from base64 import b64decode
from dataclasses import replace

from kakehashi.dialects.base import Lowered
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.source import Source

_COMMAND = re.compile(
    r"crypto\s+pki\s+(?:authenticate\s+(\S+)|import\s+(\S+)\s+pem(?:\s+terminal)?)\s*$", re.IGNORECASE
)
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_MOST = 32


def with_pasted(lowered: Lowered, text: str, file: str) -> Lowered:
    """The trustpoints with what was pasted for them."""
    if _BEGIN not in text:
        return lowered
    found, broken = _read(text)
    trustpoints = tuple(
        replace(t, certificates=tuple(found[t.name][:_MOST])) if t.name in found else t
        for t in lowered.gateway.trustpoints
    )
    wrong = tuple(
        Finding(
            Severity.WARNING,
            "broken-certificate",
            "the certificate that is pasted here cannot be read: it is no base64",
            Source(file, line),
            "paste it again, or import the file with `kakehashi pki import`",
        )
        for line in broken
    )
    return replace(
        lowered,
        gateway=replace(lowered.gateway, trustpoints=trustpoints),
        findings=(*lowered.findings, *wrong),
    )


def _read(text: str) -> tuple[dict[str, list[bytes]], list[int]]:
    found: dict[str, list[bytes]] = {}
    broken: list[int] = []
    block: list[str] | None = None
    name, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        command = _COMMAND.search(stripped)
        if command:
            name, block = command[1] or command[2], None
        elif stripped == _BEGIN:
            block, begun = [], number
        elif stripped == _END and block is not None:
            try:
                der = b64decode("".join(block), validate=True)
            except (binascii.Error, ValueError):
                broken.append(begun)
            else:
                if name:
                    found.setdefault(name, []).append(der)
            block = None
        elif block is not None:
            block.append(stripped)
    return found, broken
