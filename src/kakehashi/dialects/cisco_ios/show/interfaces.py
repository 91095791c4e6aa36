"""`show interfaces`, `show ip interface` and `show arp`, as far as a host knows what the device tells.

Of bandwidth, delay, load and queues a host's devices have nothing to say; those lines are left out.
"""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.base import ShowError
from kakehashi.dialects.cisco_ios.show import vpdn
from kakehashi.dialects.cisco_ios.words import protocol_word
from kakehashi.model.address import IPAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.gre import Gre
from kakehashi.model.status import InterfaceStatus, Status
from kakehashi.model.tunnel import PlainTunnel, Tunnel

_GRE = 47
_NOT_ASKED = "  Keepalive not set"


def render(status: Status, gateway: Gateway, name: str | None) -> str:
    """Every interface, or one. ShowError."""
    callers = vpdn.by_interface(status)
    if name is not None and name in callers:
        return _text(vpdn.render_interface(name, callers[name], status, gateway))
    lines = [line for found in _named(status, name) for line in _interface(found, status, gateway)]
    if name is None:
        for session, caller in callers.items():
            lines += vpdn.render_interface(session, caller, status, gateway)
    return _text(lines)


def render_ip(status: Status, gateway: Gateway, name: str | None) -> str:
    """The same about IPv4. ShowError."""
    return _text(line for found in _named(status, name) for line in _ip(found, gateway))


def render_arp(status: Status) -> str:
    """Who has answered on the links, and ourselves."""
    lines = ["Protocol  Address          Age (min)  Hardware Addr   Type   Interface"]
    own = [(str(a.ip), "-", i.mac, i.name) for i in status.interfaces for a in i.addresses if i.mac]
    others = [(str(n.address), "0", n.mac, n.interface) for n in status.neighbours]
    for address, age, mac, name in (*own, *others):
        if ":" not in address:
            lines.append(f"Internet  {address:<15}  {age:>9}  {_dotted(mac)}  ARPA   {name}")
    return "\n".join(lines) + "\n"


def _named(status: Status, name: str | None) -> list[InterfaceStatus]:
    found = [i for i in status.interfaces if name in (None, i.name)]
    if name is not None and not found:
        known = ", ".join(i.name for i in status.interfaces) or "none"
        raise ShowError(f"% there is no interface {name}; there are: {known}")
    return found


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _state(found: InterfaceStatus) -> str:
    line = "up" if found.enabled else "administratively down"
    return f"{found.name} is {line}, line protocol is {'up' if found.up else 'down'}"


def _interface(found: InterfaceStatus, status: Status, gateway: Gateway) -> Iterator[str]:
    tunnel = gateway.tunnel(found.name)
    kind = gateway.interface(found.name)
    is_loopback = kind is not None and kind.kind is InterfaceKind.LOOPBACK
    yield _state(found)
    if tunnel is not None:
        yield "  Hardware is Tunnel"
    elif is_loopback:
        yield "  Hardware is Loopback"
    else:
        address = f", address is {_dotted(found.mac)}" if found.mac else ""
        yield f"  Hardware is {f'device {found.device} of the host' if found.device else 'none'}{address}"
    yield from _addresses(found, gateway)
    if found.mtu is not None:
        yield f"  MTU {found.mtu} bytes"
    name = "TUNNEL" if tunnel else "LOOPBACK" if is_loopback else "ARPA"
    yield f"  Encapsulation {name}, loopback not set"
    if tunnel is not None:
        yield from _tunnel(tunnel, found, status)
    into, out = found.received, found.sent
    yield f"     {into.packets} packets input, {into.octets} bytes"
    yield f"     {into.errors} input errors, {into.dropped} drops"
    yield f"     {out.packets} packets output, {out.octets} bytes"
    yield f"     {out.errors} output errors, {out.dropped} drops"


