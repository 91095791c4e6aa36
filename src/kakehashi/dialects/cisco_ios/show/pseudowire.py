"""L2TPv3 between sites: its part of `show l2tp`, and `show xconnect` (layout of IOS 15)."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import PseudowireStatus, Status

_STATES = {True: "UP", False: "DN"}
_HOUR, _MINUTE = 3600, 60


def tunnels(status: Status, gateway: Gateway) -> list[str]:
    """The control connections as lines of `show l2tp tunnel`."""
    return [
        f"{c.local_id:<10} {c.remote_id:<10} {c.host_name[:13]:<13} est    {c.remote!s:<15} {c.sessions:<5} "
        for c in status.l2tpv3_connections
    ]


def sessions(status: Status) -> list[str]:
    """The sessions as lines of `show l2tp session`."""
    return [_session(number, wire) for number, wire in enumerate(_of_l2tpv3(status), start=1)]


def render_xconnects(status: Status, gateway: Gateway) -> str:
    """`show xconnect all`."""
    lines = [
        "Legend:    XC ST=Xconnect State  S1=Segment1 State  S2=Segment2 State",
        "  UP=Up       DN=Down            AD=Admin Down      IA=Inactive",
        "  SB=Standby  HS=Hot Standby     RV=Recovering      NH=No Hardware",
        "",
        "XC ST  Segment 1                         S1 Segment 2                         S2",
        "------+---------------------------------+--+---------------------------------+--",
    ]
    for wire in status.pseudowires:
        configured = gateway.pseudowire(wire.interface)
        peer = f"{wire.remote or (configured.peer if configured else '')}:{wire.end_id}"
        state = _STATES[wire.up]
        lines.append(
            f"{state} pri   ac {f'{_short(wire.interface)}(Ethernet)':<28} {'UP':<2} l2tp {peer:<28} {state}"
        )
    return "\n".join(lines) + "\n"


def count(status: Status) -> int:
    """How many sessions stand."""
    return len(_of_l2tpv3(status))


def _of_l2tpv3(status: Status) -> list[PseudowireStatus]:
    return [wire for wire in status.pseudowires if wire.up and wire.local_id]


def _session(number: int, wire: PseudowireStatus) -> str:
    what = f"{wire.end_id}, {_short(wire.interface)}"
    return (
        f"{wire.local_id:<10} {wire.remote_id:<10} {wire.connection or 'n/a':<10} {what:<20} {'est':<6} "
        f"{_clock(wire.age or 0)} {number:<10}"
    )


def _short(name: str) -> str:
    """`Gi0/1` of `GigabitEthernet0/1`."""
    unit = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")
    return name[:2] + unit


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), _HOUR)
    return f"{hours:02}:{rest // _MINUTE:02}:{rest % _MINUTE:02}"
