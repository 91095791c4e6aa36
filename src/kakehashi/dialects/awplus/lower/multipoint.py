"""Interfaces of multipoint GRE and of multipoint IPsec (AW-13): one tunnel, an endpoint for each peer."""

from collections.abc import Iterable
from dataclasses import replace

from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.interface import own_address
from kakehashi.dialects.awplus.lower.tunnel import (
    DESTINATION,
    ENDPOINT,
    GRE_MULTIPOINT,
    PROTECTION,
    SOURCE,
    header_of,
    is_multipoint,
    mode_of,
    tell_missing,
    tell_of_gre,
    towards,
    unprotected,
    version_of,
)
from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.model.address import ANY, IPAddress
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.gre import Gre
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.multipoint import Multipoint, NextHop
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, Party, Tunnel

# Of a tunnel between two ends; the peers of one with many are known by their addresses.
_OF_ONE = (
    DESTINATION,
    *(f"tunnel {side} {what}" for side in ("local", "remote") for what in ("name", "id", "selector")),
)


def lower_multipoints(around: Around) -> tuple[Multipoint, ...]:
    """The multipoint interfaces, in the order of the configuration."""
    return tuple(_lower(block, around) for block in _blocks(around))


def lower_tunnels_of_many(around: Around) -> list[tuple[Tunnel, tuple[Ikev1Peer, ...]]]:
    """The tunnels of the multipoint interfaces, and with whom phase 1 of each is made if that is of version
    1.
    """
    lowered = (_tunnel(block, around) for block in _blocks(around))
    return [found for found in lowered if found is not None]


def _blocks(around: Around) -> Iterable[Block]:
    for name, interface in around.interfaces.items():
        if interface.kind is InterfaceKind.TUNNEL and is_multipoint(around.blocks[name]):
            yield around.blocks[name]


def _lower(block: Block, around: Around) -> Multipoint:
    return Multipoint(
        interface=block.name,
        enabled=around.interfaces[block.name].enabled,
        gre=_header(block),
        source_address=_source(block, around),
        protected=block.last(PROTECTION) is not None,
        endpoints=_endpoints(block, around),
        source=around.report.source(block.line),
    )


def _header(block: Block) -> Gre | None:
    mode = mode_of(block)
    return header_of(block) if mode is not None and mode.key == GRE_MULTIPOINT else None


def _source(block: Block, around: Around) -> IPAddress | str | None:
    line = block.last(SOURCE)
    if line is None:
        return None
    address: IPAddress | None = line.get("address")
    name: str | None = line.get("interface")
    if address is not None or name is None:
        return address
    return own_address(around.interfaces, name, version_of(block)) or name


def _endpoints(block: Block, around: Around) -> tuple[NextHop, ...]:
    """Each address in the tunnel once; what is wrong with a line is told, and the line left out."""
    found: dict[IPAddress, Statement] = {}
    for line in block.all(ENDPOINT):
        before = found.pop(line.get("address"), None)
        if before is not None and before.values != line.values:
            around.report.warning(
                before.line,
                "replaced",
                f"{block.name}: the endpoint {line.get('address')} is set again in line {line.line}, which "
                "holds",
            )
        found[line.get("address")] = line
    return tuple(
        NextHop(address=address, nbma=line.get("destination"), source=around.report.source(line.line))
        for address, line in found.items()
        if _is_usable(line, block, around)
    )


def _is_usable(line: Statement, block: Block, around: Around) -> bool:
    report, name, address = around.report, block.name, line.get("address")
    nbma: IPAddress | None = line.get("destination")
    own = around.interfaces[name].addresses
    if "hostname" in line.values:
        report.warning(
            line.line,
            "not-yet",
            f"{name}: an endpoint is known by its address alone, names of the DNS are not there yet; the "
            "line has no effect",
            f"write `tunnel endpoint {address} destination ADDRESS`",
        )
        return False
    if nbma is None:
        report.error(
            line.line,
            "incomplete",
            f"{name}: nothing tells where the endpoint {address} is reached",
            f"write `tunnel endpoint {address} destination ADDRESS`",
        )
        return False
    if nbma.version != version_of(block):
        report.error(
            line.line,
            "tunnel-version",
            f"{name}: the endpoint {address} is reached at an IPv{nbma.version} address, and the tunnel is "
            f"over IPv{version_of(block)}",
            f"write an IPv{version_of(block)} address",
        )
        return False
    if any(address == a.ip for a in own):
        report.error(
            line.line,
            "endpoint-is-own",
            f"{name}: the endpoint {address} is this device itself",
            "write the peer's address in the tunnel",
        )
        return False
    if not any(address.version == a.version and address in a.network for a in own):
        report.warning(
            line.line,
            "endpoint-elsewhere",
            f"{name}: the endpoint {address} is in no network of the interface: no route leads to it",
            "the addresses of the interface and of its endpoints are of one network",
        )
    return True


