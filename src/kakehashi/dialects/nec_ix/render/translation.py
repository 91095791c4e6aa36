"""`ip napt`, `ip nat` and `ip filter` of an interface, and the access lists that they name."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from kakehashi.dialects.nec_ix.lower.translation import DEFAULT_TIMEOUTS
from kakehashi.dialects.nec_ix.words import PROTOCOLS
from kakehashi.dialects.rendering import Losses
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.gateway import Interface
from kakehashi.model.translation import TCP, UDP, StaticTranslation, Timeouts, Translation

_PORTS = {UDP: "udp", TCP: "tcp"}
_EVERY_PORT = 65535
_NAT = {True: "ip napt enable", False: "ip nat enable"}


def translation_lines(name: str, translation: Translation, losses: Losses) -> Iterator[str]:
    """The lines of the interface `name`."""
    with_ports = bool(translation.sources) or any(s.protocol is not None for s in translation.static)
    yield _NAT[with_ports]
    losses.unless(
        translation.closed or not with_ports,
        translation.source,
        f"what arrives at {name} unasked",
        "the device drops it, unless `ip napt static` takes it",
    )
    if translation.hairpinning:
        yield "ip napt hairpinning"
    for source in translation.sources[:1]:
        if source.access_list is not None:
            yield f"ip napt inside list {source.access_list}"
        if source.pool is not None:
            first, last = source.pool
            yield f"ip napt address {first}"
            losses.unless(first == last, source.source, f"the pool {first}-{last}", f"{first} is written")
    for source in translation.sources[1:]:
        losses.add(source.source, f"access list {source.access_list}", "an interface translates by one list")
    for static in translation.static:
        yield from _static(name, static, losses)
    if with_ports:
        yield from _timeouts(translation.timeouts)


def _static(name: str, static: StaticTranslation, losses: Losses) -> Iterator[str]:
    if static.protocol is None:
        if static.inside is None or static.outside is None:
            losses.add(
                static.source, f"all that arrives goes to {static.inside}", "it takes an outside address"
            )
            return
        yield f"ip nat static {_network(static.inside)} {_network(static.outside)}"
        return
    ports = static.ports
    word = _PORTS.get(static.protocol)
    if ports is not None and word is None:
        losses.add(static.source, f"port {static.port} of protocol {static.protocol}", "all pass")
    what = str(static.protocol)
    if ports is not None and word is not None:
        what = f"{word} {ports[0]}" + (f" {ports[1]}" if ports[1] != ports[0] else "")
    if static.inside_port not in (None, static.port):
        service = static.name or f"{word}-{static.port}"
        yield f"ip napt service {service} {static.inside} {static.inside_port} {what}"
        return
    yield f"ip napt static {static.inside or name} {what}"


def _network(addresses: object) -> str:
    return str(addresses) if isinstance(addresses, IPv4Network) else f"{addresses}"


def _timeouts(timeouts: Timeouts) -> Iterator[str]:
    for word, seconds, usual in (
        ("tcp", timeouts.tcp, DEFAULT_TIMEOUTS.tcp),
        ("syn", timeouts.tcp_opening, DEFAULT_TIMEOUTS.tcp_opening),
        ("finrst", timeouts.tcp_closing, DEFAULT_TIMEOUTS.tcp_closing),
        ("udp", timeouts.udp, DEFAULT_TIMEOUTS.udp),
    ):
        if seconds is not None and seconds != usual:
            yield f"ip napt translation {word}-timeout {min(seconds, 65535)}"


def filter_lines(interface: Interface) -> Iterator[str]:
    """The lists of each direction in their order."""
    for f in interface.filters:
        word = "ip" if f.version == 4 else "ipv6"
        for place, name in enumerate(f.lists, 1):
            yield f"{word} filter {name} {place} {'in' if f.inbound else 'out'}"


def list_lines(rules: AccessList, losses: Losses) -> list[str]:
    """The lines of an access list."""
    return [line for entry in rules.entries for line in _entry(rules.name, entry, losses)]


def _entry(name: str, entry: AccessEntry, losses: Losses) -> Iterator[str]:
    version = entry.source_address.address.version
    word = "ip" if version == 4 else "ipv6"
    protocol = word
    if entry.protocol is not None:
        protocol = next((w for w, (n, _) in PROTOCOLS.items() if n == entry.protocol), str(entry.protocol))
        protocol = "icmp" if protocol == "icmpv6" else protocol
    ends = [_address(entry.source_address), _address(entry.destination_address)]
    if None in ends:
        losses.add(entry.source, f"an entry of {name}", "the device has no wildcard with gaps")
        return
    action = "permit" if entry.permit else "deny"
    rest = "".join(
        f" {text}"
        for on, text in (
            (entry.icmp_type is not None, f"type {entry.icmp_type}"),
            (entry.icmp_code is not None, f"code {entry.icmp_code}"),
            (entry.established, "established"),
            (entry.fragments, "fragment"),
            (entry.log, "log"),
        )
        if on
    )
    for sport in _ports(entry.source_ports):
        for dport in _ports(entry.destination_ports):
            source = f"src {ends[0]}{f' sport {sport}' if sport else ''}"
            destination = f"dest {ends[1]}{f' dport {dport}' if dport else ''}"
            yield f"{word} access-list {name} {action} {protocol} {source} {destination}{rest}"


def _address(match: AddressMatch) -> str | None:
    if match.network is None:
        return None
    return str(match.network) if match.network.prefixlen else "any"


def _ports(ports: Ports) -> list[str]:
    """One condition for each range; "" is any port."""
    words = []
    for low, high in ports:
        if low == high:
            words.append(f"eq {low}")
        elif low == 0:
            words.append(f"lt {high + 1}" if high < _EVERY_PORT else "any")
        else:
            words.append(f"gt {low - 1}" if high == _EVERY_PORT else f"range {low} {high}")
    return words or [""]
