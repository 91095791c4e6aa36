"""A crypto access list becomes traffic selectors: each line that permits is a pair (CI-07, CI-09)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AccessList, Ports
from kakehashi.model.address import IPAddress
from kakehashi.model.selector import TrafficSelector

_ALL_PORTS = (0, 65535)
_Pair = tuple[TrafficSelector, TrafficSelector]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Selectors of both sides in step."""

    local: tuple[TrafficSelector, ...] = ()
    remote: tuple[TrafficSelector, ...] = ()

    def is_between(self, here: IPAddress | None, there: object) -> bool:
        """Is all the traffic that of the two ends themselves? Then transport mode is possible."""
        return bool(self.local) and all(
            ours.start == ours.end == here and theirs.start == theirs.end == there
            for ours, theirs in zip(self.local, self.remote, strict=True)
        )


def read_pairs(rules: AccessList, what: str, report: Report) -> Pairs:
    """The pairs of a list; `what` names its user in messages."""
    pairs: dict[_Pair, None] = {}
    denied: list[AccessEntry] = []
    for entry in rules.entries:
        if not entry.permit:
            denied.append(entry)
            continue
        for found in _pairs(entry, rules, what, report):
            for exception in denied:
                _tell_exception(exception, found, rules, what, report)
            pairs[found] = None
    return Pairs(tuple(local for local, _ in pairs), tuple(remote for _, remote in pairs))


def _pairs(entry: AccessEntry, rules: AccessList, what: str, report: Report) -> Iterator[_Pair]:
    """The pairs of one line: one for each port that it names."""
    line = entry.source.line if entry.source else 0
    here, there = entry.source_address.network, entry.destination_address.network
    if here is None or there is None:
        report.error(
            line,
            "selector-wildcard",
            f"access list {rules.name} of {what} has a wildcard mask with gaps: no identity of IKE "
            "can say so",
            "write one line for each network",
        )
        return
    _tell_conditions(entry, rules, what, line, report)
    local = TrafficSelector.of(here, entry.protocol or 0)
    remote = TrafficSelector.of(there, entry.protocol or 0)
    for low, high in _ranges(entry.source_ports):
        for to_low, to_high in _ranges(entry.destination_ports):
            yield (
                replace(local, start_port=low, end_port=high),
                replace(remote, start_port=to_low, end_port=to_high),
            )


def _ranges(ports: Ports) -> Ports:
    return tuple(r for r in ports if r[0] <= r[1]) if ports else (_ALL_PORTS,)


def _tell_conditions(entry: AccessEntry, rules: AccessList, what: str, line: int, report: Report) -> None:
    """What an access list can ask of a packet and no identity of IKE can say."""
    where = f"access list {rules.name} of {what}"
    if entry.established or entry.fragments:
        report.warning(
            line,
            "selector-condition",
            f"{where}: `established` and `fragments` say nothing to IKE; all of the line's traffic is meant",
        )
    if entry.icmp_type is not None:
        report.warning(
            line,
            "selector-condition",
            f"{where}: a type of ICMP is not told to the peer; all of ICMP is meant",
        )
    if any(low != high for low, high in (*entry.source_ports, *entry.destination_ports)):
        report.warning(
            line,
            "selector-ports",
            f"{where} has a range of ports: IKEv1 has one port or all, and the SA cannot be made",
            "write one line for each port, or none",
        )


def _tell_exception(
    exception: AccessEntry,
    pair: _Pair,
    rules: AccessList,
    what: str,
    report: Report,
) -> None:
    here, there = exception.source_address.network, exception.destination_address.network
    if here is None or there is None:
        return
    local = TrafficSelector.of(here, exception.protocol or 0)
    remote = TrafficSelector.of(there, exception.protocol or 0)
    if local.intersect(pair[0]) is None or remote.intersect(pair[1]) is None:
        return
    report.warning(
        exception.source.line if exception.source else 0,
        "selector-exception",
        f"access list {rules.name} of {what}: what this line denies and a later one permits goes into the "
        "tunnel all the same; exceptions are not there yet",
        "permit what is meant, line by line",
    )
