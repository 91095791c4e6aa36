"""Access lists, and the groups of addresses and services that they name (CI-09)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_network, summarize_address_range
from itertools import pairwise

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios.words import TCP, WITH_PORTS, protocol_word
from kakehashi.dialects.document import Document, Statement, statements
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports

_ANY4 = AddressMatch.of(ip_network("0.0.0.0/0"))
_ANY6 = AddressMatch.of(ip_network("::/0"))
_STEP = 10  # between the numbers that the device gives to entries
# Conditions that the model has no words for.
_UNTOLD = ("dscp", "precedence", "tos", "ttl", "time-range", "option", "flags", "flow-label")
_MOST_ENTRIES = 4096  # that one line with groups may stand for


@dataclass(frozen=True, slots=True)
class Lists:
    """The access lists by name. `extended`: those that name destinations too."""

    by_name: Mapping[str, AccessList]
    extended: frozenset[str]

    def get(self, name: str) -> AccessList | None:
        """The list of that name, or None."""
        return self.by_name.get(name)


@dataclass(slots=True)
class _Draft:
    """A list while it is read: entries by their sequence number."""

    name: str
    line: int
    version: int
    extended: bool
    entries: dict[int, tuple[AccessEntry, ...]]

    def put(self, number: int | None, entries: tuple[AccessEntry, ...]) -> None:
        number = max(self.entries, default=0) + _STEP if number is None else number
        self.entries[number] = tuple(replace(entry, number=number) for entry in entries)

    def take(self, entries: tuple[AccessEntry, ...]) -> None:
        self.entries = {n: e for n, e in self.entries.items() if e != entries}


def read_lists(document: Document, report: Report) -> Lists:
    """All access lists."""
    groups = _Groups(
        read_blocks(document, "object-group network"), read_blocks(document, "object-group service"), report
    )
    drafts: dict[str, _Draft] = {}
    for statement in document.statements():
        if statement.key in ("access-list", "access-list standard"):
            _read_numbered(statement, drafts, groups, report)
        elif statement.key in ("ip access-list extended", "ip access-list standard", "ipv6 access-list"):
            _read_named(statement, drafts, groups, report)
    lists = {
        name: AccessList(
            name=name,
            entries=tuple(e for number in sorted(draft.entries) for e in draft.entries[number]),
            standard=not draft.extended,
            source=report.source(draft.line),
        )
        for name, draft in drafts.items()
    }
    return Lists(lists, frozenset(name for name, draft in drafts.items() if draft.extended))


def _read_numbered(
    statement: Statement, drafts: dict[str, _Draft], groups: "_Groups", report: Report
) -> None:
    name = statement.get("list")
    if statement.negated:
        drafts.pop(name, None)  # the device takes the whole list back
        return
    extended = statement.key == "access-list"
    draft = drafts.setdefault(name, _Draft(name, statement.line, 4, extended, {}))
    if not statement.get("remark"):
        draft.put(None, _entries(statement, draft, groups, report))


def _read_named(opener: Statement, drafts: dict[str, _Draft], groups: "_Groups", report: Report) -> None:
    name = opener.get("name")
    if opener.negated:
        drafts.pop(name, None)
        return
    version = 6 if opener.key == "ipv6 access-list" else 4
    extended = opener.key != "ip access-list standard"
    draft = drafts.setdefault(name, _Draft(name, opener.line, version, extended, {}))
    for statement in statements(opener.body):
        number = statement.get("sequence")
        if statement.negated and "permit" not in statement.values:
            draft.entries.pop(number or 0, None)
        elif statement.key == "entry" and not statement.get("remark"):
            entries = _entries(statement, draft, groups, report)
            if statement.negated:
                draft.take(entries)
            else:
                draft.put(number, entries)


def _entries(
    statement: Statement, draft: _Draft, groups: "_Groups", report: Report
) -> tuple[AccessEntry, ...]:
    """What a line stands for: one entry, or one for each pair of addresses of its groups."""
    untold = [word for word in _UNTOLD if word in statement.values]
    if untold or statement.get("reflect"):
        what = untold[0] if untold else "reflect"
        report.warning(
            statement.line,
            "not-yet",
            f"access list {draft.name}: `{what}` is not there yet; the entry is left out",
        )
        return ()
    wholes = groups.services(statement, _without_addresses(statement, report))
    if not all(_check_ports(statement, whole.protocol, report) for whole in wholes):
        return ()
    sources = groups.addresses(statement, "source", draft.version)
    destinations = groups.addresses(statement, "destination", draft.version)
    if len(sources) * len(destinations) * len(wholes) > _MOST_ENTRIES:
        report.warning(
            statement.line,
            "too-large",
            f"access list {draft.name}: the groups of the line stand for more than {_MOST_ENTRIES} pairs of "
            "addresses; the entry is left out",
        )
        return ()
    return tuple(
        replace(whole, source_address=s, destination_address=d)
        for whole in wholes
        for s in sources
        for d in destinations
    )


def _without_addresses(statement: Statement, report: Report) -> AccessEntry:
    icmp_type, icmp_code = statement.get("icmp type"), statement.get("icmp code")
    if "icmp message" in statement.values:
        icmp_type, icmp_code = statement.get("icmp message")
    return AccessEntry(
        permit=bool(statement.get("permit")),
        source_address=_ANY4,
        destination_address=_ANY4,
        protocol=statement.get("protocol"),
        source_ports=_ports(statement, "source"),
        destination_ports=_ports(statement, "destination"),
        icmp_type=icmp_type,
        icmp_code=icmp_code,
        established=bool(statement.get("established")),
        fragments=bool(statement.get("fragments")),
        log=bool(statement.get("log")),
        source=report.source(statement.line),
    )


def _check_ports(statement: Statement, protocol: int | None, report: Report) -> bool:
    for side in ("source", "destination"):
        operator, ports = statement.get(f"{side} operator"), statement.get(f"{side} ports", ())
        if operator is None:
            continue
        if protocol not in WITH_PORTS:
            report.error(
                statement.line,
                "invalid-value",
                f"`{operator}` names ports, and `{protocol_word(protocol)}` has none",
                "write `tcp` or `udp`",
            )
            return False
        if (operator == "range" and len(ports) != 2) or (operator in ("gt", "lt") and len(ports) != 1):
            report.error(
                statement.line,
                "invalid-value",
                f"`{operator}` takes {2 if operator == 'range' else 1} port(s)",
            )
            return False
    return True


def _ports(statement: Statement, side: str) -> Ports:
    ports = statement.get(f"{side} ports", ())
    match statement.get(f"{side} operator", "eq"):
        case "eq":
            return tuple((port, port) for port in ports)
        case "range":
            return ((min(ports), max(ports)),)
        case "gt":
            return ((ports[0] + 1, 65535),)
        case "lt":
            return ((0, ports[0] - 1),)
        case "neq":
            edges = [-1, *sorted(set(ports)), 65536]
            return tuple((low + 1, high - 1) for low, high in pairwise(edges) if low + 1 <= high - 1)
    return ()


class _Groups:
    """`object-group network` and `object-group service`: names for addresses, and for services."""

    def __init__(self, blocks: Mapping[str, Block], services: Mapping[str, Block], report: Report) -> None:
        self._blocks = blocks
        self._services = services
        self._report = report

    def services(self, statement: Statement, entry: AccessEntry) -> tuple[AccessEntry, ...]:
        """What a line says of protocols and ports: the entry itself, or one for each service of its group."""
        name = statement.get("service group")
        if name is None:
            return (entry,)
        if name not in self._services:
            self._report.error(
                statement.line,
                "undefined-group",
                f"there is no group `{name}`",
                f"add `object-group service {name}`",
            )
            return ()
        return tuple(dict.fromkeys(self._of_services(name, entry, frozenset())))

    def _of_services(self, name: str, entry: AccessEntry, asked: frozenset[str]) -> Iterator[AccessEntry]:
        block = self._services.get(name)
        if block is None or name in asked:
            return
        for line in block.lines:
            if line.negated or not _check_ports(line, TCP, self._report):
                continue
            if line.key == "group-object":
                yield from self._of_services(line.get("group"), entry, asked | {name})
            elif line.key == "service":
                whole = _without_addresses(line, self._report)
                for protocol in line.get("protocols", (line.get("protocol"),)):
                    yield replace(
                        whole, protocol=protocol, permit=entry.permit, log=entry.log, source=entry.source
                    )

    def addresses(self, statement: Statement, side: str, version: int) -> tuple[AddressMatch, ...]:
        """The addresses that one side of a line means."""
        values = statement.values
        group = values.get(f"{side} group")
        if group is not None:
            return self._of_group(group, statement.line)
        if (host := values.get(f"{side} host")) is not None:
            return (AddressMatch(host),)
        written = values.get(side)
        if written is None:
            return (_ANY4 if version == 4 else _ANY6,)
        if version == 6:
            return (AddressMatch.of(written),)
        wildcard = values.get(f"{side} wildcard", 0)
        return (AddressMatch(IPv4Address(int(written) & ~wildcard & 0xFFFF_FFFF), wildcard),)

    def _of_group(self, name: str, line: int) -> tuple[AddressMatch, ...]:
        if name not in self._blocks:
            self._report.error(
                line, "undefined-group", f"there is no group `{name}`", f"add `object-group network {name}`"
            )
            return ()
        return tuple(dict.fromkeys(self._members(name, frozenset())))

    def _members(self, name: str, asked: frozenset[str]) -> Iterator[AddressMatch]:
        block = self._blocks.get(name)
        if block is None or name in asked:
            return
        for statement in block.lines:
            if statement.negated:
                continue
            match statement.key:
                case "host":
                    yield AddressMatch(statement.get("host"))
                case "any":
                    yield _ANY4
                case "range":
                    first, last = sorted((statement.get("first"), statement.get("last")))
                    yield from map(AddressMatch.of, summarize_address_range(first, last))
                case "network":
                    network = f"{statement.get('network')}/{statement.get('mask')}"
                    yield AddressMatch.of(ip_network(network, strict=False))
                case "group-object":
                    yield from self._members(statement.get("group"), asked | {name})
