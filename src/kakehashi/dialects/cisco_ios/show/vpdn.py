"""Who has dialed in: `show vpdn`, `show users` (layout of IOS 15)."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import CallerStatus, Status

_NOBODY = "%No active L2TP tunnels\n"
_SECONDS_OF_HOUR, _SECONDS_OF_MINUTE = 3600, 60


def render(status: Status, gateway: Gateway) -> str:
    """`show vpdn`: the tunnels, then the sessions."""
    return _NOBODY if not status.l2tp_tunnels else f"{_tunnels(status, gateway)}\n{_sessions(status)}"


def render_tunnels(status: Status, gateway: Gateway) -> str:
    """`show vpdn tunnel`."""
    return _tunnels(status, gateway) if status.l2tp_tunnels else _NOBODY


def render_sessions(status: Status, gateway: Gateway) -> str:
    """`show vpdn session`."""
    return _sessions(status) if status.callers else "%No active L2TP sessions\n"


def render_users(status: Status, gateway: Gateway) -> str:
    """`show users`: of its two tables the one of interfaces."""
    lines = ["    Line       User       Host(s)              Idle       Location", ""]
    lines.append("  Interface    User               Mode         Idle     Peer Address")
    for number, caller in enumerate(status.callers, start=1):
        lines.append(
            f"  {_name(number):<12} {caller.user[:18]:<18} PPPoVPDN     {_clock(caller.idle)} "
            f"{caller.address or '-'}"
        )
    return "\n".join(lines) + "\n"


def _tunnels(status: Status, gateway: Gateway) -> str:
    lines = [
        f"L2TP Tunnel Information Total tunnels {len(status.l2tp_tunnels)} sessions {len(status.callers)}",
        "",
        "LocTunID   RemTunID   Remote Name   State  Remote Address  Sessn L2TP Class/",
        "                                                           Count VPDN Group ",
    ]
    for tunnel in status.l2tp_tunnels:
        server = gateway.l2tp_server(tunnel.interface)
        group = server.name if server else ""
        lines.append(
            f"{tunnel.tunnel_id:<10} {tunnel.peer_tunnel_id:<10} {tunnel.host_name[:13]:<13} est    "
            f"{tunnel.remote.ip!s:<15} {tunnel.sessions:<5} {group}"
        )
    return "\n".join(lines) + "\n"


def _sessions(status: Status) -> str:
    lines = [
        f"L2TP Session Information Total tunnels {len(status.l2tp_tunnels)} sessions {len(status.callers)}",
        "",
        "LocID      RemID      TunID      Username, Intf/      State  Last Chg Uniq ID   ",
        "                                 Vcid, Circuit                                  ",
    ]
    for number, caller in enumerate(status.callers, start=1):
        lines.append(_session(number, caller))
    return "\n".join(lines) + "\n"


def _session(number: int, caller: CallerStatus) -> str:
    state = "est" if caller.address else "wt-con"
    who = f"{caller.user[:12]}, {_name(number)}"
    return (
        f"{caller.session_id:<10} {caller.peer_session_id:<10} {caller.tunnel_id:<10} {who:<20} {state:<6} "
        f"{_clock(caller.age)} {number:<10}"
    )


def _name(number: int) -> str:
    """An interface of its own, as the device clones one from the template."""
    return f"Vi2.{number}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    hours, rest = divmod(whole, _SECONDS_OF_HOUR)
    return f"{hours:02}:{rest // _SECONDS_OF_MINUTE:02}:{rest % _SECONDS_OF_MINUTE:02}"
