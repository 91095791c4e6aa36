"""`interface` blocks, and the translation of addresses."""

from collections.abc import Iterator
from ipaddress import ip_network

from kakehashi.dialects.cisco_ios.interfaces import family_of
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.rendering import Losses, address_lines
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Packet
from kakehashi.model.gateway import Interface, InterfaceKind

_USUAL_MSS = 1360
_TCP_HEADERS = {4: 40, 6: 60}
_FROM_PPP = ("Dialer", "Serial", "Cellular", "Async")


def interface_lines(interface: Interface, more: list[str], losses: Losses) -> list[str]:
    """The block of an interface; `more`: its lines about IPsec."""
    addresses = address_lines(interface, _from_dhcp(interface, losses), lambda a: f"{a.ip} {a.netmask}")
    lines = [*addresses, *_options(interface, losses), *more]
    if not interface.enabled:
        lines.append("shutdown")
    elif interface.kind is InterfaceKind.PHYSICAL:
        lines.append("no shutdown")
    return [f"interface {interface.name}", *(f" {line}" for line in lines)]


def write_translation(book: Book) -> None:
    """`ip nat` on the interfaces, and the line that translates; what goes into tunnels is left out of it."""
    translating = [i for i in book.gateway.interfaces if i.napt]
    for interface in translating:
        for hole in interface.static_translations:
            book.losses.add(
                hole.source,
                f"protocol {hole.protocol}{'' if hole.port is None else f' port {hole.port}'} stays here",
                "what the device itself waits for is not translated; it needs no line",
            )
        name = _list_of_nat(interface, book)
        book.put_on(interface.name, "ip nat outside")
        book.nat.append(f"ip nat inside source list {name} interface {interface.name} overload")
    if translating:
        for interface in book.gateway.interfaces:
            if not interface.napt and interface.kind is InterfaceKind.PHYSICAL:
                book.put_on(interface.name, "ip nat inside")


def _list_of_nat(interface: Interface, book: Book) -> str:
    """The list that says what is translated: one that there is for nothing else, or a new one."""
    gateway = book.gateway
    used = {
        name
        for i in gateway.interfaces
        for name in (i.access_in, i.access_out, i.access_in_ipv6, i.access_out_ipv6)
    }
    written = "\n".join([*book.maps, *book.dynamic_maps, *(x for b in book.on_interface.values() for x in b)])
    for rules in gateway.access_lists:
        if rules.name not in used and f" {rules.name}" not in written and not _takes_tunnels(rules, book):
            book.losses.add(
                rules.source,
                f"which list says what {interface.name} translates",
                f"{rules.name} is taken, which nothing else uses: look at it",
            )
            return rules.name
    entries: list[AccessEntry] = []
    for tunnel in gateway.tunnels:
        if tunnel.policy_based:
            pairs = zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False)
            for local, remote in pairs:
                ours, theirs = _match(str(local)), _match(str(remote))
                if ours and theirs:
                    entries.append(AccessEntry(permit=False, source_address=ours, destination_address=theirs))
    anything = _match("0.0.0.0/0")
    for other in gateway.interfaces:
        if other.napt or other.kind is not InterfaceKind.PHYSICAL or anything is None:
            continue
        entries += [
            AccessEntry(permit=True, source_address=AddressMatch.of(a.network), destination_address=anything)
            for a in other.addresses
            if a.version == 4
        ]
    name = book.name("access list", "TRANSLATED", "TRANSLATED")
    book.lists.append(AccessList(name=name, entries=tuple(entries), source=interface.source))
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


def _match(text: str) -> AddressMatch | None:
    try:
        return AddressMatch.of(ip_network(text))
    except ValueError:
        return None


def _from_dhcp(interface: Interface, losses: Losses) -> str:
    from_ppp = family_of(interface.name) in _FROM_PPP and not interface.dhcp_default_route
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
    for word, name in (
        ("ip access-group {} in", interface.access_in),
        ("ip access-group {} out", interface.access_out),
        ("ipv6 traffic-filter {} in", interface.access_in_ipv6),
        ("ipv6 traffic-filter {} out", interface.access_out_ipv6),
    ):
        if name is not None:
            yield word.format(name)
