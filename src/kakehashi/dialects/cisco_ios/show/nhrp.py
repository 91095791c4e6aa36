"""The peers of multipoint tunnels: `show ip nhrp`, `show dmvpn` (layout of IOS 15)."""

from collections import Counter

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import NextHopStatus, Status

_SECONDS_OF_HOUR, _SECONDS_OF_MINUTE = 3600, 60
_CONFIGURED = ("by the configuration", "it is a next hop server")
_REGISTERED = "it has registered"
_LEGEND = """\
Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete
        N - NATed, L - Local, X - No Socket
        T1 - Route Installed, T2 - Nexthop-override
        C - CTS Capable, I2 - Temporary
        # Ent --> Number of NHRP entries with same NBMA peer
        NHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting
        UpDn Time --> Up or Down Time for a Tunnel
==========================================================================
"""


def render(status: Status, version: int) -> str:
    """`show ip nhrp`: each entry with how long it counts."""
    entries = [entry for entry in status.next_hops if entry.network.version == version]
    return "".join(_entry(entry) for entry in entries)


def render_servers(status: Status) -> str:
    """`show ip nhrp nhs`."""
    lines = ["Legend: E=Expecting replies, R=Responding, W=Waiting, D=Dynamic"]
    for name in dict.fromkeys(server.interface for server in status.next_hop_servers):
        lines.append(f"{name}:")
        for server in status.next_hop_servers:
            if server.interface == name:
                state = "RE" if server.up else " E"
                lines.append(f"{server.address}  {state} priority = {server.priority} cluster = 0")
    return "\n".join(lines) + "\n"


def render_dmvpn(status: Status, gateway: Gateway) -> str:
    """`show dmvpn`: the peers of each interface in a table."""
    return _LEGEND + "".join(_interface(m.interface, status) for m in gateway.multipoints)


def _entry(entry: NextHopStatus) -> str:
    is_static = entry.origin in _CONFIGURED
    ends = "never expire" if entry.expires is None else f"expire {_clock(entry.expires)}"
    flags = ["unique"] if entry.unique else []
    flags += ["registered"] if entry.origin == _REGISTERED else []
    flags += ["router"] if entry.is_shortcut else []
    flags += ["used", "nhop"] if not entry.is_shortcut else []
    lines = [
        f"{entry.network} via {entry.next_hop}",
        f"   {entry.interface} created {_clock(entry.age)}, {ends} ",
        f"   Type: {'static' if is_static else 'dynamic'}, Flags: {' '.join(flags)} ",
        f"   NBMA address: {entry.nbma} ",
    ]
    if entry.claimed != entry.nbma:
        lines.append(f"    (Claimed NBMA address: {entry.claimed}) ")
    return "\n".join(lines) + "\n"


def _interface(name: str, status: Status) -> str:
    entries = [entry for entry in status.next_hops if entry.interface == name]
    servers = any(server.interface == name for server in status.next_hop_servers)
    peers = [entry for entry in entries if not entry.is_shortcut]
    of_peer = Counter(entry.nbma for entry in entries)
    lines = [
        "",
        f"Interface: {name}, IPv4 NHRP Details ",
        f"Type:{'Spoke' if servers else 'Hub'}, NHRP Peers:{len(peers)}, ",
        "",
        " # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb",
        " ----- --------------- --------------- ----- -------- -----",
    ]
    for entry in entries:
        count = "" if entry.is_shortcut else str(of_peer[entry.nbma])
        state = "UP" if entry.reached else "IKE"
        lines.append(
            f" {count:>5} {entry.nbma!s:>15} {entry.next_hop!s:>15} {state:>5} {_clock(entry.age):>8} "
            f"{_attributes(entry):>5}"
        )
    return "\n".join(lines) + "\n"


def _attributes(entry: NextHopStatus) -> str:
    nat = "N" if entry.claimed != entry.nbma else ""
    if entry.is_shortcut:
        return f"DT1{nat}"
    return ("S" if entry.origin in _CONFIGURED else "D") + nat


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), _SECONDS_OF_HOUR)
    return f"{hours:02}:{rest // _SECONDS_OF_MINUTE:02}:{rest % _SECONDS_OF_MINUTE:02}"
