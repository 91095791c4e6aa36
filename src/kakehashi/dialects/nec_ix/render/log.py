"""The lines about the log."""

from kakehashi.dialects.log_words import FACILITIES, word_of
from kakehashi.dialects.nec_ix.grammar.log import LEVELS
from kakehashi.dialects.nec_ix.lower.log import FACILITY, LEVEL
from kakehashi.dialects.rendering import Losses
from kakehashi.model.logging import DEFAULT_PORTS, Logging, LogHost, Severity, Threshold, Transport

_NAMES = {"ipsec": "IPsec"}


def log_lines(logging: Logging, losses: Losses) -> list[str]:
    """What is remembered, and who is told."""
    lines = []
    if logging.buffer is not None:
        lines += _levels("logging subsystem", logging.buffer) if logging.buffer.loosest else []
        lines += [] if logging.buffer.loosest else ["no logging buffered"]
    hosts = [host for host in logging.hosts if _fits(host, losses)]
    if not hosts:
        return lines
    first = hosts[0]
    for host in hosts:
        losses.unless(
            (host.threshold, host.facility, host.local) == (first.threshold, first.facility, first.local),
            host.source,
            f"the level, facility or source of the log host {host.address}",
            "the device has one for all of its log hosts",
        )
    if first.facility != FACILITY:
        lines.append(f"syslog facility {word_of(first.facility, FACILITIES)}")
    lines += _levels("syslog function", first.threshold) if first.threshold != Threshold(LEVEL) else []
    lines += [f"syslog ip source {first.local}"] if first.local is not None else []
    return [*lines, *(_host(host) for host in hosts), "syslog ip enable"]


def _fits(host: LogHost, losses: Losses) -> bool:
    known = host.transport is Transport.UDP and getattr(host.address, "version", None) == 4
    what = f"the log host {host.address} by {host.transport.value.upper()}"
    why = "the device tells log hosts by IPv4 addresses and UDP"
    return losses.unless(known and hasattr(host.address, "packed"), host.source, what, why)


def _levels(words: str, threshold: Threshold) -> list[str]:
    said = [("all", threshold.level), *threshold.subjects]
    return [f"{words} {_NAMES.get(name, name)} {_word(level)}" for name, level in said if level is not None]


def _word(level: Severity) -> str:
    """The device has none for what is worse than an error."""
    return word_of(max(level, Severity.ERROR), LEVELS)


def _host(host: LogHost) -> str:
    port = f" port {host.port}" if host.port != DEFAULT_PORTS[Transport.UDP] else ""
    return f"syslog ip host {host.address}{port}"
