"""Crypto maps: tunnels whose selectors choose what goes into them (CI-07, CI-08)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kakehashi.dialects.cisco_ios.render.access_list import list_for
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.ikev2 import write_profile
from kakehashi.dialects.cisco_ios.render.isakmp import Profiles
from kakehashi.dialects.cisco_ios.render.transforms import settings_lines
from kakehashi.dialects.nat_exemption import selector_pairs
from kakehashi.model.address import ANY, PeerAddress
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, Tunnel

_ENTRY = re.compile(r"(\S+) ([0-9]{1,5})(?: (\S+) ([0-9]{1,5}))?(?: [A-Za-z]\S*)?")
_STATIC_STEP, _DYNAMIC = 10, 65000


@dataclass(slots=True)
class _Maps:
    """What is written so far: entries by map and number, and which map an interface bears."""

    entries: set[tuple[str, int, str]] = field(default_factory=set)
    borne: dict[str, str] = field(default_factory=dict)
    next_number: dict[str, int] = field(default_factory=dict)
    addressed: set[str] = field(default_factory=set)


def write_maps(book: Book, profiles: Profiles) -> frozenset[str]:
    """Write the maps; the names of interfaces that are in the model for their sake alone."""
    maps = _Maps()
    names = set()
    for tunnel in book.gateway.tunnels:
        if tunnel.policy_based:
            names.add(tunnel.interface)
            _write(tunnel, maps, profiles, book)
    return frozenset(names)


def _write(tunnel: Tunnel, maps: _Maps, profiles: Profiles, book: Book) -> None:
    map_name, number, template = _place(tunnel, maps)
    interface = tunnel.outgoing.interface if tunnel.outgoing else None
    book.losses.unless(
        tunnel.connect is ConnectType.ON_DEMAND,
        tunnel.source,
        f"who begins {tunnel.interface}, and when",
        "traffic makes the SAs of a crypto map",
    )
    if interface is not None:
        _bear(tunnel, map_name, interface, maps, book)
    key = (map_name, number, " ".join(map(str, template or ())))
    if key in maps.entries:
        return
    maps.entries.add(key)
    version = next((s.version for s in tunnel.ipsec.local_selectors), 4)
    family = "ipv6 " if version == 6 else ""
    body = [*_peers(tunnel, book), *settings_lines(tunnel, book), *_profile(tunnel, profiles, book)]
    body += _match(tunnel, map_name, number, book)
    if tunnel.peer_address is ANY:
        own = "" if number == _DYNAMIC else f"-{number}"
        name, step = template or (f"{map_name}-DYNAMIC{own}", 10)
        opener = f"crypto map {family}{map_name} {number} ipsec-isakmp dynamic {name}"
        if opener not in book.maps:
            book.maps.append(opener)
        book.dynamic_maps.append(f"crypto dynamic-map {family}{name} {step}")
        book.dynamic_maps += [f" {line}" for line in body]
        return
    book.maps.append(f"crypto map {family}{map_name} {number} ipsec-isakmp")
    book.maps += [f" {line}" for line in body]


def _place(tunnel: Tunnel, maps: _Maps) -> tuple[str, int, tuple[str, int] | None]:
    """The map, the number of the entry, and the template's name and number."""
    found = _ENTRY.fullmatch(tunnel.interface)
    if found:
        template = (found[3], int(found[4])) if found[3] else None
        return found[1], int(found[2]), template
    name = (isinstance(tunnel, Ikev1Tunnel) and tunnel.name) or "VPN"
    start = _DYNAMIC if tunnel.peer_address is ANY else _STATIC_STEP
    kind = f"{name} {start}"
    number = maps.next_number.get(kind, start)
    maps.next_number[kind] = number + _STATIC_STEP
    return name, number, None


def _bear(tunnel: Tunnel, map_name: str, interface: str, maps: _Maps, book: Book) -> None:
    borne = maps.borne.setdefault(interface, map_name)
    book.losses.unless(
        borne == map_name, tunnel.source, f"{interface} bears {map_name}", f"it bears {borne} already"
    )
    book.put_on(interface, f"crypto map {borne}")
    source = tunnel.source_address
    own = next((i for i in book.gateway.interfaces if i.name == interface), None)
    if source is None or own is None or source == interface:
        return
    if isinstance(source, str):
        holder: str | None = source
    elif any(a.ip == source for a in own.addresses):
        return
    else:
        holder = next(
            (i.name for i in book.gateway.interfaces if any(a.ip == source for a in i.addresses)), None
        )
    if own.unnumbered == holder and holder is not None:
        return
    if holder is None:
        book.losses.add(tunnel.source, f"our address {source}", "no interface has it")
    elif map_name not in maps.addressed:
        maps.addressed.add(map_name)
        book.maps.append(f"crypto map {map_name} local-address {holder}")


def _peers(tunnel: Tunnel, book: Book) -> Iterator[str]:
    if tunnel.peer_address is ANY:
        return
    addresses: list[PeerAddress] = [tunnel.peer_address]
    if isinstance(tunnel, Ikev1Tunnel):
        for name in tunnel.peers:
            peer = book.gateway.ikev1_peer(name)
            if peer is not None and peer.is_fixed and peer.address not in addresses:
                addresses.append(peer.address)  # type: ignore[arg-type]
    yield from (f"set peer {address}" for address in addresses)


def _profile(tunnel: Tunnel, profiles: Profiles, book: Book) -> Iterator[str]:
    if isinstance(tunnel, Ikev2Tunnel):
        yield f"set ikev2-profile {write_profile(tunnel, book)}"
    elif isinstance(tunnel, Ikev1Tunnel):
        named = list(dict.fromkeys(profiles.of[name] for name in tunnel.peers if name in profiles.of))
        if named:
            yield f"set isakmp-profile {named[0]}"
        book.losses.unless(
            len(named) <= 1,
            tunnel.source,
            f"{tunnel.interface} with {', '.join(named)}",
            "it has one profile",
        )


def _match(tunnel: Tunnel, map_name: str, number: int, book: Book) -> Iterator[str]:
    pairs = selector_pairs(tunnel)
    if book.gateway.l2tp_server(tunnel.interface) is not None:
        return  # who dials in says which ports
    if tunnel.peer_address is ANY and pairs in (((ANY_IPV4, ANY_IPV4),), ((ANY_IPV6, ANY_IPV6),)):
        return
    if pairs:
        yield f"match address {list_for(pairs, f'{map_name}-{number}', tunnel.source, book, tunnel.bypass)}"
