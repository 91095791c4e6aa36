"""Names that nobody uses or that lead nowhere, and tunnels that nothing leads into."""

from collections.abc import Iterable, Mapping

from kakehashi.dialects.awplus.defaults import DEFAULT
from kakehashi.dialects.awplus.interfaces import is_port
from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.awplus.lower.keys import Register, called, whom
from kakehashi.dialects.awplus.lower.names import suggestion, undefined
from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface, Route
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

_ROUTING = ("router", "ipv6 router")


def check_profiles(around: Around) -> None:
    """Lines that give a profile, or a key, to somebody."""
    for who, line in around.peers.lines.items():
        name = line.get("profile")
        around.used.add(("ISAKMP", name))
        if name not in around.isakmp:
            others = [n for n in around.isakmp if n != DEFAULT]
            remedy = f"add `crypto isakmp profile {name}`"
            user = f"`crypto isakmp peer` for {called(who)}"
            undefined(around.report, line.line, "ISAKMP profile", name, user, others, remedy)
    for register in (around.peers, around.keys):
        for line in register.lines.values():
            tunnel = line.get("policy")
            if tunnel is not None and tunnel not in around.blocks:
                tunnels = [n for n in around.blocks if n.startswith("tunnel")]
                remedy = f"add `interface {tunnel}`"
                undefined(
                    around.report, line.line, "tunnel", tunnel, f"`{line.command.words}`", tunnels, remedy
                )


def check_unused(around: Around, tunnels: Iterable[Tunnel]) -> None:
    """Say what nobody asks for: it does nothing."""
    isakmp = {name: profile.line for name, profile in around.isakmp.items()}
    ipsec = {name: profile.line for name, profile in around.ipsec.items()}
    for kind, lines in (("ISAKMP", isakmp), ("IPsec", ipsec)):
        for name, line in lines.items():
            if line and (kind, name) not in around.used:
                remedy = (
                    f"add `crypto isakmp peer address A profile {name}`"
                    if kind == "ISAKMP"
                    else f"add `tunnel protection ipsec profile {name}` to a tunnel"
                )
                around.report.info(
                    line, f"unused-{kind.lower()}-profile", f"nobody uses the {kind} profile {name}", remedy
                )
    peers = [str(t.peer_address) for t in tunnels]
    _unused(around.keys, "key", "the key", around, peers)
    _unused(around.peers, "peer", "this line", around, peers)


def _unused(register: Register, code: str, what: str, around: Around, peers: list[str]) -> None:
    for who, line in register.unused():
        if line.get("policy") is not None and line.get("policy") not in around.blocks:
            continue  # told of as undefined
        near = suggestion(who, peers) if whom(line) is not None else ""
        around.report.info(
            line.line, f"unused-{code}", f"no tunnel has the peer that {what} is for: {who}", near
        )


def check_interfaces(interfaces: Mapping[str, Interface], routes: tuple[Route, ...], report: Report) -> None:
    """What interfaces and routes name and nobody has."""
    for interface in interfaces.values():
        for name in (interface.unnumbered, interface.unnumbered_ipv6):
            if name and name not in interfaces and interface.source:
                report.warning(
                    interface.source.line,
                    "undefined-interface",
                    f"{interface.name} borrows the address of {name}, which has no `interface` block",
                    suggestion(name, interfaces),
                )
    for route in routes:
        if route.interface and route.interface not in interfaces and route.source:
            ports = "; a switch port carries no packets of its own" if is_port(route.interface) else ""
            report.warning(
                route.source.line,
                "undefined-interface",
                f"the route to {route.destination} leads into {route.interface}, which has no `interface` "
                f"block{ports}",
                suggestion(route.interface, interfaces),
            )


def check_routes(
    document: Document,
    interfaces: Mapping[str, Interface],
    routes: tuple[Route, ...],
    tunnels: tuple[Tunnel, ...],
    report: Report,
) -> None:
    """Does anything lead into a tunnel? Where routes are learned, nobody can tell."""
    if any(document.statements(*_ROUTING)):
        return
    named = {route.interface for route in routes}
    hops = [route.next_hop for route in routes if route.next_hop and not route.interface]
    for tunnel in tunnels:
        into = tunnel.interface in named or _has_any(interfaces[tunnel.interface], hops)
        if tunnel.enabled and not into and tunnel.ipsec.ethernet is None and tunnel.source:
            where = "NEXT-HOP" if tunnel.multipoint else tunnel.interface
            report.warning(
                tunnel.source.line,
                "no-route",
                f"no route leads into {tunnel.interface}",
                f"add `ip route PREFIX {where}`",
            )


def _has_any(interface: Interface, hops: Iterable[IPAddress]) -> bool:
    """Is one of the next hops at the other end of the interface?"""
    networks = [address.network for address in interface.addresses]
    return any(hop.version == network.version and hop in network for hop in hops for network in networks)


def check_same_peers(tunnels: Iterable[Tunnel], report: Report) -> None:
    """Tunnels to one peer are told apart by their names."""
    first: dict[object, Tunnel] = {}
    for tunnel in tunnels:
        if not isinstance(tunnel, Ikev2Tunnel) or not tunnel.enabled:
            continue
        keys: list[object] = [(p.address, p.peer.identity, p.local.identity) for p in tunnel.parties]
        keys = keys or [(tunnel.peer_address, tunnel.peer.identity, tunnel.local.identity)]
        others = [other for key in keys if (other := first.setdefault(key, tunnel)) is not tunnel]
        other = next(iter(others), tunnel)
        if other is not tunnel and tunnel.source:
            report.warning(
                tunnel.source.line,
                "same-peer",
                f"{tunnel.interface} and {other.interface} have the same peer and the same names; nobody can "
                "tell them apart",
                "give each a `tunnel local name` and a `tunnel remote name` of its own",
            )
