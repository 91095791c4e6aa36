"""From which of our addresses to which of the peer's each pseudowire goes that no tunnel protects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from kakehashi.gateway.host.facts import Facts
from kakehashi.model.address import Hostname, IPAddress, Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.pseudowire import Pseudowire


@dataclass(frozen=True, slots=True)
class NoWay:
    """There is none now; `reason` is one sentence for the operator."""

    reason: str


def plain_wires(gateway: Gateway) -> tuple[Pseudowire, ...]:
    """Those that run without a tunnel of their own: where IPsec is wanted of it, none runs without."""
    return tuple(w for w in gateway.pseudowires if w.enabled and not w.protected)


def peers_of(gateway: Gateway, found: Mapping[str, IPAddress | None]) -> Iterator[IPAddress]:
    """The addresses of their peers. `found`: what host names resolve to, by pseudowire."""
    for wire in plain_wires(gateway):
        if (peer := _peer(wire, found)) is not None:
            yield peer


def way(
    wire: Pseudowire, facts: Facts, devices: Mapping[str, str], found: Mapping[str, IPAddress | None]
) -> Path | NoWay:
    """The way of one; the ports are those of UDP, 0 where there is none."""
    peer = _peer(wire, found)
    if peer is None:
        return NoWay(f"the peer's name {wire.peer} has no address yet")
    lookup = facts.lookups.get(peer)
    port = wire.encapsulation.carried_as[1]
    match wire.source_address:
        case None:
            local = lookup.source if lookup else None
        case str(interface):
            link = facts.links.get(devices.get(interface, ""))
            local = link.address(peer.version) if link else None
            if local is None:
                return NoWay(f"{interface} has no IPv{peer.version} address now")
        case address:
            if not facts.has_address(address):
                return NoWay(f"{address} is not an address of this host now")
            local = address
    if local is None:
        return NoWay(f"no route to the peer {peer}")
    if local.version != peer.version:
        return NoWay(f"{local} and the peer {peer} are not of one IP version")
    return Path(SocketAddress(local, port), SocketAddress(peer, port))


def _peer(wire: Pseudowire, found: Mapping[str, IPAddress | None]) -> IPAddress | None:
    if isinstance(wire.peer, Hostname):
        return found.get(wire.interface)
    return wire.peer if isinstance(wire.peer, IPv4Address | IPv6Address) else None
