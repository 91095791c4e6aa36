"""Tunnel interfaces, with an IPsec profile and without (CI-15)."""

from kakehashi.dialects.cisco_ios.render.access_list import list_for
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.ikev2 import write_profile
from kakehashi.dialects.cisco_ios.render.isakmp import Profiles
from kakehashi.dialects.cisco_ios.render.transforms import settings_lines
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.gre import Gre, Keepalive
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, PlainTunnel, Tunnel

_WHOLE = {(ANY_IPV4,): 4, (ANY_IPV6,): 6, EVERYTHING: 0}


def write_vtis(book: Book, profiles: Profiles) -> None:
    """The tunnels that routes lead into."""
    shared: dict[tuple[str, ...], str] = {}
    for tunnel in book.gateway.tunnels:
        if tunnel.policy_based:
            continue
        if tunnel.peer_address is ANY and not tunnel.multipoint:
            book.losses.add(
                tunnel.source,
                f"{tunnel.interface}: a peer of unknown address",
                "a tunnel interface has one destination; a dynamic crypto map takes such peers",
            )
            continue
        if isinstance(tunnel, PlainTunnel):
            # Where it is of many peers, all of it stands there already.
            if not tunnel.multipoint:
                book.put_on(tunnel.interface, *_on_interface(tunnel, book), *_keepalive(tunnel.keepalive))
            continue
        lines = _profile(tunnel, profiles, book)
        name = shared.get(tuple(lines)) if not isinstance(tunnel, Ikev2Tunnel) else None
        if name is None:
            wanted = tunnel.name if isinstance(tunnel, Ikev1Tunnel) else tunnel.ipsec.name
            name = book.name("ipsec profile", wanted or tunnel.interface.upper(), "PROFILE")
            shared[tuple(lines)] = name
            book.profiles += [f"crypto ipsec profile {name}", *(f" {line}" for line in lines)]
        # Where it is of many peers, the rest of it stands there already.
        block = [] if tunnel.multipoint else _on_interface(tunnel, book)
        book.put_on(tunnel.interface, *block, f"tunnel protection ipsec profile {name}")


def _profile(tunnel: Tunnel, profiles: Profiles, book: Book) -> list[str]:
    lines = settings_lines(tunnel, book)
    if isinstance(tunnel, Ikev2Tunnel):
        lines.append(f"set ikev2-profile {write_profile(tunnel, book)}")
    elif isinstance(tunnel, Ikev1Tunnel):
        named = [profiles.of[name] for name in tunnel.peers if name in profiles.of]
        lines += [f"set isakmp-profile {named[0]}"] if named else []
    book.losses.unless(
        tunnel.connect is not ConnectType.ON_DEMAND or tunnel.multipoint,
        tunnel.source,
        f"the SA of {tunnel.interface} waits for traffic",
        "the device makes it at once",
    )
    if tunnel.connect is ConnectType.NEVER:
        lines.append("responder-only")
    return lines


def _on_interface(tunnel: Tunnel, book: Book) -> list[str]:
    outer = _outer_version(tunnel, book)
    lines = []
    source = tunnel.source_address
    if source is None and tunnel.outgoing is not None:
        source = tunnel.outgoing.interface
    via = tunnel.outgoing if tunnel.outgoing and tunnel.outgoing.next_hop is None else None
    book.losses.unless(
        tunnel.outgoing is None
        or via is not None
        or source == tunnel.outgoing.interface
        or tunnel.source_address is not None,
        tunnel.source,
        f"{tunnel.interface} leaves by one interface",
        "the route to the peer decides",
    )
    if source is None:
        book.losses.add(tunnel.source, f"our end of {tunnel.interface}", "the device needs a `tunnel source`")
    elif isinstance(source, str):
        lines.append(f"tunnel source {source}")
    else:
        lines.append(f"tunnel source {holder(source, book) or source}")
    if via is not None:
        lines.append(f"tunnel route-via {via.interface} mandatory")
    address = tunnel.peer_address
    destination = f"tunnel destination {address.name if isinstance(address, Hostname) else address}"
    if tunnel.ipsec.gre is not None:
        # Over IPv4 that is what a tunnel interface is without `tunnel mode`.
        over = ["tunnel mode gre ipv6"] if outer == 6 else []
        return [*lines, *over, *header_lines(tunnel.ipsec.gre), destination]
    local, remote = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    inner = _WHOLE.get(local) if local == remote else None
    version = inner if inner is not None else (local[0].version if local else 4)
    if version == 0:
        mode = "dual-overlay"
    else:
        mode = f"ipv{outer}" + ("" if version == outer else f" v{version}-overlay")
    lines.append(f"tunnel mode ipsec {mode}")
    lines.append(destination)
    if inner is None:
        pairs = tuple(zip(local, remote, strict=False))
        book.losses.unless(
            len(local) == len(remote),
            tunnel.source,
            f"selectors of {tunnel.interface}",
            "each network goes with the one at the same place",
        )
        name = list_for(pairs, f"{tunnel.interface}-TRAFFIC", tunnel.source, book)
        lines.append(f"tunnel protection ipsec policy ipv{version} {name}")
    return lines


def header_lines(header: Gre) -> list[str]:
    """What stands in the header of GRE."""
    lines = [f"tunnel key {header.key}"] if header.key is not None else []
    lines += ["tunnel checksum"] if header.checksum else []
    return lines + (["tunnel sequence-datagrams"] if header.sequence else [])


def _keepalive(keepalive: Keepalive | None) -> list[str]:
    return [f"keepalive {keepalive.period} {keepalive.retries}"] if keepalive else []


def _outer_version(tunnel: Tunnel, book: Book) -> int:
    address = tunnel.peer_address
    if isinstance(address, Hostname):
        return address.version or 4
    return getattr(address, "version", 4)


def holder(address: object, book: Book) -> str | None:
    """The interface whose first address it is."""
    for interface in book.gateway.interfaces:
        first = next((a.ip for a in interface.addresses if a.version == getattr(address, "version", 0)), None)
        if first == address:
            return interface.name
    return None
