"""A crypto access list becomes traffic selectors: each line that permits is a pair (CI-07, CI-09).

A line that denies says what the lines after it do not take: that goes to the next entry of the map, or in the
clear.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import Bypass

_ALL_PORTS = (0, 65535)
_Pair = tuple[TrafficSelector, TrafficSelector]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Selectors of both sides in step, and what goes past them."""

    local: tuple[TrafficSelector, ...] = ()
    remote: tuple[TrafficSelector, ...] = ()
    bypass: tuple[Bypass, ...] = ()

    def is_between(self, here: IPAddress | None, there: object) -> bool:
        """Is all the traffic that of the two ends themselves? Then transport mode is possible."""
        return bool(self.local) and all(
            ours.start == ours.end == here and theirs.start == theirs.end == there
            for ours, theirs in zip(self.local, self.remote, strict=True)
        )


def read_pairs(rules: AccessList, what: str, report: Report) -> Pairs:
    """The pairs of a list; `what` names its user in messages."""
    pairs: dict[_Pair, None] = {}
    denied: list[tuple[AccessEntry, Bypass]] = []
    for entry in rules.entries:
        if entry.permit:
            pairs |= dict.fromkeys(_pairs(entry, rules, what, report))
        else:
            denied += [(entry, Bypass(*pair, len(pairs))) for pair in _denied(entry)]
    found = tuple(pairs)
    bypass: dict[Bypass, None] = {}
    for entry, past in denied:
        if any(past.meets(*pair) for pair in found[past.before :]):
            if unsaid := _unsaid(entry):
                _tell_exception(entry, unsaid, rules, what, report)
            else:
                bypass[past] = None
    return Pairs(tuple(local for local, _ in found), tuple(remote for _, remote in found), tuple(bypass))


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
    yield from _boxes(entry, here, there)


def _boxes(entry: AccessEntry, here: IPNetwork, there: IPNetwork) -> Iterator[_Pair]:
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


def _denied(entry: AccessEntry) -> Iterator[_Pair]:
    """The pairs of a line that denies; what has gaps counts as the whole around it."""
    here, there = entry.source_address, entry.destination_address
    yield from _boxes(entry, here.network or _around(here), there.network or _around(there))


def _around(match: AddressMatch) -> IPNetwork:
    """The smallest network that has all the addresses."""
    length = match.address.max_prefixlen - match.wildcard.bit_length()
    return ip_network((match.address, length), strict=False)


def _unsaid(entry: AccessEntry) -> str:
    """What a line asks that no rule of routing can; "" if nothing."""
    if entry.source_address.network is None or entry.destination_address.network is None:
        return "a wildcard mask with gaps"
    if entry.icmp_type is not None:
        return "a type of ICMP"
    if entry.established or entry.fragments:
        return "`established`" if entry.established else "`fragments`"
    return ""


def _tell_exception(entry: AccessEntry, unsaid: str, rules: AccessList, what: str, report: Report) -> None:
    report.warning(
        entry.source.line if entry.source else 0,
        "selector-exception",
        f"access list {rules.name} of {what}: what this line denies and a later one permits goes into the "
        f"tunnel all the same: {unsaid} cannot be excepted",
        "permit what is meant, line by line",
    )
