"""`interface` blocks, and the translation of addresses."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from kakehashi.dialects.cisco_ios.defaults import NAT_TIMEOUTS
from kakehashi.dialects.cisco_ios.interfaces import family_of
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.nat_exemption import exempted, from_inside
from kakehashi.dialects.rendering import Losses, address_lines
from kakehashi.model.access_list import AccessList, Packet
from kakehashi.model.gateway import Interface, InterfaceKind
from kakehashi.model.translation import (
    ESP,
    TCP,
    UDP,
    SourceTranslation,
    StaticTranslation,
    Translation,
)

_USUAL_MSS = 1360
_MOST_LINES = 64
_TCP_HEADERS = {4: 40, 6: 60}
_FROM_PPP = ("Dialer", "Serial", "Cellular", "Async")


def interface_lines(
    interface: Interface, more: list[str], losses: Losses, last: Iterable[str] = ()
) -> list[str]:
    """The block of an interface; `more`: its lines about IPsec; `last`: what must stand at its end."""
    addresses = address_lines(
        interface, _from_dhcp(interface, losses), lambda a: f"{a.ip} {a.netmask}", _ipv6(interface)
    )
    lines = [*addresses, *_options(interface, losses), *more]
    if not interface.enabled:
        lines.append("shutdown")
    elif interface.kind is InterfaceKind.PHYSICAL:
        lines.append("no shutdown")
    return [f"interface {interface.name}", *(f" {line}" for line in (*lines, *last))]


def write_translation(book: Book) -> None:
    """`ip nat` on the interfaces, and the lines that translate; what goes into tunnels is left out."""
    translating = [i for i in book.gateway.interfaces if i.translation is not None]
    for interface in translating:
        translation = interface.translation or Translation()
        book.put_on(interface.name, "ip nat outside")
        for source in translation.sources:
            book.nat += _source_lines(interface, source, book)
        for static in translation.static:
            book.nat += _static_lines(interface, static, book)
    if not translating:
        return
    book.nat += _timeout_lines(translating[0].translation or Translation())
    named = {name for i in translating if i.translation for name in i.translation.inside or ()}
    every = any(i.translation is not None and i.translation.inside is None for i in translating)
    for interface in book.gateway.interfaces:
        plain = interface.translation is None and interface.kind is InterfaceKind.PHYSICAL
        if interface.name in named or (plain and every):
            book.put_on(interface.name, "ip nat inside")


def _timeout_lines(translation: Translation) -> list[str]:
    times = translation.timeouts
    return [
        f"ip nat translation {word}-timeout {seconds}"
        for word, seconds, usual in (
            ("tcp", times.tcp, NAT_TIMEOUTS.tcp),
            ("syn", times.tcp_opening, NAT_TIMEOUTS.tcp_opening),
            ("finrst", times.tcp_closing, NAT_TIMEOUTS.tcp_closing),
            ("udp", times.udp, NAT_TIMEOUTS.udp),
        )
        if seconds not in (None, usual)
    ]


def _source_lines(interface: Interface, source: SourceTranslation, book: Book) -> list[str]:
    name = source.access_list
    if name is None or book.gateway.access_list(name) is None:
        name = _list_of_nat(interface, book)
    if source.pool is None:
        return [f"ip nat inside source list {name} interface {interface.name} overload"]
    first, last = source.pool
    pool = book.name("pool", "OUTSIDE", "OUTSIDE")
    overload = " overload" if source.ports else ""
    return [
        f"ip nat pool {pool} {first} {last} prefix-length {_length_over(first, last)}",
        f"ip nat inside source list {name} pool {pool}{overload}",
    ]


def _length_over(first: IPv4Address, last: IPv4Address) -> int:
    """The longest prefix that holds both, with room for the network's own addresses."""
    return max(1, min(30, 32 - (int(first) ^ int(last)).bit_length() - 1))


