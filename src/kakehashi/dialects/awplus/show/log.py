"""`show log` and `show log config`; the lines of the log are this gateway's own."""

from kakehashi.dialects.log_words import LEVELS, word_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.logging import LogHostStatus, Severity, Threshold, Transport
from kakehashi.model.status import Status

_HEADING = "<date> <time> <level> <program> <tunnel>: <message>"


def render(status: Status) -> str:
    """What is remembered."""
    return "".join(f"{line}\n" for line in (_HEADING, "-" * 73, *status.log.lines))


def render_config(status: Status, gateway: Gateway) -> str:
    """Where messages go."""
    logging = gateway.logging
    hosts = logging.hosts
    facility = hosts[0].facility.name.lower() if hosts else "default"
    trustpoints = [host.authority for host in hosts if host.authority]
    lines = [
        f"Facility: {facility}",
        "",
        f"PKI trustpoints: {trustpoints[0] if trustpoints else 'none'}",
        "",
        "Buffered log:",
        *_output(logging.buffer or Threshold(Severity.NOTICE)),
        f"  Messages ....... {status.log.buffered}",
        "Monitor log:",
        *_output(logging.monitor),
    ]
    for host in status.log.hosts:
        lines += _host(host)
    return "".join(f"{line}\n" for line in lines)


def _host(host: LogHostStatus) -> list[str]:
    said = host.host
    secure = "enabled" if said.transport is Transport.TLS else "disabled"
    return [
        f"Host {said.address}:",
        f"  Secure ......... {secure}",
        f"  Status ......... {host.state}",
        f"  Messages ....... {host.sent} sent, {host.waiting} waiting, {host.dropped} dropped",
        *_filters(said.threshold),
    ]


def _output(threshold: Threshold) -> list[str]:
    enabled = threshold.loosest is not None
    return [f"  Status ......... {'enabled' if enabled else 'disabled'}", *_filters(threshold)]


def _filters(threshold: Threshold) -> list[str]:
    said = [("any", threshold.level), *threshold.subjects]
    lines = ["  Filters:"]
    for program, level in said:
        if level is not None:
            word = "notices" if level is Severity.NOTICE else word_of(level, LEVELS)
            lines += [f"  *{len(lines)} Level ........ {word}", f"     Program ...... {program}"]
    return lines if len(lines) > 1 else []
