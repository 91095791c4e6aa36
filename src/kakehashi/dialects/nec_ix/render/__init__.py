"""A gateway becomes a configuration, in the order in which the device writes its own."""

from collections.abc import Iterable

from kakehashi.dialects.nec_ix.render import l2tp
from kakehashi.dialects.nec_ix.render.gre import gre_lines
from kakehashi.dialects.nec_ix.render.ikev1 import render_ikev1
from kakehashi.dialects.nec_ix.render.ikev2 import render_ikev2
from kakehashi.dialects.nec_ix.render.interface import render_interface
from kakehashi.dialects.nec_ix.render.log import log_lines
from kakehashi.dialects.nec_ix.render.name_service import name_lines
from kakehashi.dialects.nec_ix.render.pseudowire import bridge_lines, interface_lines, wires_of
from kakehashi.dialects.nec_ix.render.route import route_line
from kakehashi.dialects.nec_ix.render.translation import list_lines
from kakehashi.dialects.nec_ix.render.watch import watch_sections
from kakehashi.dialects.rendering import Losses, Rendered, is_word, without_frames
from kakehashi.model.gateway import Gateway, Interface


def render(gateway: Gateway) -> Rendered:
    """The text that says `gateway`, and what of it the device has no words for."""
    losses = Losses()
    wires = wires_of(gateway, losses)
    gateway = without_frames(gateway, wires)
    ikev2 = render_ikev2(gateway, losses)
    ikev1 = render_ikev1(gateway, losses)
    plain = gre_lines(gateway, losses)
    profiles, bound = l2tp.profiles(gateway, losses)
    blocks = [
        render_interface(
            i,
            (
                *ikev2.on_interface.get(i.name, ()),
                *(["ip proxy-arp"] if _answers(i, gateway) else ()),
                *([f"ppp binding {bound[i.name]}"] if i.name in bound else ()),
                *ikev1.on_interface.get(i.name, ()),
                *plain.get(i.name, ()),
                *interface_lines(i.name, gateway, wires),
            ),
            losses,
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
        bridge_lines(wires),
        *ikev1.sections,
        *ikev2.sections,
        *watch_sections(gateway, losses),
        *profiles,
        *blocks,
    ]
    return Rendered(_text(sections), tuple(losses.found))


def _answers(interface: Interface, gateway: Gateway) -> bool:
    """Does it answer ARP in its network for those who have dialed in? Elsewhere nobody needs that."""
    networks = [address.network for address in interface.addresses if address.version == 4]
    pools = [server.pool for server in gateway.l2tp_servers if server.pool is not None]
    return interface.proxy_arp and any(p.first in n or p.last in n for p in pools for n in networks)


def _text(sections: Iterable[list[str]]) -> str:
    return "".join(line + "\n" for lines in sections if lines for line in (*lines, "!"))
