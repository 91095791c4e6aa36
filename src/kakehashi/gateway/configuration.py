"""Reads a configuration file into the model."""

from dataclasses import dataclass
from pathlib import Path

from kakehashi.dialects import registry
from kakehashi.dialects.base import Dialect
from kakehashi.gateway.errors import GatewayError
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway

LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file as it was read. Errors among the findings: it must not be run."""

    dialect: Dialect
    gateway: Gateway
    findings: tuple[Finding, ...]


def load(file: Path, dialect: str | None) -> Configuration:
    """Read and lower. GatewayError if the file cannot be read or its language is unknown."""
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise GatewayError(f"{file}: {error.strerror}") from error
    if len(octets) > LARGEST:
        raise GatewayError(f"{file}: larger than {LARGEST} octets: not a configuration")
    text = octets.decode(errors="replace")
    language = _dialect(text, file, dialect)
    lowered = language.lower(text, str(file))
    return Configuration(language, lowered.gateway, lowered.findings)


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that keep it from being run."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def _dialect(text: str, file: Path, name: str | None) -> Dialect:
    try:
        return registry.recognise(text) if name is None else registry.by_name(name)
    except registry.UnknownDialectError as error:
        raise GatewayError(f"{file}: {error}", "say which: --dialect NAME") from error
