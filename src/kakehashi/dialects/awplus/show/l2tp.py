"""`show l2tp tunnel`, `show bridge`: L2TPv3 between LANs. Simulated: the device's layout is not public."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status

_UP = {True: "up", False: "down"}


def render_tunnels(status: Status, gateway: Gateway) -> str:
    """Each tunnel of L2TPv3, with its session and what has passed."""
    lines = [f"L2TPv3 tunnels: {len(status.pseudowires)}"]
    for wire in status.pseudowires:
        protection = ", IPsec" if wire.protected else ""
        ours, theirs = f"{wire.local or '-'} ID {wire.local_id}", f"{wire.remote or '-'} ID {wire.remote_id}"
        lines += [
            f"{wire.interface}: {_UP[wire.up]}, {wire.encapsulation}{protection}",
            *([f"  Down because: {wire.reason}"] if wire.reason else []),
            f"  Local {ours}, remote {theirs}",
            f"  Frames in {wire.traffic.packets_in} ({wire.traffic.octets_in} octets), out "
            f"{wire.traffic.packets_out} ({wire.traffic.octets_out} octets)",
        ]
    drops = sorted(status.pseudowire_drops.items())
    lines += [f"  Dropped: {number} {reason}" for reason, number in drops if number]
    return "\n".join(lines) + "\n"


def render_bridges(status: Status, gateway: Gateway) -> str:
    """Each bridge with its ports."""
    lines = ["Bridge  Ports"]
    for bridge in gateway.bridges:
        own = [bridge.interface] if bridge.interface else []
        lines.append(f"{bridge.name:<7} {', '.join([*own, *bridge.ports])}")
    return "\n".join(lines) + "\n"
