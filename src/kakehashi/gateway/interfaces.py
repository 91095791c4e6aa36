"""Which device of the host stands for which interface of the configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

from kakehashi.gateway.host.facts import Link
from kakehashi.model.bridge import Bridge
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.source import Source

DEVICE_NAME_SIZE = 15  # IFNAMSIZ of Linux, less its NUL
LOOPBACK = "lo"


@dataclass(frozen=True, slots=True)
class Mapped:
    """`devices`: the host's device by the configuration's interface name."""

    devices: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """Somebody needs an interface. Without it a `vital` use cannot work at all."""

    interface: str
    what: str
    source: Source | None
    vital: bool


def map_interfaces(gateway: Gateway, given: Mapping[str, str], links: Mapping[str, Link]) -> Mapped:
    """Find the device of each interface. `given` is what the operator said (`--map`), names in any case.

    An interface that nobody gave a device is the one that holds its address already. What is needed and not
    found is an error that names the line.
    """
    wanted = {name.casefold(): device for name, device in given.items()}
    devices: dict[str, str] = {}
    findings: list[Finding] = []
    for interface in gateway.interfaces:
        device = _device(interface, gateway, wanted, links)
        if device is not None:
            devices[interface.name] = device
    for use in _uses(gateway):
        if use.interface in devices:
            continue
        if (device := wanted.get(use.interface.casefold())) is not None:
            devices[use.interface] = device
        else:
            findings.append(_unmapped(use))
    findings += _bad_maps(gateway, given, devices, links)
    return Mapped(devices, tuple(dict.fromkeys(findings)))


def tunnel_device(name: str) -> str:
    """The device of a tunnel interface: its own name, shortened where Linux has no room for it.

    A number at its end is kept; of a name without one, or with letters in between, a part and its checksum.
    """
    clean = "".join(c if c.isalnum() or c in ".-_" else "-" for c in name)
    if len(clean) <= DEVICE_NAME_SIZE:
        return clean
    digits = clean.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    if digits[:1].isdigit() and len(digits) <= DEVICE_NAME_SIZE - 3:
        return "tun" + digits
    return f"{clean[:8]}-{crc32(name.encode()) & 0xFFFFFF:06x}"


def bridge_device(bridge: Bridge, devices: Mapping[str, str]) -> str:
    """The device of a bridge: that of the router's own interface in it, where there is one."""
    return devices.get(bridge.interface) or tunnel_device(f"bridge-{bridge.name}")


def wire_device(wire: Pseudowire, gateway: Gateway, devices: Mapping[str, str]) -> str:
    """The device whose frames go into a pseudowire: a tunnel's own; beside an interface, one of its own."""
    interface = gateway.interface(wire.interface)
    if interface is not None and interface.kind is InterfaceKind.TUNNEL:
        return devices.get(wire.interface) or tunnel_device(wire.interface)
    return tunnel_device(f"pw-{devices.get(wire.interface) or wire.interface}")


def _device(
    interface: Interface, gateway: Gateway, wanted: Mapping[str, str], links: Mapping[str, Link]
) -> str | None:
    if interface.kind is InterfaceKind.TUNNEL:
        return tunnel_device(interface.name)
    if (device := wanted.get(interface.name.casefold())) is not None:
        return device
    if any(bridge.interface == interface.name for bridge in gateway.bridges):
        return tunnel_device(interface.name)
    if interface.kind is InterfaceKind.LOOPBACK:
        return LOOPBACK
    # What a line borrows from a loopback may stand on the line's own device, as PPP has it.
    lenders = [gateway.interface(name) for name in (interface.unnumbered, interface.unnumbered_ipv6) if name]
    lent = [lender for lender in lenders if lender and lender.kind is InterfaceKind.LOOPBACK]
    ours = {a.ip for i in (interface, *lent) for a in i.addresses}
    holders = (link.name for link in links.values() if any(a.ip in ours for a in link.addresses))
    return next((name for name in holders if not lent or name != LOOPBACK), None)


def _uses(gateway: Gateway) -> Iterator[_Use]:
    for interface in gateway.interfaces:
        if not interface.enabled:
            continue
        if interface.kind is InterfaceKind.PHYSICAL and (interface.addresses or interface.dhcp):
            from_outside = "from PPP" if interface.negotiated else "by DHCP"
            what = "has an address" if interface.addresses else f"gets its address {from_outside}"
            yield _Use(interface.name, what, interface.source, vital=True)
        for lender in (interface.unnumbered, interface.unnumbered_ipv6):
            if lender:
                yield _Use(lender, f"lends its address to {interface.name}", interface.source, vital=False)
    for tunnel in gateway.tunnels:
        if tunnel.enabled and tunnel.outgoing:
            source = tunnel.outgoing.source or tunnel.source
            yield _Use(tunnel.outgoing.interface, f"carries {tunnel.interface}", source, vital=True)
        if tunnel.enabled and isinstance(tunnel.source_address, str):
            what = f"is the source address of {tunnel.interface}"
            yield _Use(tunnel.source_address, what, tunnel.source, vital=True)
    yield from _uses_of_wires(gateway)
    for route in gateway.routes:
        if route.interface:
            yield _Use(route.interface, f"has the route to {route.destination}", route.source, vital=False)


def _uses_of_wires(gateway: Gateway) -> Iterator[_Use]:
    tunnels = {i.name for i in gateway.interfaces if i.kind is InterfaceKind.TUNNEL}
    for bridge in gateway.bridges:
        for port in bridge.ports:
            if port not in tunnels:
                what = f"is a port of the bridge {bridge.name}"
                yield _Use(port, what, bridge.source, vital=True)
    for wire in gateway.pseudowires:
        if wire.enabled and isinstance(wire.source_address, str):
            what = f"is the source address of the pseudowire {wire.interface}"
            yield _Use(wire.source_address, what, wire.source, vital=True)


def _comes_later(gateway: Gateway, name: str) -> bool:
    """Is it an interface whose device comes and goes with its line?"""
    return any(i.negotiated and i.name.casefold() == name.casefold() for i in gateway.interfaces)


def _unmapped(use: _Use) -> Finding:
    return Finding(
        Severity.ERROR if use.vital else Severity.WARNING,
        "unmapped-interface",
        f"{use.interface} {use.what}, but no device of this host stands for it",
        use.source,
        f"say which: --map {use.interface}=DEVICE",
    )


def _bad_maps(
    gateway: Gateway, given: Mapping[str, str], devices: Mapping[str, str], links: Mapping[str, Link]
) -> Iterator[Finding]:
    known = {name.casefold() for name in devices} | {i.name.casefold() for i in gateway.interfaces}
    for name, device in given.items():
        if name.casefold() not in known:
            yield Finding(
                Severity.WARNING,
                "map-unknown-interface",
                f"--map {name}={device}: the configuration has no interface {name}, and nothing names it",
                None,
                f"its interfaces: {', '.join(i.name for i in gateway.interfaces) or 'none'}",
            )
        elif device not in links and _comes_later(gateway, name):
            yield Finding(
                Severity.WARNING,
                "line-not-up",
                f"--map {name}={device}: this host has no device {device} yet; it is used as soon as PPP has "
                "brought it up",
                None,
                f"bring the line up on this host (pppd with the PPPoE plugin, interface name {device})",
            )
        elif device not in links:
            yield Finding(
                Severity.ERROR,
                "map-unknown-device",
                f"--map {name}={device}: this host has no device {device}",
                None,
                f"its devices: {', '.join(sorted(links)) or 'none'}",
            )
