"""`show logging`, laid out as the device does; the lines of the buffer are this gateway's own."""

from kakehashi.dialects.cisco_ios.lower.log import TRAP
from kakehashi.dialects.log_words import LEVELS, word_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.logging import LogHostStatus, Severity, Threshold, Transport
from kakehashi.model.status import Status


def render(status: Status, gateway: Gateway) -> str:
    """Who is told what, how much was, and what is remembered."""
    log, logging = status.log, gateway.logging
    dropped = sum(host.dropped for host in log.hosts)
    monitor = _level(logging.monitor)
    buffer = _level(logging.buffer or Threshold(Severity.NOTICE))
    trap = {host.host.threshold for host in log.hosts} or {Threshold(TRAP)}
    lines = [
        f"Syslog logging: enabled ({dropped} messages dropped, 0 messages rate-limited,",
        "                0 flushes, 0 overruns, xml disabled, filtering disabled)",
        "",
        "    Console logging: disabled",
        f"    Monitor logging: {monitor}, {log.terminals} terminals told now, xml disabled,",
        "                     filtering disabled",
        f"    Buffer logging:  {buffer}, {log.buffered} messages logged, xml disabled,",
        "                    filtering disabled",
        f"    Trap logging: {' and '.join(sorted(_level(t) for t in trap))}, "
        f"{sum(host.sent for host in log.hosts)} message lines logged",
    ]
    for host in log.hosts:
        lines += _host(host)
    size = sum(len(line) + 1 for line in log.lines)
    return "".join(f"{line}\n" for line in [*lines, "", f"Log Buffer ({size} bytes):", "", *log.lines])


def _level(threshold: Threshold) -> str:
    level = threshold.loosest
    return "disabled" if level is None else f"level {word_of(level, LEVELS)}"


def _host(host: LogHostStatus) -> list[str]:
    said = host.host
    kind = "udp" if said.transport is Transport.UDP else said.transport.value
    link = "link up" if host.state == "up" else f"link down: {host.state}"
    return [
        f"        Logging to {said.address}  ({kind} port {said.port}, audit disabled,",
        f"              {link}),",
        f"              {host.sent} message lines logged,",
        f"              {host.waiting} message lines waiting,",
        f"              {host.dropped} message lines dropped,",
        "              xml disabled, sequence number enabled",
        "              filtering disabled",
    ]
