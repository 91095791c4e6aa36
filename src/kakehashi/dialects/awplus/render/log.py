"""The lines about the log."""

from collections.abc import Iterator

from kakehashi.dialects.awplus.lower.log import FACILITY, LEVEL
from kakehashi.dialects.log_words import FACILITIES, LEVELS, word_of
from kakehashi.dialects.rendering import Losses
from kakehashi.model.logging import DEFAULT_PORTS, Logging, LogHost, Severity, Threshold, Transport


def log_lines(logging: Logging, losses: Losses) -> list[str]:
    """What is remembered, and who is told."""
    lines: list[str] = []
    if logging.buffer is not None:
        level = logging.buffer.loosest
        lines.append("no log buffered" if level is None else f"log buffered level {_level(level)}")
    hosts = [host for host in logging.hosts if _fits(host, losses)]
    if not hosts:
        return lines
    first = hosts[0]
    if first.facility != FACILITY:
        lines.append(f"log facility {word_of(first.facility, FACILITIES)}")
    lines += [f"log host source {first.local}"] if first.local is not None else []
    authorities = list(dict.fromkeys(host.authority for host in hosts if host.authority))
    lines += [f"log trustpoint {name}" for name in authorities[:1]]
    for host in hosts:
        lines += _host(host)
        losses.unless(
            (host.facility, host.local) == (first.facility, first.local),
            host.source,
            f"the facility or source of the log host {host.address}",
            "the device has one for all of its log hosts",
        )
    return lines


def _fits(host: LogHost, losses: Losses) -> bool:
    standard = host.port == DEFAULT_PORTS[host.transport]
    return losses.unless(
        host.transport is not Transport.TCP and standard,
        host.source,
        f"the log host {host.address} by {host.transport.value.upper()} port {host.port}",
        "the device tells log hosts by UDP port 514 or by TLS port 6514",
    )


def _host(host: LogHost) -> Iterator[str]:
    yield f"log host {host.address}" + (" secure" if host.transport is Transport.TLS else "")
    if host.threshold != Threshold(LEVEL):
        said = [("", host.threshold.level), *host.threshold.subjects]
        for program, level in said:
            if level is not None:
                of_one = f" program {program}" if program else ""
                yield f"log host {host.address} level {_level(level)}{of_one}"


def _level(level: Severity) -> str:
    return "notices" if level is Severity.NOTICE else word_of(level, LEVELS)
