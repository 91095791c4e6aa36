"""The routers of a lab, read from their configuration files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.choice import Choice, parse_choice, recognised
from kakehashi.dialects.registry import UnknownDialectError, recognise
from kakehashi.dialects.text import decode
from kakehashi.lab.errors import LabError
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_RESERVED = frozenset({"internet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One router: its name in the lab, the file it was read from, and what the file says.

    `recognised`: the sentence that says by what its language was, empty where the operator said it.
    """

    name: str
    file: str
    text: str
    gateway: Gateway
    findings: tuple[Finding, ...] = ()
    recognised: str = ""


def read_devices(arguments: Sequence[str], dialects: Sequence[str] | str | None = None) -> tuple[Device, ...]:
    """Read every `FILE` or `NAME=FILE`. `dialects`: NAME, or FILE=NAME. LabError."""
    devices: list[Device] = []
    named = [split_argument(argument) for argument in arguments]
    choice = _choice(dialects, [file for _, file in named])
    for name, file in named:
        if any(name == other.name for other in devices):
            raise LabError(f"two devices are called {name}: give one another name with NAME=FILE")
        try:
            text = decode(Path(file).read_bytes())
        except OSError as error:
            raise LabError(f"{file} cannot be read: {error}") from error
        if text is None:
            raise LabError(f"{file} cannot be read: it is not text")
        devices.append(read_device(name, file, text, choice.of(file)))
    return tuple(devices)


def _choice(dialects: Sequence[str] | str | None, files: Sequence[str]) -> Choice:
    try:
        choice = parse_choice(dialects)
        choice.check(files)
    except UnknownDialectError as error:
        raise LabError(str(error)) from error
    return choice


def read_device(name: str, file: str, text: str, dialect: Dialect | None = None) -> Device:
    """The device of a configuration's text. LabError if it is in no known language."""
    try:
        found = dialect or recognise(text)
    except UnknownDialectError as error:
        raise LabError(f"{file}: {error}; say --dialect") from error
    lowered = found.lower(text, file)
    return Device(
        name=name,
        file=file,
        text=text,
        gateway=lowered.gateway,
        findings=lowered.findings,
        recognised="" if dialect else recognised(file, text, found),
    )


def split_argument(argument: str) -> tuple[str, str]:
    """The device's name and its file: `NAME=FILE`, or FILE whose stem is the name. LabError."""
    name, equals, file = argument.partition("=")
    if not equals or Path(argument).exists():
        name, file = Path(argument).stem, argument
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise LabError(f"'{name}' cannot be a device's name: give it another one with NAME=FILE")
    return name, file
