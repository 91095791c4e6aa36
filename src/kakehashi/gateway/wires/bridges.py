"""What the gateway wants of its host for bridges: the devices of their ports, joined."""

from collections.abc import Collection, Iterator, Mapping

from kakehashi.gateway.host.items import Bridge, BridgePort, Item, LinkUp, Mtu, Sysctl
from kakehashi.gateway.interfaces import bridge_device, wire_device
from kakehashi.model import bridge as model
from kakehashi.model.gateway import Gateway, InterfaceKind


def bridges(
    gateway: Gateway,
    devices: Mapping[str, str],
    tunnels: Collection[str],
    wires: Collection[str],
    mtu: int,
) -> Iterator[Item]:
    """Everything wanted. `tunnels`, `wires`: those whose device is there, by interface; `mtu`: of the devices
    of pseudowires, so that they take whatever another port may bring.
    """
    for bridge in gateway.bridges:
        device = bridge_device(bridge, devices)
        yield Bridge(device)
        if not _has_addresses(gateway, bridge):
            yield from _without_ip(device)
        yield LinkUp(device)
        for port in _ports(gateway, bridge, devices):
            # What is a port of a bridge has no IP of its own (RFC 4862 would give it an address).
            yield from _without_ip(port)
            yield LinkUp(port)
            yield BridgePort(port, device)
        for wire in gateway.pseudowires:
            if wire.bridge == bridge.name and wire.interface in (*wires, *tunnels):
                port = wire_device(wire, gateway, devices)
                if wire.interface in wires:
                    yield from _without_ip(port)
                    yield Mtu(port, mtu)
                    yield LinkUp(port)
                yield BridgePort(port, device)


def _ports(gateway: Gateway, bridge: model.Bridge, devices: Mapping[str, str]) -> Iterator[str]:
    """The devices of the ports that are no tunnels."""
    for name in bridge.ports:
        interface = gateway.interface(name)
        is_tunnel = interface is not None and interface.kind is InterfaceKind.TUNNEL
        if name in devices and not is_tunnel and (interface is None or interface.enabled):
            yield devices[name]


def _has_addresses(gateway: Gateway, bridge: model.Bridge) -> bool:
    interface = gateway.interface(bridge.interface) if bridge.interface else None
    return interface is not None and interface.enabled


def _without_ip(device: str) -> Iterator[Item]:
    yield Sysctl(f"net/ipv6/conf/{device}/disable_ipv6", "1")
