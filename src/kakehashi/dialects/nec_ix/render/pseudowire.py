"""EtherIP, and the bridges that its tunnels are ports of."""

from collections.abc import Iterator, Sequence

from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.pseudowire import EtherIp, Pseudowire


def wires_of(gateway: Gateway, losses: Losses) -> tuple[Pseudowire, ...]:
    """Those that the device has words for; the others are remembered."""
    kinds = {i.name: i.kind for i in gateway.interfaces}
    return tuple(
        wire
        for wire in gateway.pseudowires
        if losses.unless(
            isinstance(wire.encapsulation, EtherIp) and kinds.get(wire.interface) is InterfaceKind.TUNNEL,
            wire.source,
            f"pseudowire {wire.interface} by {wire.encapsulation}",
            "the device has EtherIP alone, on a tunnel interface",
        )
    )


def interface_lines(name: str, gateway: Gateway, wires: Sequence[Pseudowire]) -> Iterator[str]:
    """What an interface has of it: a tunnel without IPsec its mode and ends, a port its bridge."""
    wire = next((w for w in wires if w.interface == name), None)
    if wire is not None and not wire.protected:
        yield f"tunnel mode ether-ip {'ipv6' if wire.version == 6 else 'ip'}"
        yield f"tunnel destination {wire.peer}"
        if wire.source_address is not None:
            yield f"tunnel source {wire.source_address}"
    of_wires = {w.bridge for w in wires}
    for bridge in gateway.bridges:
        if bridge.name in of_wires and name in (*bridge.ports, bridge.interface):
            yield f"bridge-group {bridge.name}"


def bridge_lines(wires: Sequence[Pseudowire]) -> list[str]:
    """Without this line the device joins nothing."""
    return ["bridge irb enable"] if wires else []
