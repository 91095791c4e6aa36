"""Tunnel interfaces of many peers and their NHRP: DMVPN (CI-15)."""

from collections.abc import Iterator

from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.vti import header_lines, holder
from kakehashi.dialects.rendering import plain_secret
from kakehashi.model.address import Hostname
from kakehashi.model.multipoint import HOLDING_TIME, Multipoint, NextHopServer, Nhrp

_VERSIONS = {4: "ip", 6: "ipv6"}


def write_multipoints(book: Book) -> None:
    """NHRP of the multipoint interfaces, and their mode; what protects them stands with the tunnels."""
    for multipoint in book.gateway.multipoints:
        if multipoint.gre is None:
            book.losses.add(
                multipoint.source,
                f"{multipoint.interface}: many peers without GRE",
                "the device has them with GRE only",
            )
            continue
        for nhrp in multipoint.nhrp:
            book.put_on(multipoint.interface, *_nhrp(nhrp, multipoint, book))
        book.put_on(multipoint.interface, *_tunnel(multipoint, book))


def _nhrp(nhrp: Nhrp, multipoint: Multipoint, book: Book) -> Iterator[str]:
    command = f"{_VERSIONS[nhrp.version]} nhrp"
    if nhrp.authentication is not None:
        secret = plain_secret(nhrp.authentication)
        if secret is None:
            what = f"the authentication string of NHRP of {multipoint.interface}"
            book.losses.add(multipoint.source, what, "it is one word of text")
        else:
            typed = f"0 {secret}" if secret in ("0", "6", "7") else secret
            yield f"{command} authentication {typed}"
    yield f"{command} network-id {nhrp.network_id}"
    for hop in nhrp.next_hops:
        yield f"{command} map {hop.address} {hop.nbma}"
    for address in nhrp.multicast:
        yield f"{command} map multicast {address}"
    if nhrp.multicast_dynamic:
        yield f"{command} map multicast dynamic"
    for server in nhrp.servers:
        yield f"{command} {_server(server)}"
    if nhrp.holding_time != HOLDING_TIME:
        yield f"{command} holdtime {nhrp.holding_time}"
    if nhrp.registration is not None:
        yield f"{command} registration timeout {nhrp.registration}"
    if not nhrp.unique:
        yield f"{command} registration no-unique"
    yield from [f"{command} redirect"] if nhrp.redirect else []
    yield from [f"{command} shortcut"] if nhrp.shortcut else []


def _server(server: NextHopServer) -> str:
    words = ["nhs", "dynamic" if server.address is None else str(server.address)]
    if server.nbma is not None:
        words += ["nbma", server.nbma.name if isinstance(server.nbma, Hostname) else str(server.nbma)]
    if server.multicast:
        words.append("multicast")
    if server.priority:
        words += ["priority", str(server.priority)]
    return " ".join(words)


def _tunnel(multipoint: Multipoint, book: Book) -> Iterator[str]:
    source, header = multipoint.source_address, multipoint.gre
    if source is None:
        what = f"our end of {multipoint.interface}"
        book.losses.add(multipoint.source, what, "the device needs a `tunnel source`")
    else:
        yield f"tunnel source {source if isinstance(source, str) else holder(source, book) or source}"
    yield "tunnel mode gre multipoint"
    if header is not None:
        yield from header_lines(header)
