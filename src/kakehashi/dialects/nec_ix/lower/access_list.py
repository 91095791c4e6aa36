"""`ip access-list` lines become access lists, and a list says what a map of IPsec takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix.grammar.access_list import UNTOLD
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector

_ANY = {4: AddressMatch.of(ip_network("0.0.0.0/0")), 6: AddressMatch.of(ip_network("::/0"))}
_ANYTHING = {4: ANY_IPV4, 6: ANY_IPV6}
_WITH_PORTS = (6, 17)


@dataclass(frozen=True, slots=True)
class ListOfMap:
    """What a map's access list says: the IP version, both sides of its first entry; is that all of it?"""

    version: int
    local: TrafficSelector
    remote: TrafficSelector
    alone: bool

    @property
    def is_everything(self) -> bool:
        """Does it take all packets of its IP version?"""
        anything = _ANYTHING[self.version]
        return self.alone and self.local == anything and self.remote == anything


def read_lists(document: Document, report: Report) -> Mapping[str, AccessList]:
    """The access lists by name; lists of both IP versions may have one name, the first line decides."""
    entries: dict[str, list[AccessEntry]] = {}
    lines: dict[str, int] = {}
    for statement in document.statements("ip access-list", "ipv6 access-list"):
        name = statement.get("name")
        if name is None:
            continue
        if statement.negated and "permit" not in statement.values:
            entries.pop(name, None)
            lines.pop(name, None)
            continue
        entry = _entry(statement, report)
        if statement.negated:
            entries[name] = [e for e in entries.get(name, []) if e != entry]
        elif entry is not None:
            entries.setdefault(name, []).append(entry)
            lines.setdefault(name, statement.line)
    return {
        name: AccessList(name=name, entries=tuple(found), source=report.source(lines[name]))
        for name, found in entries.items()
        if found
    }


def list_of_map(rules: AccessList, what: str, report: Report) -> ListOfMap:
    """What a list says of a map; `what` names the map in messages."""
    permitted = [e for e in rules.entries if e.permit]
    version = rules.entries[0].source_address.address.version
    if not permitted:
        line = rules.source.line if rules.source else 0
        report.error(
            line,
            "selector-empty",
            f"access list {rules.name} of {what} permits nothing: no packet goes into the tunnel",
            f"add `ip access-list {rules.name} permit ip src any dest any`",
        )
        return ListOfMap(version, _ANYTHING[version], _ANYTHING[version], alone=True)
    first = permitted[0]
    return ListOfMap(
        version,
        _selector(first.source_address, first.source_ports, first.protocol),
        _selector(first.destination_address, first.destination_ports, first.protocol),
        alone=len(rules.entries) == 1 and not (first.icmp_type is not None or first.established),
    )


def _selector(match: AddressMatch, ports: Ports, protocol: int | None) -> TrafficSelector:
    network = match.network
    whole = TrafficSelector.of(network) if network is not None else _ANYTHING[match.address.version]
    low, high = ports[0] if ports else (0, 65535)
    return TrafficSelector(whole.start, whole.end, protocol or 0, low, high)


def _entry(statement: Statement, report: Report) -> AccessEntry | None:
    """One line; None where it asks for what the model has no words for."""
    name, protocol = statement.get("name"), statement.get("protocol")
    untold = next((word for word in UNTOLD if word in statement.values), None)
    if untold is not None:
        report.warning(
            statement.line,
            "not-yet",
            f"access list {name}: `{untold}` is not there yet; the entry is left out",
        )
        return None
    ports = {side: tuple(_ports(statement, side)) for side in ("source", "destination")}
    if any(ports.values()) and protocol not in _WITH_PORTS:
        report.error(
            statement.line,
            "invalid-value",
            f"access list {name} names ports, and only TCP and UDP have them",
            "write `tcp` or `udp`",
        )
        return None
    version = 6 if statement.key == "ipv6 access-list" else 4
    return AccessEntry(
        permit=statement.get("permit"),
        source_address=_address(statement, "source", version),
        destination_address=_address(statement, "destination", version),
        protocol=protocol,
        source_ports=ports["source"],
        destination_ports=ports["destination"],
        icmp_type=statement.get("icmp type"),
        icmp_code=statement.get("icmp code"),
        established=bool(statement.get("established")),
        fragments=bool(statement.get("fragments")),
        log=bool(statement.get("log")),
        source=report.source(statement.line),
    )


def _address(statement: Statement, side: str, version: int) -> AddressMatch:
    value = statement.get(side)
    if value is None:
        return _ANY[version]
    return AddressMatch.of(value)


def _ports(statement: Statement, side: str) -> Iterator[tuple[int, int]]:
    port = statement.get(f"{side} port", 0)
    match statement.get(f"{side} operator"):
        case "eq":
            yield port, port
        case "range":
            yield tuple(sorted((port, statement.get(f"{side} last port"))))
        case "gt" if port < 65535:
            yield port + 1, 65535
        case "lt" if port:
            yield 0, port - 1
        case "neq":
            yield from ((low, high) for low, high in ((0, port - 1), (port + 1, 65535)) if low <= high)
