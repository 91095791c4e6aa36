"""What tunnel interfaces took before it was translated must not be translated where crypto maps take it."""

from collections.abc import Mapping
from dataclasses import replace

from kakehashi.dialects.nat_exemption import exempted, from_inside, is_anywhere
from kakehashi.model.access_list import AccessEntry, AccessList
from kakehashi.model.address import IPNetwork
from kakehashi.model.gateway import Gateway, Interface
from kakehashi.model.translation import SourceTranslation

_NAME = "TRANSLATED"


def exempt(
    gateway: Gateway, originals: Mapping[str, AccessList], beyond: Mapping[str, tuple[IPNetwork, ...]]
) -> tuple[Gateway, tuple[str, ...]]:
    """The gateway with lists that leave it alone, and what is to be told.

    `originals`: the access lists of the original, by name. `beyond`: by entry of a map that took the place of
    a tunnel interface, where the routes into that led.
    """
    lists = list(gateway.access_lists)
    notes: list[str] = []
    interfaces: list[Interface] = []
    for interface in gateway.interfaces:
        mapped = [
            t
            for t in gateway.tunnels
            if t.interface in beyond and t.outgoing and t.outgoing.interface == interface.name
        ]
        translation = interface.translation
        if translation is None or not mapped:
            interfaces.append(interface)
            continue
        for tunnel in mapped:
            if is_anywhere(tunnel) and not beyond[tunnel.interface]:
                notes.append(
                    f"{tunnel.interface}: nothing says what is behind its peers: what goes there is "
                    "translated, until a `deny` in the list of `ip nat inside source` leaves it alone"
                )
        denied = [e for t in mapped for e in exempted(t, beyond[t.interface])]
        sources: list[SourceTranslation] = []
        for source in translation.sources:
            rules = originals.get(source.access_list or "")
            entries = [*denied, *(rules.entries if rules else from_inside(gateway))]
            made = AccessList(name=_free(lists), entries=_numbered_anew(entries), source=interface.source)
            lists.append(made)
            sources.append(replace(source, access_list=made.name))
        interfaces.append(replace(interface, translation=replace(translation, sources=tuple(sources))))
    return replace(gateway, interfaces=tuple(interfaces), access_lists=tuple(lists)), tuple(notes)


def _numbered_anew(entries: list[AccessEntry]) -> tuple[AccessEntry, ...]:
    return tuple(replace(entry, number=None) for entry in entries)


def _free(lists: list[AccessList]) -> str:
    taken = {rules.name.lower() for rules in lists}
    names = (_NAME if n == 1 else f"{_NAME}-{n}" for n in range(1, len(lists) + 2))
    return next(name for name in names if name.lower() not in taken)
