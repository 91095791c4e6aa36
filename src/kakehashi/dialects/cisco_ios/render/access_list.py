"""Access lists, and those that say what a crypto map takes."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, summarize_address_range

from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.words import protocol_word
from kakehashi.dialects.rendering import Losses
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.address import IPNetwork
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Bypass

_Pair = tuple[TrafficSelector, TrafficSelector]
_ALL_PORTS = (0, 65535)


def list_lines(rules: AccessList, losses: Losses) -> list[str]:
    """The lines of a list."""
    version = next((e.source_address.address.version for e in rules.entries), 4)
    if version == 6:
        return [
            f"ipv6 access-list {rules.name}",
            *(f" {text}" for e in rules.entries for text in _entry(e, 6, losses)),
        ]
    standard = rules.name.isdigit() and (1 <= int(rules.name) <= 99 or 1300 <= int(rules.name) <= 1999)
    if standard:
        return [
            f"access-list {rules.name} {_action(e)} {_address(e.source_address)}{' log' if e.log else ''}"
            for e in rules.entries
        ] or [f"ip access-list standard {rules.name}"]
    return [
        f"ip access-list extended {rules.name}",
        *(f" {text}" for e in rules.entries for text in _entry(e, 4, losses)),
    ]


def list_for(
    pairs: tuple[_Pair, ...],
    wanted: str,
    source: Source | None,
    book: Book,
    bypass: tuple[Bypass, ...] = (),
) -> str:
    """The name of an access list that permits exactly these pairs: one that there is, or a new one.

    `bypass`: what it denies before some of them.
    """
    for known in book.lists:
        if (
            tuple(dict.fromkeys(p for e in known.entries if e.permit for p in _pairs_of(e))) == pairs
            and (_denied(known, pairs) == bypass)
            and (not any(e.icmp_type is not None or e.established or e.fragments for e in known.entries))
        ):
            return known.name
    taken = {known.name.lower() for known in book.lists}
    name = book.name("access list", wanted, "VPN")
    while name.lower() in taken:
        name = book.name("access list", wanted, "VPN")
    entries = tuple(
        replace(entry, permit=permit)
        for pair, permit in _in_order(pairs, bypass)
        for entry in _entries_of(pair, source, book.losses)
    )
    book.lists.append(AccessList(name=name, entries=entries, source=source))
    return name


def _in_order(pairs: tuple[_Pair, ...], bypass: tuple[Bypass, ...]) -> Iterator[tuple[_Pair, bool]]:
    """What is denied and what is permitted."""
    for place, pair in enumerate(pairs):
        yield from (((b.local, b.remote), False) for b in bypass if b.before == place)
        yield pair, True


def _denied(rules: AccessList, pairs: tuple[_Pair, ...]) -> tuple[Bypass, ...]:
    """What a list denies before some of its pairs that it takes otherwise."""
    found: dict[Bypass, None] = {}
    seen: dict[_Pair, None] = {}
    for entry in rules.entries:
        if entry.permit:
            seen |= dict.fromkeys(_pairs_of(entry))
            continue
        past = (Bypass(*pair, len(seen)) for pair in _pairs_of(entry))
        found |= dict.fromkeys(b for b in past if any(b.meets(*pair) for pair in pairs[b.before :]))
    return tuple(found)


def _pairs_of(entry: AccessEntry) -> Iterator[_Pair]:
    here, there = entry.source_address.network, entry.destination_address.network
    if here is None or there is None:
        return
    for low, high in entry.source_ports or (_ALL_PORTS,):
        for to_low, to_high in entry.destination_ports or (_ALL_PORTS,):
            local, remote = TrafficSelector.of(here), TrafficSelector.of(there)
            protocol = entry.protocol or 0
            yield (
                TrafficSelector(local.start, local.end, protocol, low, high),
                TrafficSelector(remote.start, remote.end, protocol, to_low, to_high),
            )


def _entries_of(pair: _Pair, source: Source | None, losses: Losses) -> Iterator[AccessEntry]:
    local, remote = pair
    ours: list[IPNetwork] = list(summarize_address_range(local.start, local.end))
    theirs: list[IPNetwork] = list(summarize_address_range(remote.start, remote.end))
    losses.unless(
        len(ours) == len(theirs) == 1, source, f"range {local} to {remote}", "it is written as several lines"
    )
    if local.version != remote.version:
        losses.add(source, f"selectors {local} to {remote}", "no packet is of both IP versions")
        return
    for here in ours:
        for there in theirs:
            yield AccessEntry(
                permit=True,
                source_address=AddressMatch.of(here),
                destination_address=AddressMatch.of(there),
                protocol=local.protocol or remote.protocol or None,
                source_ports=_ports_of(local),
                destination_ports=_ports_of(remote),
            )


def _ports_of(selector: TrafficSelector) -> Ports:
    ports = (selector.start_port, selector.end_port)
    return () if ports == _ALL_PORTS or ports[0] > ports[1] else (ports,)


def _entry(entry: AccessEntry, version: int, losses: Losses) -> Iterator[str]:
    """An entry, or several where its ports are more than one line has words for."""
    source, destination = _address(entry.source_address), _address(entry.destination_address)
    tail = ""
    if entry.icmp_type is not None:
        tail += f" {entry.icmp_type}" + (f" {entry.icmp_code}" if entry.icmp_code is not None else "")
    for on, word in (
        (entry.established, "established"),
        (entry.fragments, "fragments"),
        (entry.log, "log"),
    ):
        tail += f" {word}" if on else ""
    protocol = "ipv6" if version == 6 and entry.protocol is None else protocol_word(entry.protocol)
    protocol = "icmp" if version == 6 and entry.protocol == 58 else protocol
    for from_ports in _port_words(entry.source_ports):
        for to_ports in _port_words(entry.destination_ports):
            yield f"{_action(entry)} {protocol} {source}{from_ports} {destination}{to_ports}{tail}"


def _action(entry: AccessEntry) -> str:
    return "permit" if entry.permit else "deny"


def _address(match: AddressMatch) -> str:
    network = match.network
    if network is not None and network.prefixlen == 0:
        return "any"
    if match.wildcard == 0:
        return f"host {match.address}"
    return f"{match.address} {IPv4Address(match.wildcard)}" if match.address.version == 4 else str(network)


def _port_words(ports: Ports) -> list[str]:
    if not ports:
        return [""]
    if all(low == high for low, high in ports):
        return [" eq " + " ".join(str(low) for low, _ in ports)]
    if len(ports) == 2 and ports[0][0] == 0 and ports[1][1] == 65535 and ports[1][0] == ports[0][1] + 2:
        return [f" neq {ports[0][1] + 1}"]
    return [f" eq {low}" if low == high else f" range {low} {high}" for low, high in ports]
