"""`ip route` lines."""

from kakehashi.dialects.nec_ix.lower.route import distance_and_metric
from kakehashi.dialects.rendering import Losses
from kakehashi.model.gateway import Route


def route_line(route: Route, losses: Losses) -> str | None:
    """The line of a static route."""
    word = "ip" if route.destination.version == 4 else "ipv6"
    where = "default" if route.destination.prefixlen == 0 else str(route.destination)
    target = [str(t) for t in (route.interface, route.next_hop) if t is not None]
    if route.discard:
        target = ["Null0.0"]
    if not target:
        losses.add(route.source, f"route to {route.destination}", "it leads nowhere")
        return None
    distance, metric = distance_and_metric(route.metric)
    weights = ([f"distance {distance}"] if distance != 1 else []) + (
        [f"metric {metric}"] if metric != 1 else []
    )
    if distance > 255:
        losses.add(route.source, f"metric {route.metric} of {route.destination}", "it is out of range")
        weights = ["distance 255"]
    return " ".join([word, "route", where, *target, *weights])
