"""`show tunnel status`. The manual names the command and prints no listing of it; the layout is ours."""

from kakehashi.model.address import Hostname, Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IkeSaState, NameStatus, Status, TunnelStatus
from kakehashi.model.tunnel import PlainTunnel, Tunnel

_STANDING = (IkeSaState.ESTABLISHED, IkeSaState.REKEYING)


def render(status: Status, gateway: Gateway) -> str:
    """Every tunnel interface: up or down, why, and what carried how much."""
    lines: list[str] = []
    for tunnel in status.tunnels:
        found = gateway.tunnel(tunnel.name)
        lines += _tunnel(tunnel, found, status)
        if found and isinstance(found.peer_address, Hostname):
            host = found.peer_address.name
            lines += [_name(name) for name in status.names if name.name == host]
    return "\n".join(lines) + "\n" if lines else ""


def mode_of(tunnel: Tunnel | None) -> str:
    """The word behind `tunnel mode`."""
    match tunnel:
        case Ikev1Tunnel():
            return "ipsec"
        case PlainTunnel():
            return "gre ip"
    return "ipsec-ikev2"


def _tunnel(tunnel: TunnelStatus, configured: Tunnel | None, status: Status) -> list[str]:
    match configured:
        case Ikev1Tunnel():
            paths, sas = _ikev1_sas(configured, status)
        case PlainTunnel():
            paths, sas = [], f"Header : {configured.ipsec.gre}"
        case _:
            paths, sas = _ikev2_sas(tunnel.name, status)
    lines = [
        f"Interface {tunnel.name}",
        f"  Tunnel mode is {mode_of(configured)}",
        f"  Tunnel is {'up' if tunnel.up else 'down'}",
    ]
    if tunnel.down_reason:
        lines.append(f"    Reason : {tunnel.down_reason}")
    if tunnel.host_interface:
        lines.append(f"  Host interface : {tunnel.host_interface}")
    if tunnel.mtu is not None:
        lines.append(f"  MTU : {tunnel.mtu}")
    lines += [f"  Path : {path}" for path in paths[-1:]]
    lines += [
        f"  {sas}",
        f"  Outbound : {tunnel.outbound.packets} packets, {tunnel.outbound.octets} octets",
        f"  Inbound  : {tunnel.inbound.packets} packets, {tunnel.inbound.octets} octets",
    ]
    if tunnel.last_failure:
        lines.append(f"  Last failure : {tunnel.last_failure}")
    return lines


def _name(name: NameStatus) -> str:
    addresses = ", ".join(map(str, name.addresses)) or "no address"
    age = "" if name.age is None else f", looked up {name.age:.0f} s ago"
    why = f" ({name.failure})" if name.failure else ""
    return f"  Peer name : {name.name} is {addresses}{age}, next look in {name.next_look:.0f} s{why}"


def _ikev2_sas(name: str, status: Status) -> tuple[list[Path], str]:
    """The ways of the IKE SAs, and how many SAs there are."""
    standing = [s for s in status.ike_sas if s.tunnel == name and s.state in _STANDING]
    children = sum(len(s.children) for s in standing)
    return [s.path for s in standing], f"IKE SA : {len(standing)}, Child SA : {children}"


def _ikev1_sas(tunnel: Ikev1Tunnel, status: Status) -> tuple[list[Path], str]:
    """The ways of the SAs, and how many there are. An ISAKMP SA may serve several tunnels."""
    pairs = [p for p in status.ipsec_sas if p.sa.tunnel == tunnel.interface]
    makers = {p.isakmp_serial for p in pairs}
    isakmp = [
        s
        for s in status.isakmp_sas
        if s.state in _STANDING and (s.peer in tunnel.peers or s.serial in makers)
    ]
    ways = [s.path for s in isakmp] + [p.sa.path for p in pairs]
    return ways, f"IKE SA : {len(isakmp)}, IPsec SA : {2 * len(pairs)}"
