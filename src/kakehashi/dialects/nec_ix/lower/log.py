"""`syslog ...` and `logging ...`: what is remembered, and who is told.

Functions are told apart by the names of V2-52, whatever their case. What is told unless a line says so, the
manual's chapters on VPNs leave open.
"""

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress
from kakehashi.model.logging import DEFAULT_PORTS, Facility, Logging, LogHost, Severity, Threshold, Transport

LEVEL = Severity.NOTICE
FACILITY = Facility.LOCAL0
ALL = "all"


def read_logging(document: Document, report: Report) -> Logging:
    """What the lines say together; without `syslog ip enable` nobody is told."""
    hosts: dict[tuple[IPAddress, int], Statement] = {}
    told: dict[str, Severity] = {}
    remembered: dict[str, Severity] = {}
    facility, local, enabled, buffered = FACILITY, None, False, True
    last: Statement | None = None
    for line in document.statements():
        on = not line.negated
        match line.key:
            case "syslog ip host":
                last = line
                _host(line, hosts)
            case "syslog ip enable":
                enabled = on
            case "syslog ip source":
                local = (line.get("address") or line.get("interface")) if on else None
            case "syslog facility":
                facility = line.get("facility") if on else FACILITY
            case "syslog function":
                _level(line, told)
            case "logging subsystem":
                _level(line, remembered)
            case "logging buffered":
                buffered = on
    if hosts and not enabled and last is not None:
        report.warning(
            last.line, "syslog-off", "no log host is told: `syslog ip enable` is missing", "add the line"
        )
    shown = _threshold(remembered)
    return Logging(
        hosts=tuple(
            LogHost(
                address=address,
                transport=Transport.UDP,
                port=port,
                threshold=_threshold(told),
                facility=facility,
                local=local,
                source=report.source(line.line),
            )
            for (address, port), line in hosts.items()
            if enabled
        ),
        buffer=(shown if remembered else None) if buffered else Threshold(None),
        monitor=shown,
    )


def _host(line: Statement, hosts: dict[tuple[IPAddress, int], Statement]) -> None:
    for key in [key for key in hosts if key[0] == line.get("address")] if line.negated else ():
        del hosts[key]
    if not line.negated:
        hosts[line.get("address"), line.get("port", DEFAULT_PORTS[Transport.UDP])] = line


def _level(line: Statement, levels: dict[str, Severity]) -> None:
    function = str(line.get("function", ALL)).lower()
    if line.negated:
        levels.pop(function, None)
    else:
        levels[function] = line.get("level")


def _threshold(levels: dict[str, Severity]) -> Threshold:
    subjects = tuple((name, level) for name, level in levels.items() if name != ALL)
    return Threshold(levels.get(ALL, LEVEL), subjects)
