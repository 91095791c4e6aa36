"""`logging ...`: what is remembered, and who is told."""

from dataclasses import dataclass, field

from kakehashi.dialects.cisco_ios.interfaces import interface_of
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

TRAP = Severity.INFO  # `logging trap` unless said
FACILITY = Facility.LOCAL7
# The device says debugging, but tells of what `debug` has not switched on nothing that is less.
UNSAID = Severity.INFO


@dataclass(slots=True)
class _Said:
    """The lines so far."""

    hosts: dict[tuple[IPAddress | Hostname, Transport, int], Statement] = field(default_factory=dict)
    trap: Severity | None = TRAP
    facility: Facility = FACILITY
    interface: str | None = None
    buffer: Threshold | None = None
    monitor: Severity | None = UNSAID
    on: bool = True


def read_logging(document: Document, report: Report) -> Logging:
    """What the lines say together."""
    said = _Said()
    for line in document.statements():
        if line.key.startswith("logging "):
            _read(line, said)
    hosts = tuple(
        LogHost(
            address=address,
            transport=transport,
            port=port,
            threshold=Threshold(said.trap),
            facility=said.facility,
            local=said.interface,
            source=report.source(line.line),
        )
        for (address, transport, port), line in said.hosts.items()
    )
    if not said.on:
        return Logging(buffer=Threshold(None), monitor=Threshold(None))
    return Logging(hosts=hosts, buffer=said.buffer, monitor=Threshold(said.monitor))


def _read(line: Statement, said: _Said) -> None:
    on = not line.negated
    level = Severity(line.get("level")) if "level" in line.values else None
    match line.key:
        case "logging host":
            _read_host(line, said)
        case "logging trap":
            said.trap = (level if level is not None else TRAP) if on else None
        case "logging facility":
            said.facility = line.get("facility") if on else FACILITY
        case "logging source-interface":
            said.interface = interface_of(line, "interface") if on else None
        case "logging buffered":
            said.buffer = Threshold(level if level is not None else UNSAID) if on else Threshold(None)
        case "logging monitor":
            said.monitor = (level if level is not None else UNSAID) if on else None
        case "logging on":
            said.on = on


def _read_host(line: Statement, said: _Said) -> None:
    address = line.get("address") or line.get("name")
    if line.negated:
        said.hosts = {key: value for key, value in said.hosts.items() if key[0] != address}
        return
    transport = line.get("transport", Transport.UDP)
    if isinstance(transport, tuple):
        transport = transport[-1]
    port = line.get("port", DEFAULT_PORTS[transport])
    said.hosts[address, transport, port[-1] if isinstance(port, tuple) else port] = line
