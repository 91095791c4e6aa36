"""A gateway becomes a configuration, in the order in which the device writes its own."""

from collections.abc import Iterable

from kakehashi.dialects.nec_ix.render.ikev1 import render_ikev1
from kakehashi.dialects.nec_ix.render.ikev2 import render_ikev2
from kakehashi.dialects.nec_ix.render.interface import render_interface
from kakehashi.dialects.nec_ix.render.log import log_lines
from kakehashi.dialects.nec_ix.render.name_service import name_lines
from kakehashi.dialects.nec_ix.render.route import route_line
from kakehashi.dialects.nec_ix.render.translation import list_lines
from kakehashi.dialects.nec_ix.render.watch import watch_sections
from kakehashi.dialects.rendering import Losses, Rendered, is_word, without_servers
from kakehashi.model.gateway import Gateway


def render(gateway: Gateway) -> Rendered:
    """The text that says `gateway`, and what of it the device has no words for."""
    losses = Losses()
    gateway = without_servers(gateway, losses)
    ikev2 = render_ikev2(gateway, losses)
    ikev1 = render_ikev1(gateway, losses)
    blocks = [
        render_interface(
            i, (*ikev2.on_interface.get(i.name, ()), *ikev1.on_interface.get(i.name, ())), losses
        )
        for i in gateway.interfaces
    ]
    used = {name for i in gateway.interfaces for name in i.lists}
    lists = [line for a in gateway.access_lists if a.name in used for line in list_lines(a, losses)]
    hostname = (
        [f"hostname {gateway.hostname}"]
        if gateway.hostname
        and losses.unless(is_word(gateway.hostname), None, "hostname", "it is not one word")
        else []
    )
    sections = [
        hostname,
        name_lines(gateway.names, losses),
        log_lines(gateway.logging, losses),
        [line for r in gateway.routes if (line := route_line(r, losses))],
        lists,
        *ikev1.sections,
        *ikev2.sections,
        *watch_sections(gateway, losses),
        *blocks,
    ]
    return Rendered(_text(sections), tuple(losses.found))


def _text(sections: Iterable[list[str]]) -> str:
    return "".join(line + "\n" for lines in sections if lines for line in (*lines, "!"))
