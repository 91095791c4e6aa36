"""`ip route` lines."""

from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import Route

_HIGHEST = 255


def route_line(route: Route, losses: Losses, track: int | None = None) -> str | None:
    """The line of a static route. `track`: the object that it hangs on."""
    net = route.destination
    where = f"ip route {net.network_address} {net.netmask}" if net.version == 4 else f"ipv6 route {net}"
    target = (
        ["Null0"] if route.discard else [str(t) for t in (route.interface, route.next_hop) if t is not None]
    )
    if not target:
        losses.add(route.source, f"route to {net}", "it leads nowhere")
        return None
    fits = losses.unless(
        1 <= route.metric <= _HIGHEST, route.source, f"metric {route.metric} of {net}", "it is out of range"
    )
    distance = route.metric if fits else min(max(route.metric, 1), _HIGHEST)
    options = [str(distance)] if distance != 1 else []
    options += [f"track {track}"] if track is not None else []
    return " ".join([where, *target, *options])