def _tunnel(block: Block, around: Around) -> tuple[Tunnel, tuple[Ikev1Peer, ...]] | None:
    """One tunnel of all that are there for an endpoint each."""
    is_gre = _header(block) is not None
    block = _of_many_alone(block, around)
    if not is_gre:
        tell_of_gre(block, around)
    elif block.last(PROTECTION) is None:
        is_whole = not tell_missing(block, (SOURCE, ENDPOINT), around)
        return (unprotected(block, ANY, around), ()) if is_whole else None
    if tell_missing(block, (SOURCE, ENDPOINT, PROTECTION), around):
        return None
    each: list[tuple[IPAddress, Tunnel, Ikev1Peer | None]] = []
    lines = {hop.nbma: hop.source.line for hop in reversed(_endpoints(block, around)) if hop.source}
    for nbma, line in reversed(lines.items()):
        tunnel, peer = towards(block, nbma, line, around)
        if tunnel is None:
            continue
        if each and not _is_alike(each[0][1], tunnel):
            around.report.error(
                line,
                "several-profiles",
                f"{block.name}: the endpoint at {nbma} has another ISAKMP profile than the first one, and an "
                "interface has one for all",
                "give all endpoints of the interface the same `crypto isakmp peer` profile",
            )
            continue
        each.append((nbma, tunnel, peer))
    usable = [one for one in each if one[1].enabled] or each[:1]
    if not usable:
        return None
    peers = tuple(replace(p, name=f"{block.name} {nbma}") for nbma, _, p in usable if p is not None)
    sides = ((nbma, t) for nbma, t, _ in usable if isinstance(t, Ikev2Tunnel))
    common = replace(usable[0][1], peer_address=ANY, connect=ConnectType.ON_DEMAND, multipoint=True)
    match common:
        case Ikev2Tunnel():
            common = replace(common, parties=tuple(Party(nbma, t.local, t.peer) for nbma, t in sides))
        case Ikev1Tunnel():
            common = replace(common, peers=tuple(p.name for p in peers))
    return common, peers


def check_next_hops(around: Around) -> None:
    """A route into a tunnel of many peers names the one that it leads to."""
    for block in _blocks(around):
        named = {hop.address for hop in _endpoints(block, around)}
        networks = [a.network for a in around.interfaces[block.name].addresses]
        for route in around.routes:
            hop, line = route.next_hop, route.source.line if route.source else block.line
            if hop is None and route.interface == block.name:
                around.report.warning(
                    line,
                    "no-next-hop",
                    f"the route to {route.destination} leads into {block.name} and says by no next hop to "
                    "which of its peers: its packets are dropped",
                    f"write the peer's address in the tunnel, one of: {', '.join(map(str, named)) or 'none'}",
                )
            elif hop is not None and hop not in named and any(hop in n for n in networks):
                around.report.warning(
                    line,
                    "no-endpoint",
                    f"{block.name} has no endpoint {hop}, to which the route to {route.destination} leads: "
                    "its packets are dropped",
                    f"add `tunnel endpoint {hop} destination ADDRESS`",
                )


def _is_alike(first: Tunnel, other: Tunnel) -> bool:
    if isinstance(first, Ikev2Tunnel) and isinstance(other, Ikev2Tunnel):
        return first.ike == other.ike
    return isinstance(first, Ikev1Tunnel) and isinstance(other, Ikev1Tunnel)


def _of_many_alone(block: Block, around: Around) -> Block:
    """The block without lines that say something of one peer; each is told of."""
    for line in (found for key in _OF_ONE for found in block.all(key)):
        around.report.warning(
            line.line,
            "misplaced",
            f"{block.name}: `{line.command.words}` is of a tunnel between two ends, and this one has many; "
            "the line has no effect",
            "write `tunnel endpoint ADDRESS destination ADDRESS` for each peer, which is known by its "
            "address",
        )
    return Block(block.name, block.opener, [s for s in block.lines if s.key not in _OF_ONE])
