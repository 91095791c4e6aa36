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
    r"crypto\s+(?:pki\s+(?:authenticate\s+(\S+)|import\s+(\S+)\s+pem(?:\s+terminal)?|(?:enroll|import|export)\s.*)"
    r"|key\s+(?:generate|zeroize)\s.*)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_MOST = 32


def with_pasted(lowered: Lowered, text: str, file: str) -> Lowered:
    """The trustpoints with what was pasted for them."""
    if not _COMMAND.search(text):
        return lowered
    found, broken, idle = _read(text)
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
    wrong += tuple(
        Finding(
            Severity.WARNING,
            "typed",
            f"`{words}` is typed at the device and is no line of its configuration: here it does nothing",
            Source(file, line),
            "type it at the console of the gateway that runs, or use `kakehashi pki`",
        )
        for line, words in idle
    )
    return replace(
        lowered,
        gateway=replace(lowered.gateway, trustpoints=trustpoints),
        findings=(*lowered.findings, *wrong),
    )


def _read(text: str) -> tuple[dict[str, list[bytes]], list[int], list[tuple[int, str]]]:
    """What is pasted for each trustpoint, and the lines that are broken, and those that bring nothing."""
    found: dict[str, list[bytes]] = {}
    broken: list[int] = []
    idle: dict[str, tuple[int, str]] = {}
    block: list[str] | None = None
    name, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        command = _COMMAND.search(stripped)
        if command:
            name, block = command[1] or command[2] or "", None
            if not stripped[: command.start()].strip().endswith("#"):  # not the record of a session
                idle[name] = (number, " ".join(command[0].split()[:3]))
        elif stripped == _BEGIN:
            block, begun = [], number
        elif stripped == _END and block is not None:
            try:
                der = b64decode("".join(block), validate=True)
            except (binascii.Error, ValueError):
                broken.append(begun)
            else:
                if name:
                    idle.pop(name, None)
                    found.setdefault(name, []).append(der)
            block = None
        elif block is not None:
            block.append(stripped)
    return found, broken, list(idle.values())
