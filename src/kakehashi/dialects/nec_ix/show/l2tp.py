"""Who has dialed in: `show l2tp`, `show ppp`. The layout is simulated: that of the device is not public."""

from kakehashi.model.status import CallerStatus, Status


def render_l2tp(status: Status) -> str:
    """The tunnels with their sessions."""
    lines = [f"L2TP tunnels: {len(status.l2tp_tunnels)}, sessions: {len(status.callers)}"]
    for tunnel in status.l2tp_tunnels:
        lines.append(f"Interface {tunnel.interface}, tunnel ID {tunnel.tunnel_id}")
        lines.append(f"  Remote name {tunnel.host_name}, address {tunnel.remote}")
        lines.append(f"  Remote tunnel ID {tunnel.peer_tunnel_id}, up {int(tunnel.age)} sec")
        for caller in status.callers:
            if (caller.interface, caller.tunnel_id) == (tunnel.interface, tunnel.tunnel_id):
                lines.append(f"  Session ID {caller.session_id}, remote session ID {caller.peer_session_id}")
    lines += [f"Dropped: {number} {reason}" for reason, number in sorted(status.l2tp_drops.items()) if number]
    return "\n".join(lines) + "\n"


def render_ppp(status: Status) -> str:
    """The link of each session."""
    lines = [f"PPP links: {len(status.callers)}"]
    for caller in status.callers:
        lines += _link(caller)
    return "\n".join(lines) + "\n"


def _link(caller: CallerStatus) -> list[str]:
    state = "opened" if caller.address else "starting"
    return [
        f"Interface {caller.interface}, session ID {caller.session_id}",
        f"  LCP opened, IPCP {state}, MTU {caller.mtu}",
        f"  User {caller.user or '-'}, authentication {caller.method or '-'}",
        f"  Remote address {caller.address or '-'}, up {int(caller.age)} sec, idle {int(caller.idle)} sec",
        f"  {caller.inbound_packets} packets input, {caller.inbound_octets} octets",
        f"  {caller.outbound_packets} packets output, {caller.outbound_octets} octets",
    ]
