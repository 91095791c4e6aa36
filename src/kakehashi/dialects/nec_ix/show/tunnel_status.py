"""`show tunnel status`. The manual names the command and prints no listing of it; the layout is ours."""

from kakehashi.model.status import IkeSaState, Status, TunnelStatus


def render(status: Status) -> str:
    """Every tunnel interface: up or down, why, and what carried how much."""
    lines: list[str] = []
    for tunnel in status.tunnels:
        lines += _tunnel(tunnel, status)
    return "\n".join(lines) + "\n" if lines else ""


def _tunnel(tunnel: TunnelStatus, status: Status) -> list[str]:
    sas = [s for s in status.ike_sas if s.tunnel == tunnel.name]
    established = [s for s in sas if s.state in (IkeSaState.ESTABLISHED, IkeSaState.REKEYING)]
    lines = [
        f"Interface {tunnel.name}",
        "  Tunnel mode is ipsec-ikev2",
        f"  Tunnel is {'up' if tunnel.up else 'down'}",
    ]
    if tunnel.down_reason:
        lines.append(f"    Reason : {tunnel.down_reason}")
    if tunnel.host_interface:
        lines.append(f"  Host interface : {tunnel.host_interface}")
    if tunnel.mtu is not None:
        lines.append(f"  MTU : {tunnel.mtu}")
    lines += [f"  Path : {sa.path}" for sa in established[-1:]]
    lines += [
        f"  IKE SA : {len(established)}, Child SA : {sum(len(s.children) for s in established)}",
        f"  Outbound : {tunnel.outbound.packets} packets, {tunnel.outbound.octets} octets",
        f"  Inbound  : {tunnel.inbound.packets} packets, {tunnel.inbound.octets} octets",
    ]
    if tunnel.last_failure:
        lines.append(f"  Last failure : {tunnel.last_failure}")
    return lines