def _static_lines(interface: Interface, static: StaticTranslation, book: Book) -> list[str]:
    words = "ip nat inside source static"
    outside = str(static.outside) if static.outside else f"interface {interface.name}"
    if static.inside is None:
        port = "" if static.port is None else f" port {static.port}"
        book.losses.add(
            static.source,
            f"protocol {static.protocol}{port} stays here",
            "what the device itself waits for is not translated; it needs no line",
        )
        return []
    if isinstance(static.inside, IPv4Network) and isinstance(static.outside, IPv4Network):
        inside, mapped = static.inside, static.outside
        return [f"{words} network {inside[0]} {mapped[0]} /{inside.prefixlen}"]
    if static.protocol is None:
        return [f"{words} {static.inside} {outside}"]
    word = {TCP: "tcp", UDP: "udp"}.get(static.protocol)
    if word is not None and static.ports is not None and static.port is not None:
        low, high = static.ports
        return [
            f"{words} {word} {static.inside} {(static.inside_port or static.port) + n} {outside} {low + n}"
            for n in range(min(high - low, _MOST_LINES - 1) + 1)
        ]
    if static.protocol == ESP and static.outside is None:
        return [f"{words} esp {static.inside} {outside}"]
    book.losses.add(
        static.source,
        f"protocol {static.protocol} goes to {static.inside}",
        "the device translates TCP, UDP and ESP so, or all of a host",
    )
    return []


def _list_of_nat(interface: Interface, book: Book) -> str:
    """The list that says what is translated: one that there is for nothing else, or a new one."""
    gateway = book.gateway
    used = {name for i in gateway.interfaces for name in i.lists}
    written = "\n".join([*book.maps, *book.dynamic_maps, *(x for b in book.on_interface.values() for x in b)])
    for rules in gateway.access_lists:
        if rules.name not in used and f" {rules.name}" not in written and not _takes_tunnels(rules, book):
            book.losses.add(
                rules.source,
                f"which list says what {interface.name} translates",
                f"{rules.name} is taken, which nothing else uses: look at it",
            )
            return rules.name
    mapped = (t for t in gateway.tunnels if t.policy_based and gateway.l2tp_server(t.interface) is None)
    entries = (*(e for t in mapped for e in exempted(t)), *from_inside(gateway))
    name = book.name("access list", "TRANSLATED", "TRANSLATED")
    book.lists.append(AccessList(name=name, entries=entries, source=interface.source))
    return name


def _takes_tunnels(rules: AccessList, book: Book) -> bool:
    """Would it translate what goes into a tunnel by policy?"""
    for tunnel in book.gateway.tunnels:
        if not tunnel.policy_based:
            continue
        for local, remote in zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False):
            probe = Packet(
                source_address=local.end, destination_address=remote.end, protocol=local.protocol or 1
            )
            if rules.permits(probe):
                return True
    return not any(e.permit for e in rules.entries)


def _ipv6(interface: Interface) -> list[str]:
    default = " default" if interface.autoconfig_default_route else ""
    lines = [f"ipv6 address autoconfig{default}"] if interface.autoconfig else []
    return [*lines, "ipv6 address dhcp"] if interface.dhcp_ipv6 else lines


def _from_dhcp(interface: Interface, losses: Losses) -> str:
    from_ppp = interface.negotiated or (
        family_of(interface.name) in _FROM_PPP and not interface.dhcp_default_route
    )
    losses.unless(
        from_ppp or not interface.dhcp or interface.dhcp_default_route,
        interface.source,
        f"{interface.name} takes no default route from DHCP",
        "the device takes it along, with distance 254",
    )
    return "ip address negotiated" if from_ppp else "ip address dhcp"


def _options(interface: Interface, losses: Losses) -> Iterator[str]:
    if interface.mtu is not None:
        yield f"ip mtu {interface.mtu}"
    for word, version, mss, low, high in (
        ("ip", 4, interface.adjust_mss, 500, 1460),
        ("ipv6", 6, interface.adjust_mss_ipv6, 40, 1940),
    ):
        if mss is None:
            continue
        if isinstance(mss, int):
            octets = mss
        else:
            octets = interface.mtu - _TCP_HEADERS[version] if interface.mtu else _USUAL_MSS
            losses.add(
                interface.source,
                f"{word} adjust-mss of {interface.name} by itself",
                f"{octets} octets are written",
            )
        fits = losses.unless(
            low <= octets <= high, interface.source, f"MSS {octets}", f"it must be {low} to {high}"
        )
        yield f"{word} tcp adjust-mss {octets if fits else min(max(octets, low), high)}"
    for f in interface.filters:
        words = "ip access-group" if f.version == 4 else "ipv6 traffic-filter"
        yield f"{words} {f.lists[0]} {'in' if f.inbound else 'out'}"
        losses.unless(
            len(f.lists) == 1,
            f.source,
            f"the lists {' '.join(f.lists)}",
            "the first is written",
        )
        losses.unless(
            f.inbound or not f.own,
            f.source,
            f"filter {f.lists[0]} for what {interface.name} itself sends",
            "the device looks at what it forwards only",
        )
