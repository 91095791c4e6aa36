"""Reads a configuration file into the model."""

from dataclasses import dataclass, field
from pathlib import Path

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.choice import parse_choice, recognised
from kakehashi.dialects.registry import UnknownDialectError
from kakehashi.dialects.text import decode
from kakehashi.gateway.errors import GatewayError
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway

LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file as it was read. Errors among the findings: it must not be run.

    `recognised`: the sentence that says by what its language was, empty where the operator said it. `text`:
    as it stood, also with what has been typed into it since.
    """

    dialect: Dialect
    gateway: Gateway
    findings: tuple[Finding, ...]
    recognised: str = ""
    text: str = field(default="", repr=False)


def load(file: Path, dialect: str | None) -> Configuration:
    """Read and lower. GatewayError if the file cannot be read or its language is unknown."""
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise GatewayError(f"{file}: {error.strerror}") from error
    if len(octets) > LARGEST:
        raise GatewayError(f"{file}: larger than {LARGEST} octets: not a configuration")
    text = decode(octets)
    if text is None:
        raise GatewayError(f"{file}: it is not text")
    language, by = _dialect(text, file, dialect)
    return read(text, language, str(file), by)


def read(text: str, language: Dialect, name: str, recognised: str = "") -> Configuration:
    """A text in a language. `name` is what its findings call it."""
    lowered = language.lower(text, name)
    return Configuration(language, lowered.gateway, lowered.findings, recognised, text)


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that keep it from being run."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def _dialect(text: str, file: Path, said: str | None) -> tuple[Dialect, str]:
    """The language, and what it was recognised by."""
    try:
        choice = parse_choice(said)
        choice.check([str(file)])
        found = choice.or_recognised(str(file), text)
        return found, "" if choice.of(str(file)) else recognised(str(file), text, found)
    except UnknownDialectError as error:
        raise GatewayError(f"{file}: {error}", "say which: --dialect NAME") from error
