"""`show access-lists`, `show ip access-lists` and `show ipv6 access-list`, with the counts of matches.

A line that names groups of addresses is shown as the addresses that it stands for. Only lists that filter
an interface count; what a crypto map takes is counted by `show crypto ipsec sa`.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from itertools import pairwise

from kakehashi.dialects.cisco_ios.words import (
    ICMP_MESSAGES,
    ICMP_TYPES,
    ICMPV6_TYPES,
    port_word,
    protocol_word,
)
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status

_ICMPV6 = 58


def render(status: Status, gateway: Gateway, version: int | None = None, name: str | None = None) -> str:
    """The lists of an IP version, or that one list. `version` None is both."""
    found = [a for a in gateway.access_lists if name in (None, a.name) and version in (None, _version(a))]
    lines: list[str] = []
    for rules in sorted(found, key=_order):
        counts = status.access_matches.get(rules.name, (0,) * len(rules.entries))
        lines += _list(rules, tuple(zip(rules.entries, counts, strict=False)))
    return "\n".join(lines) + "\n" if lines else ""


def _order(rules: AccessList) -> tuple[int, int, int, str]:
    """As the device has them: standard, extended, IPv6; numbers before names."""
    number = int(rules.name) if rules.name.isdigit() else 10_000
    return _version(rules), not rules.standard, number, rules.name


def _version(rules: AccessList) -> int:
    return next((e.source_address.address.version for e in rules.entries), 4)


def _list(rules: AccessList, counted: Iterable[tuple[AccessEntry, int]]) -> Iterator[str]:
    if _version(rules) == 6:
        yield f"IPv6 access list {rules.name}"
        yield from (f"    {_ipv6(e)}{_matches(n)} sequence {e.number or 0}" for e, n in counted)
        return
    yield f"{'Standard' if rules.standard else 'Extended'} IP access list {rules.name}"
    text = _standard if rules.standard else _extended
    yield from (f"    {e.number or 0} {text(e)}{_matches(n)}" for e, n in counted)


def _matches(number: int) -> str:
    return f" ({number} match{'' if number == 1 else 'es'})" if number else ""


def _standard(entry: AccessEntry) -> str:
    source = entry.source_address
    action = "permit" if entry.permit else "deny  "
    log = " log" if entry.log else ""
    if source.network is not None and not source.network.prefixlen:
        return f"{action} any{log}"
    bits = f", wildcard bits {IPv4Address(source.wildcard)}" if source.wildcard else ""
    return f"{action} {source.address}{bits}{log}"


def _extended(entry: AccessEntry) -> str:
    return _words(entry, protocol_word(entry.protocol))


def _ipv6(entry: AccessEntry) -> str:
    protocol = "icmp" if entry.protocol == _ICMPV6 else protocol_word(entry.protocol)
    return _words(entry, "ipv6" if entry.protocol is None else protocol)


def _words(entry: AccessEntry, protocol: str) -> str:
    words = ["permit" if entry.permit else "deny", protocol]
    words += [_address(entry.source_address), *_ports(entry.source_ports, entry.protocol)]
    words += [_address(entry.destination_address), *_ports(entry.destination_ports, entry.protocol)]
    words += _icmp(entry)
    conditions = (
        (entry.established, "established"),
        (entry.fragments, "fragments"),
        (entry.log, "log"),
    )
    return " ".join([*words, *(word for on, word in conditions if on)])


def _address(match: AddressMatch) -> str:
    if match.network is not None and not match.network.prefixlen:
        return "any"
    if not match.wildcard:
        return f"host {match.address}"
    return (
        f"{match.address} {IPv4Address(match.wildcard)}" if match.address.version == 4 else str(match.network)
    )


def _ports(ports: Ports, protocol: int | None) -> list[str]:
    if not ports:
        return []

    def word(port: int) -> str:
        return port_word(port, protocol)

    low, high = ports[0][0], ports[-1][1]
    if all(first == last for first, last in ports):
        return ["eq", *(word(port) for port, _ in ports)]
    gaps = [port for (_, end), (start, _) in pairwise(ports) for port in range(end + 1, start)]
    if (low, high) == (0, 65535):
        return ["neq", *map(word, gaps)]
    if high == 65535:
        return ["gt", word(low - 1)]
    return ["lt", word(high + 1)] if low == 0 else ["range", word(low), word(high)]


def _icmp(entry: AccessEntry) -> list[str]:
    if entry.icmp_type is None:
        return []
    if entry.protocol == _ICMPV6:
        found = next((name for name, number in ICMPV6_TYPES.items() if number == entry.icmp_type), None)
    elif entry.icmp_code is None:
        found = next((name for name, number in ICMP_TYPES.items() if number == entry.icmp_type), None)
    else:
        pair = (entry.icmp_type, entry.icmp_code)
        found = next((name for name, known in ICMP_MESSAGES.items() if known == pair), None)
    code = [] if entry.icmp_code is None else [str(entry.icmp_code)]
    return [found] if found and (entry.protocol != _ICMPV6 or not code) else [str(entry.icmp_type), *code]
