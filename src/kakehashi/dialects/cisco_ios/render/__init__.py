"""A gateway becomes a configuration, in the order in which the device writes its own."""

from collections.abc import Iterable

from kakehashi.dialects.cisco_ios.render.access_list import list_lines
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.render.crypto_map import write_maps
from kakehashi.dialects.cisco_ios.render.dial_in import dial_in, with_one_server
from kakehashi.dialects.cisco_ios.render.ikev2 import write_ikev2_common
from kakehashi.dialects.cisco_ios.render.interface import interface_lines, write_translation
from kakehashi.dialects.cisco_ios.render.isakmp import write_phase1
from kakehashi.dialects.cisco_ios.render.log import log_lines
from kakehashi.dialects.cisco_ios.render.multipoint import write_multipoints
from kakehashi.dialects.cisco_ios.render.name_service import name_lines
from kakehashi.dialects.cisco_ios.render.pki import write_trustpoints
from kakehashi.dialects.cisco_ios.render.pseudowire import write_pseudowires
from kakehashi.dialects.cisco_ios.render.route import route_line
from kakehashi.dialects.cisco_ios.render.track import tracks
from kakehashi.dialects.cisco_ios.render.transforms import write_common
from kakehashi.dialects.cisco_ios.render.vti import write_vtis
from kakehashi.dialects.rendering import Losses, Rendered, is_word, without_frames
from kakehashi.model.gateway import Gateway


def render(gateway: Gateway) -> Rendered:
    """The text that says `gateway`, and what of it the device has no words for."""
    losses = Losses()
    gateway = without_frames(gateway, ())
    gateway = with_one_server(gateway, losses)
    dialed = dial_in(gateway, losses)
    book = Book(gateway, losses, lists=list(gateway.access_lists))
    write_trustpoints(book)
    profiles = write_phase1(book)
    write_ikev2_common(book)
    write_common(book)
    write_multipoints(book)
    write_vtis(book, profiles)
    of_maps = write_maps(book, profiles)
    write_translation(book)
    wires = write_pseudowires(book)
    watched = tracks(gateway, losses)
    if gateway.delete_notify is not None:
        losses.add(None, "DELETE for packets of an SA that is gone", "the device has no setting for it")
    interfaces = [
        interface_lines(i, book.on_interface.get(i.name, []), losses, wires.of_port.get(i.name, ()))
        for i in gateway.interfaces
        if i.name not in of_maps
    ]
    if dialed.template is not None:
        interfaces.append(interface_lines(dialed.template, dialed.lines, losses))
    hostname = []
    if gateway.hostname and losses.unless(is_word(gateway.hostname), None, "hostname", "it is not one word"):
        hostname = [f"hostname {gateway.hostname}"]
    sections = [
        hostname,
        [*name_lines(gateway.names)],
        [*log_lines(gateway.logging, losses)],
        dialed.access,
        dialed.group,
        wires.classes,
        book.pki,
        book.phase1,
        book.ikev2,
        book.ipsec,
        book.profiles,
        book.dynamic_maps,
        book.maps,
        *interfaces,
        dialed.pool,
        watched.lines,
        [line for r in gateway.routes if (line := route_line(r, losses, watched.of_route.get(r)))],
        book.nat,
        [line for rules in book.lists for line in list_lines(rules, losses)],
    ]
    return Rendered(_text(sections), tuple(losses.found))


def _text(sections: Iterable[list[str]]) -> str:
    body = "".join(line + "\n" for lines in sections if lines for line in (*lines, "!"))
    return f"{body}end\n"
