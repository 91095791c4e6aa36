"""The interfaces as `show` tells them: those of the configuration, with what the host's devices say."""

from collections.abc import Iterable, Iterator, Mapping

from kakehashi.gateway.host.facts import Facts, Link
from kakehashi.model.address import IPAddress, IPInterface
from kakehashi.model.gateway import Gateway, Interface
from kakehashi.model.status import InterfaceStatus, NeighbourStatus, Passed, TunnelStatus

_NOTHING = (Passed(), Passed())


def interface_statuses(
    gateway: Gateway,
    devices: Mapping[str, str],
    facts: Facts,
    tunnels: Iterable[TunnelStatus],
    passed: Mapping[str, tuple[Passed, Passed]],
) -> Iterator[InterfaceStatus]:
    """One for each interface of the configuration. What a tunnel has passed is what its SAs have carried."""
    states = {t.name: t for t in tunnels}
    for interface in gateway.interfaces:
        device = devices.get(interface.name, "")
        link, tunnel = facts.links.get(device), states.get(interface.name)
        received, sent = _of_tunnel(tunnel) if tunnel else passed.get(device, _NOTHING)
        addresses, method = _addresses(interface, gateway, link)
        yield InterfaceStatus(
            name=interface.name,
            device=device if link else "",
            enabled=interface.enabled,
            up=interface.enabled and (tunnel.up if tunnel else bool(link and link.running)),
            mtu=tunnel.mtu if tunnel else link.mtu if link else None,
            mac=link.mac if link and not tunnel else "",
            addresses=addresses,
            method=method,
            received=received,
            sent=sent,
        )


def neighbour_statuses(
    devices: Mapping[str, str], found: Iterable[tuple[str, IPAddress, str]]
) -> Iterator[NeighbourStatus]:
    """Those on links of the configuration; `found`: device, address and hardware address."""
    names = {device: name for name, device in devices.items()}
    for device, address, mac in found:
        if device in names:
            yield NeighbourStatus(names[device], address, mac)


def _of_tunnel(tunnel: TunnelStatus) -> tuple[Passed, Passed]:
    out, into = tunnel.outbound, tunnel.inbound
    lost = out.cipher_failure + out.out_of_memory + out.ts_unacceptable + out.misc_error
    return Passed(into.packets, into.octets, into.dropped), Passed(out.packets, out.octets, lost)


def _addresses(
    interface: Interface, gateway: Gateway, link: Link | None
) -> tuple[tuple[IPInterface, ...], str]:
    lender = gateway.interface(interface.unnumbered) if interface.unnumbered else None
    configured = (lender or interface).addresses
    leased = link.addresses if link and interface.dhcp else ()
    method = "DHCP" if interface.dhcp else "manual" if configured else "unset"
    return tuple(dict.fromkeys((*configured, *leased))), method
