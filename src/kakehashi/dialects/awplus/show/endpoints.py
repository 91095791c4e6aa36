"""`show tunnel endpoint`: the peers of multipoint tunnels. Simulated: the device's layout is not public."""

from kakehashi.dialects.awplus.show.names import page, row
from kakehashi.model.gateway import Gateway
from kakehashi.model.multipoint import Multipoint
from kakehashi.model.status import Status, TunnelStatus


def render(status: Status, gateway: Gateway) -> str:
    """Each peer by its address in the tunnel, where it is reached, and why there is no SA with it."""
    known = {(hop.interface, hop.next_hop): hop for hop in status.next_hops}
    states = {state.name: state for state in status.tunnels}
    lines = [
        row(("Interface", 12), ("Endpoint", 26), ("Destination", 26), ("State", 12)),
        "-" * 76,
    ]
    for of_many in gateway.multipoints:
        for hop in of_many.endpoints:
            seen = known.get((of_many.interface, hop.address))
            is_reached = seen is not None and seen.reached
            text = _state(of_many, states.get(of_many.interface), is_reached=is_reached)
            lines.append(row((of_many.interface, 12), (hop.address, 26), (hop.nbma, 26), (text, 12)))
            if seen is not None and seen.failure is not None:
                lines.append(f"  Last failure: {seen.failure.message}")
    return page(lines)


def _state(of_many: Multipoint, state: TunnelStatus | None, *, is_reached: bool) -> str:
    if state is None or not state.up:
        return "down"
    if not of_many.protected:
        return "no IPsec"
    return "up" if is_reached else "no SA"