def _addresses(found: InterfaceStatus, gateway: Gateway) -> Iterator[str]:
    interface = gateway.interface(found.name)
    first = next((a for a in found.addresses if a.version == 4), None)
    if first is None:
        return
    if interface is not None and interface.unnumbered:
        yield f"  Interface is unnumbered. Using address of {interface.unnumbered} ({first.ip})"
    else:
        yield f"  Internet address is {first}"


def _tunnel(tunnel: Tunnel, found: InterfaceStatus, status: Status) -> Iterator[str]:
    """Where it goes now, or would go; and why it is down."""
    if isinstance(tunnel, PlainTunnel):
        asked = tunnel.keepalive
        yield f"  Keepalive set ({asked.period} sec), retries {asked.retries}" if asked else _NOT_ASKED
    source, destination = _ends(tunnel, status)
    holder = next((i.name for i in status.interfaces if source in [str(a.ip) for a in i.addresses]), "")
    goes = "" if tunnel.multipoint else f", destination {destination}"
    yield f"  Tunnel source {source}{f' ({holder})' if holder else ''}{goes}"
    ends = tunnel.ipsec
    outside = "IPv6" if ":" in destination else "IP"
    many = "multi-" if tunnel.multipoint else ""
    inside = f"{many}{protocol_word(_GRE).upper()}/{outside}" if ends.gre else "IPSEC/IP"
    if ends.mode is EncapsulationMode.TRANSPORT and not ends.gre:
        inside = "IP/IP"
    yield f"  Tunnel protocol/transport {inside}"
    if ends.gre:
        yield from _header(ends.gre)
    if found.mtu is not None:
        yield f"  Tunnel transport MTU {found.mtu} bytes"
    if ends.name:
        yield f'  Tunnel protection via IPSec (profile "{ends.name}")'
    state = next((t for t in status.tunnels if t.name == found.name), None)
    if state is not None and state.down_reason:
        yield f"  Line protocol is down: {state.down_reason}"


def _header(gre: Gre) -> Iterator[str]:
    key = "disabled" if gre.key is None else f"{gre.key:#x}"
    yield f"    Key {key}, sequencing {'enabled' if gre.sequence else 'disabled'}"
    yield f"    Checksumming of packets {'enabled' if gre.checksum else 'disabled'}"


def _ends(tunnel: Tunnel, status: Status) -> tuple[str, str]:
    """The addresses of an SA that there is; else those of the configuration."""
    paths = [s.path for s in status.ike_sas if s.tunnel == tunnel.interface]
    paths += [p.sa.path for p in status.ipsec_sas if p.sa.tunnel == tunnel.interface]
    if paths:
        return str(paths[-1].local.ip), str(paths[-1].remote.ip)
    source = tunnel.source_address
    if isinstance(source, str):
        lender = next((i for i in status.interfaces if i.name == source), None)
        version = getattr(tunnel.peer_address, "version", None)
        found: list[IPAddress] = [
            a.ip for a in (lender.addresses if lender else ()) if version in (None, a.version)
        ]
        return (str(found[0]) if found else source), str(tunnel.peer_address)
    return str(source or "by the route"), str(tunnel.peer_address)


def _ip(found: InterfaceStatus, gateway: Gateway) -> Iterator[str]:
    yield _state(found)
    lines = list(_addresses(found, gateway))
    if not lines:
        yield "  Internet protocol processing disabled"
        return
    yield from lines
    if found.method == "DHCP":
        yield "  Address determined by DHCP"
    elif found.method == "manual":
        yield "  Address determined by configuration"
    if found.mtu is not None:
        yield f"  MTU is {found.mtu} bytes"
    interface = gateway.interface(found.name)
    for inbound, title in ((False, "Outgoing"), (True, "Inbound ")):
        rules = interface.filter(inbound, 4) if interface is not None else None
        yield f"  {title} access list is {' '.join(rules.lists) if rules else 'not set'}"


def _dotted(mac: str) -> str:
    """`5254.0012.3456`."""
    digits = mac.replace(":", "")
    return ".".join(digits[i : i + 4] for i in range(0, len(digits), 4))
