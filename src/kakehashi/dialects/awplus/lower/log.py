"""`log ...`: what is remembered, and who is told."""

from dataclasses import dataclass, field

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.logging import (
    DEFAULT_PORTS,
    Facility,
    Logging,
    LogHost,
    Severity,
    Threshold,
    Transport,
)

LEVEL = Severity.NOTICE
# Without `log facility` the device's depends on the program; that of daemons is ours.
FACILITY = Facility.DAEMON
# Which subjects of ours a program of the device tells.
PROGRAMS = {"pluto": ("ikev2", "ike", "ipsec"), "ipsec": ("ipsec",), "isakmp": ("ikev2", "ike")}


@dataclass(slots=True)
class _Host:
    """One log host as the lines say it."""

    line: int
    secure: bool = False
    levels: dict[str, Severity] = field(default_factory=dict)


def read_logging(document: Document, report: Report) -> Logging:
    """What the lines say together."""
    hosts: dict[IPAddress | Hostname, _Host] = {}
    facility: Facility = FACILITY
    local: IPAddress | str | None = None
    authority = ""
    buffer: Threshold | None = None
    monitor = Threshold(LEVEL)
    for line in document.statements():
        on = not line.negated
        match line.key:
            case "log host":
                _read_host(line, hosts)
            case "log host source":
                local = (line.get("address") or line.get("interface")) if on else None
            case "log trustpoint":
                authority = line.get("name", "") if on else ""
            case "log facility":
                facility = line.get("facility") if on else FACILITY
            case "log buffered":
                buffer = _threshold(line) if on else Threshold(None)
            case "log monitor":
                monitor = _threshold(line) if on else Threshold(None)
    made = []
    for address, host in hosts.items():
        transport = Transport.TLS if host.secure else Transport.UDP
        made.append(
            LogHost(
                address=address,
                transport=transport,
                port=DEFAULT_PORTS[transport],
                threshold=_of_levels(host.levels),
                facility=facility,
                local=local,
                authority=authority if host.secure else "",
                source=report.source(host.line),
            )
        )
    return Logging(hosts=tuple(made), buffer=buffer, monitor=monitor)


def _read_host(line: Statement, hosts: dict[IPAddress | Hostname, _Host]) -> None:
    address = line.get("address") or line.get("name")
    if address is None:
        return
    host = hosts.get(address)
    if line.negated:
        if host is None or "level" not in line.values:
            hosts.pop(address, None)
        else:
            host.levels.pop(line.get("program", ""), None)
        return
    host = hosts.setdefault(address, _Host(line.line))
    host.secure = host.secure or line.get("secure", False)
    if "level" in line.values:
        host.levels[line.get("program", "")] = Severity(line.get("level"))


def _threshold(line: Statement) -> Threshold:
    if "level" not in line.values:
        return Threshold(LEVEL)
    return _of_levels({line.get("program", ""): Severity(line.get("level"))})


def _of_levels(levels: dict[str, Severity]) -> Threshold:
    """A line with a program is about that alone; with such lines only, nothing else is told."""
    if not levels:
        return Threshold(LEVEL)
    subjects = {
        subject: level
        for program, level in levels.items()
        if program
        for subject in PROGRAMS.get(program.lower(), (program.lower(),))
    }
    return Threshold(levels.get(""), tuple(subjects.items()))
