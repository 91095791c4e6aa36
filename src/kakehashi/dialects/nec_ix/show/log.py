"""`show logging` and `show syslog`. The manual's chapters on VPNs print neither: the layout is ours."""

from kakehashi.dialects.nec_ix.grammar.log import LEVELS
from kakehashi.model.gateway import Gateway
from kakehashi.model.logging import LogHostStatus, Severity, Threshold
from kakehashi.model.status import Status

_WORDS = {level: word for word, (level, _) in LEVELS.items()}


def render(status: Status, gateway: Gateway) -> str:
    """What is remembered."""
    log = status.log
    levels = _levels(gateway.logging.buffer or Threshold(Severity.NOTICE))
    head = f"Buffer logging: {levels}, {log.buffered} events since the start, {len(log.lines)} kept"
    return "".join(f"{line}\n" for line in (head, "", *log.lines))


def render_syslog(status: Status, _: Gateway) -> str:
    """Which log hosts are told, and what has become of that."""
    if not status.log.hosts:
        return "Syslog is disabled\n"
    return "".join(f"{line}\n" for host in status.log.hosts for line in _host(host))


def _host(host: LogHostStatus) -> list[str]:
    said = host.host
    return [
        f"Syslog host {said.address}, {said.transport.value} port {said.port}, {host.state}",
        f"  Facility {said.facility.name.lower()}, {_levels(said.threshold)}",
        f"  Source {said.local or 'by the routing table'}",
        f"  {host.sent} messages sent, {host.waiting} waiting, {host.dropped} dropped",
    ]


def _levels(threshold: Threshold) -> str:
    said = [("all", threshold.level), *threshold.subjects]
    named = (f"{name} {_WORDS[max(level, Severity.ERROR)]}" for name, level in said if level is not None)
    return ", ".join(named) or "nothing"
