"""The routers of a lab, read from their configuration files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.dialects.registry import UnknownDialectError, recognise
from kakehashi.lab.errors import LabError
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_RESERVED = frozenset({"internet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One router: its name in the lab, the file it was read from, and what the file says."""

    name: str
    file: str
    text: str
    gateway: Gateway
    findings: tuple[Finding, ...] = ()


def read_devices(arguments: Sequence[str]) -> tuple[Device, ...]:
    """Read every `FILE` or `NAME=FILE`. LabError."""
    devices: list[Device] = []
    for argument in arguments:
        name, file = split_argument(argument)
        if any(name == other.name for other in devices):
            raise LabError(f"two devices are called {name}: give one another name with NAME=FILE")
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LabError(f"{file} cannot be read: {error}") from error
        devices.append(read_device(name, file, text))
    return tuple(devices)


def read_device(name: str, file: str, text: str) -> Device:
    """The device of a configuration's text. LabError if it is in no known language."""
    try:
        lowered = recognise(text).lower(text, file)
    except UnknownDialectError as error:
        raise LabError(f"{file}: {error}") from error
    return Device(name=name, file=file, text=text, gateway=lowered.gateway, findings=lowered.findings)


def split_argument(argument: str) -> tuple[str, str]:
    """The device's name and its file: `NAME=FILE`, or FILE whose stem is the name. LabError."""
    name, equals, file = argument.partition("=")
    if not equals or Path(argument).exists():
        name, file = Path(argument).stem, argument
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise LabError(f"'{name}' cannot be a device's name: give it another one with NAME=FILE")
    return name, file
