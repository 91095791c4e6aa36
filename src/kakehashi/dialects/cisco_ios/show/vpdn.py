"""Who has dialed in: `show vpdn`, `show users` (layout of IOS 15)."""

from kakehashi.dialects.cisco_ios.show import pseudowire
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import CallerStatus, Status

_NOBODY = "%No active L2TP tunnels\n"
_SECONDS_OF_HOUR, _SECONDS_OF_MINUTE = 3600, 60


def render(status: Status, gateway: Gateway) -> str:
    """`show vpdn`: the tunnels, then the sessions."""
    anybody = status.l2tp_tunnels or status.l2tpv3_connections or pseudowire.count(status)
    return f"{_tunnels(status, gateway)}\n{_sessions(status)}" if anybody else _NOBODY


def render_tunnels(status: Status, gateway: Gateway) -> str:
    """`show vpdn tunnel`."""
    anybody = status.l2tp_tunnels or status.l2tpv3_connections
    return _tunnels(status, gateway) if anybody else _NOBODY


def render_sessions(status: Status, gateway: Gateway) -> str:
    """`show vpdn session`."""
    return _sessions(status) if status.callers or pseudowire.count(status) else "%No active L2TP sessions\n"


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


def render_callers(status: Status, gateway: Gateway) -> str:
    """`show caller`: who, by what, since when."""
    lines = [
        "                                                  Active    Idle",
        "  Line           User               Service       Time      Time",
    ]
    for number, caller in enumerate(status.callers, start=1):
        lines.append(
            f"  {_name(number):<14} {(caller.user or '-')[:18]:<18} {'PPP   L2TP':<13} {_clock(caller.age)}  "
            f"{_clock(caller.idle)}"
        )
    return "\n".join(lines) + "\n"


def render_links(status: Status, gateway: Gateway) -> str:
    """`show ppp all`: what of each link is open."""
    lines = [
        "Interface/ID OPEN+ Nego* Fail-     Stage    Peer Address    Peer Name",
        "------------ --------------------- -------- --------------- --------------------",
    ]
    for number, caller in enumerate(status.callers, start=1):
        method = "CHAP" if caller.method.startswith("CHAP") else caller.method.upper()
        login = f" {method}+" if method else ""
        done = f"LCP+{login} IPCP{'+' if caller.address else '*'}"
        lines.append(
            f"{_name(number):<12} {done:<21} LocalT   {caller.address or '-'!s:<15} {caller.user[:20]}"
        )
    return "\n".join(lines) + "\n"


def render_interface(name: str, caller: CallerStatus, status: Status, gateway: Gateway) -> list[str]:
    """`show interfaces`: the interface of one session, cloned from the template."""
    interface = gateway.interface(caller.interface)
    lender = interface.unnumbered if interface else None
    shown = next((i for i in status.interfaces if i.name == lender), None)
    address = next((a for a in shown.addresses if a.version == 4), None) if shown else None
    state = "up" if caller.address else "down"
    return [
        f"{name} is up, line protocol is {state}",
        "  Hardware is Virtual Access interface",
        *([f"  Interface is unnumbered. Using address of {lender} ({address})"] if address else []),
        f"  MTU {caller.mtu} bytes",
        "  Encapsulation PPP, LCP Open",
        *(["  Open: IPCP"] if caller.address else []),
        f"  Protocol l2tp, tunnel id {caller.tunnel_id}, session id {caller.session_id}",
        f"     {caller.inbound_packets} packets input, {caller.inbound_octets} bytes",
        f"     {caller.outbound_packets} packets output, {caller.outbound_octets} bytes",
    ]


def by_interface(status: Status) -> dict[str, CallerStatus]:
    """The sessions by the whole names of their interfaces."""
    return {f"Virtual-Access2.{number}": caller for number, caller in enumerate(status.callers, start=1)}


def _tunnels(status: Status, gateway: Gateway) -> str:
    lines = [
        f"L2TP Tunnel Information {_totals(status)}",
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
    lines += pseudowire.tunnels(status, gateway)
    return "\n".join(lines) + "\n"


def _sessions(status: Status) -> str:
    lines = [
        f"L2TP Session Information {_totals(status)}",
        "",
        "LocID      RemID      TunID      Username, Intf/      State  Last Chg Uniq ID   ",
        "                                 Vcid, Circuit                                  ",
    ]
    for number, caller in enumerate(status.callers, start=1):
        lines.append(_session(number, caller))
    lines += pseudowire.sessions(status)
    return "\n".join(lines) + "\n"


def _totals(status: Status) -> str:
    tunnels = len(status.l2tp_tunnels) + len(status.l2tpv3_connections)
    return f"Total tunnels {tunnels} sessions {len(status.callers) + pseudowire.count(status)}"


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
