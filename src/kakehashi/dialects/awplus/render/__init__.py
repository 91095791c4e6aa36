"""A gateway becomes a configuration, in the order in which the device writes its own."""

from collections.abc import Iterable

from kakehashi.dialects.awplus.render.interface import interface_lines
from kakehashi.dialects.awplus.render.log import log_lines
from kakehashi.dialects.awplus.render.name_service import name_lines
from kakehashi.dialects.awplus.render.profiles import Profiles
from kakehashi.dialects.awplus.render.pseudowire import (
    bridge_lines,
    can_say,
    end_lines,
    port_lines,
    wire_lines,
)
from kakehashi.dialects.awplus.render.trustpoint import trustpoint_blocks
from kakehashi.dialects.awplus.render.tunnel import Whom, tunnel_lines
from kakehashi.dialects.rendering import Losses, Rendered, is_word, without_frames, without_servers
from kakehashi.model.gateway import Gateway, Route
from kakehashi.model.tunnel import Ikev2Tunnel


def render(gateway: Gateway) -> Rendered:
    """The text that says `gateway`, and what of it the device has no words for."""
    losses = Losses()
    gateway = without_servers(gateway, losses)
    wires = tuple(w for w in gateway.pseudowires if can_say(w, gateway, losses))
    gateway = without_frames(gateway, wires)
    profiles = Profiles(losses)
    whom = Whom(losses)
    answering = ""
    if any(isinstance(t, Ikev2Tunnel) for t in gateway.tunnels):
        answering = profiles.isakmp_of(gateway.unknown_peer_policy, None)
        whom.answer_with(answering)
    of_name = {w.interface: w for w in wires}
    tunnels = {
        t.interface: tunnel_lines(t, gateway, profiles, whom, of_name.get(t.interface))
        for t in gateway.tunnels
        if t.ipsec.ethernet is None or t.interface in of_name
    }
    tunnels |= {w.interface: [*end_lines(w), *wire_lines(w)] for w in wires if not w.protected}
    for access_list in gateway.access_lists:
        losses.add(
            access_list.source,
            f"access list {access_list.name}",
            "filters are not translated for AlliedWare Plus",
        )
    for group in gateway.watch_groups:
        losses.add(
            group.source, f"path monitoring {group.title}", "the device does it by triggers and scripts"
        )
    if gateway.delete_notify is not None:
        losses.add(None, "DELETE for packets of an SA that is gone", "the device has no setting for it")
    hostname = []
    if gateway.hostname and losses.unless(is_word(gateway.hostname), None, "hostname", "it is not one word"):
        hostname = [f"hostname {gateway.hostname}"]
    sections = [
        hostname,
        name_lines(gateway.names, losses),
        log_lines(gateway.logging, losses),
        *trustpoint_blocks(gateway),
        whom.keys(),
        *profiles.ipsec_blocks(),
        *profiles.isakmp_blocks(),
        whom.profiles(),
        list(bridge_lines(gateway, wires)),
        *(
            interface_lines(i, [*port_lines(i.name, gateway, wires), *tunnels.get(i.name, [])], losses)
            for i in gateway.interfaces
        ),
        [line for r in gateway.routes if (line := _route(r, losses))],
    ]
    return Rendered(_text(sections), tuple(losses.found))


def _route(route: Route, losses: Losses) -> str | None:
    word = "ip" if route.destination.version == 4 else "ipv6"
    target = [str(t) for t in (route.interface, route.next_hop) if t is not None]
    if route.discard:
        target = ["null"]
    if not target:
        losses.add(route.source, f"route to {route.destination}", "it leads nowhere")
        return None
    fits = losses.unless(
        1 <= route.metric <= 255,
        route.source,
        f"metric {route.metric} of {route.destination}",
        "out of range",
    )
    distance = route.metric if fits else 255
    return " ".join(
        [word, "route", str(route.destination), *target, *([str(distance)] if distance != 1 else [])]
    )


def _text(sections: Iterable[list[str]]) -> str:
    body = "".join(line + "\n" for lines in sections if lines for line in (*lines, "!"))
    return f"{body}end\n"
