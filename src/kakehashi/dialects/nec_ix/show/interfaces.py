"""`show interfaces`, `show ip address`, `show arp entry`.

The manual's chapters on IPsec print none of them. The lines about a tunnel are those of public transcripts of
the device, the rest is laid out by us.
"""

from collections.abc import Iterator

from kakehashi.dialects.base import ShowError
from kakehashi.dialects.nec_ix.show.tunnel_status import mode_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import InterfaceStatus, Status
from kakehashi.model.tunnel import Tunnel


def render(status: Status, gateway: Gateway, name: str | None) -> str:
    """Every interface, or one. ShowError."""
    wanted = [i for i in status.interfaces if name in (None, i.name)]
    if name is not None and not wanted:
        known = ", ".join(i.name for i in status.interfaces) or "none"
        raise ShowError(f"% there is no interface {name}; there are: {known}")
    return _text(line for found in wanted for line in _interface(found, status, gateway))


def render_addresses(status: Status, gateway: Gateway) -> str:
    """The addresses of IPv4, by interface."""
    return _text(line for found in status.interfaces for line in _address(found, gateway))


def render_arp(status: Status) -> str:
    """Who has answered on the links."""
    rows = [
        f"  {n.address!s:<16}{n.mac:<19}{n.interface}" for n in status.neighbours if n.address.version == 4
    ]
    return "\n".join(
        [f"ARP Table - {len(rows)} entries", "  Address         MAC Address        Interface", *rows, ""]
    )


def _text(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _state(found: InterfaceStatus) -> str:
    return ("up" if found.up else "down") if found.enabled else "administratively down"


def _interface(found: InterfaceStatus, status: Status, gateway: Gateway) -> Iterator[str]:
    tunnel = gateway.tunnel(found.name)
    yield f"Interface {found.name} is {_state(found)}"
    if tunnel is None and found.mtu is not None:
        yield f"  Fundamental MTU is {found.mtu} octets"
    if found.device:
        yield f"  Device of the host is {found.device}" + (
            f", MAC address is {found.mac}" if found.mac else ""
        )
    into, out = found.received, found.sent
    yield "  Logical INTERFACE:"
    yield f"    {into.packets} packets input, {into.octets} bytes, {into.errors} errors"
    yield f"    {out.packets} packets output, {out.octets} bytes, {out.errors} errors"
    if tunnel is not None:
        yield "  Encapsulation TUNNEL:"
        server = gateway.l2tp_server(found.name)
        lines = _dialed_in(found, status) if server else _tunnel(tunnel, found, status)
        yield from (f"    {line}" for line in lines)


def _tunnel(tunnel: Tunnel, found: InterfaceStatus, status: Status) -> Iterator[str]:
    yield f"Tunnel mode is {mode_of(tunnel)}"
    state = next((t for t in status.tunnels if t.name == tunnel.interface), None)
    why = f" ({state.down_reason})" if state is not None and state.down_reason else ""
    yield f"Tunnel is {'ready' if found.up else 'not ready'}{why}"
    paths = [s.path for s in status.ike_sas if s.tunnel == tunnel.interface]
    paths += [p.sa.path for p in status.ipsec_sas if p.sa.tunnel == tunnel.interface]
    yield f"Destination address is {paths[-1].remote.ip if paths else tunnel.peer_address}"
    local = paths[-1].local.ip if paths else tunnel.source_address
    if local is not None:
        yield f"Source address is {local}"
    holders = [i for i in status.interfaces if i.name != found.name and local in [a.ip for a in i.addresses]]
    outgoing = tunnel.outgoing.interface if tunnel.outgoing else holders[0].name if holders else ""
    if outgoing:
        yield f"Outgoing interface is {outgoing}"
    if found.mtu is not None:
        yield f"Interface MTU is {found.mtu}"
    path = state.path_mtu if state is not None else None
    path = path or next((i.mtu for i in status.interfaces if i.name == outgoing), None)
    if path is not None:
        yield f"Path MTU is {path}"


def _dialed_in(found: InterfaceStatus, status: Status) -> Iterator[str]:
    """The tunnel has as many ends as there are people, and each session an MTU of its own."""
    callers = [c for c in status.callers if c.interface == found.name]
    tunnels = [t for t in status.l2tp_tunnels if t.interface == found.name]
    yield "Tunnel mode is l2tp-lns ipsec"
    yield f"Tunnel is {'ready' if found.up else 'not ready'}"
    yield f"L2TP tunnels are {len(tunnels)}, sessions are {len(callers)}"
    for caller in callers:
        yield (
            f"Session ID {caller.session_id}, user {caller.user or '-'}, remote address "
            f"{caller.address or '-'}, from {caller.remote.ip}, MTU {caller.mtu}"
        )


def _address(found: InterfaceStatus, gateway: Gateway) -> Iterator[str]:
    yield f"Interface {found.name} is {_state(found)}"
    interface = gateway.interface(found.name)
    addresses = [a for a in found.addresses if a.version == 4]
    if interface is not None and interface.unnumbered and addresses:
        yield f"  Interface is unnumbered, using address of {interface.unnumbered} ({addresses[0].ip})"
        return
    for address in addresses:
        yield f"  Internet address is {address}" + (" by DHCP" if found.method == "DHCP" else "")
    if not addresses:
        yield "  Internet address is not assigned"
