"""The lines about the log."""

from collections.abc import Iterator

from kakehashi.dialects.cisco_ios.lower.log import FACILITY, TRAP
from kakehashi.dialects.log_words import FACILITIES, LEVELS, word_of
from kakehashi.dialects.rendering import Losses
from kakehashi.model.logging import DEFAULT_PORTS, Logging, LogHost, Severity, Transport


def log_lines(logging: Logging, losses: Losses) -> Iterator[str]:
    """What is remembered, and who is told."""
    if logging.buffer is not None:
        level = logging.buffer.loosest
        yield "no logging buffered" if level is None else f"logging buffered {word_of(level, LEVELS)}"
    if not logging.hosts:
        return
    first = logging.hosts[0]
    for host in logging.hosts:
        losses.unless(
            (host.threshold, host.facility, host.local) == (first.threshold, first.facility, first.local),
            host.source,
            f"the level, facility or source of the log host {host.address}",
            "the device has one for all of its log hosts",
        )
        losses.unless(
            not host.threshold.subjects,
            host.source,
            f"levels of single subjects for the log host {host.address}",
            "the device has one level for all",
        )
        losses.unless(
            not host.authority,
            host.source,
            f"the trustpoint {host.authority} for the log host {host.address}",
            "write a TLS profile on the device",
        )
    yield from _common(first, losses)
    yield from (_host(host) for host in logging.hosts)


def _common(first: LogHost, losses: Losses) -> Iterator[str]:
    level: Severity | None = first.threshold.loosest
    if level != TRAP:
        yield "no logging trap" if level is None else f"logging trap {word_of(level, LEVELS)}"
    if first.facility != FACILITY:
        yield f"logging facility {word_of(first.facility, FACILITIES)}"
    if isinstance(first.local, str):
        yield f"logging source-interface {first.local}"
    elif first.local is not None:
        losses.add(
            first.source, f"messages to log hosts come from {first.local}", "the device names an interface"
        )


def _host(host: LogHost) -> str:
    version = " ipv6" if getattr(host.address, "version", 4) == 6 else ""
    line = f"logging host{version} {host.address}"
    if host.transport is Transport.UDP and host.port == DEFAULT_PORTS[Transport.UDP]:
        return line
    port = f" port {host.port}" if host.port != DEFAULT_PORTS[host.transport] else ""
    return f"{line} transport {host.transport.value}{port}"
