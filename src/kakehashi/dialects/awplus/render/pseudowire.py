"""L2TPv3 between two ends that are told their Session IDs, and bridges (AW-13)."""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.rendering import Losses
from kakehashi.model.address import Hostname
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.pseudowire import UDP_PORT, L2tpv3, Pseudowire, PseudowireSession, Transport


def can_say(wire: Pseudowire, gateway: Gateway, losses: Losses) -> bool:
    """Has the device words for it? What it has not is remembered."""
    how = wire.encapsulation
    interface = gateway.interface(wire.interface)
    static = how.static if isinstance(how, L2tpv3) else None
    plain = PseudowireSession(
        local_id=static.local_id if static else 1,
        remote_id=static.remote_id if static else 1,
        transport=Transport.UDP,
    )
    return losses.unless(
        static == plain and interface is not None and interface.kind is InterfaceKind.TUNNEL,
        wire.source,
        f"pseudowire {wire.interface} by {how}",
        "the device has L2TPv3 over UDP alone, with fixed IDs and without cookies, on a tunnel interface",
    )


def wire_lines(wire: Pseudowire) -> Iterator[str]:
    """The lines of the tunnel interface that are no business of IPsec; the mode is the last."""
    how = wire.encapsulation
    static = how.static if isinstance(how, L2tpv3) else None
    if static is not None:
        yield f"tunnel local id {static.local_id}"
        yield f"tunnel remote id {static.remote_id}"
    yield "tunnel mode l2tp v3" + (f" ipv{wire.version}" if wire.version else "")


def end_lines(wire: Pseudowire) -> Iterator[str]:
    """Where IPsec does not say them: the two ends."""
    yield f"tunnel source {wire.source_address}"
    yield f"tunnel destination {wire.peer.name if isinstance(wire.peer, Hostname) else wire.peer}"


def bridge_lines(gateway: Gateway, wires: Iterable[Pseudowire]) -> Iterator[str]:
    """The bridges, and the port of UDP where it is another than usual."""
    wires = tuple(wires)
    for bridge in gateway.bridges:
        if any(wire.bridge == bridge.name for wire in wires):
            yield f"bridge {bridge.name}"
    ports = {w.encapsulation.port for w in wires if isinstance(w.encapsulation, L2tpv3)} - {UDP_PORT}
    if ports:
        yield f"l2tp unmanaged port {min(ports)}"


def port_lines(name: str, gateway: Gateway, wires: Iterable[Pseudowire]) -> Iterator[str]:
    """The bridge that the interface is a port of."""
    of_wires = {wire.bridge for wire in wires}
    for bridge in gateway.bridges:
        if name in bridge.ports and bridge.name in of_wires:
            yield f"bridge-group {bridge.name}"
