"""What tunnel interfaces took before it was translated must not be translated where crypto maps take it."""

from collections import Counter
from collections.abc import Iterator, Mapping
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
    uses = Counter(name for interface in gateway.interfaces for name in _used_on(interface))
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
            if rules is not None and uses[rules.name] == 1:
                lists = [a for a in lists if a.name != rules.name]  # it takes the place of that one
                name = rules.name
            else:
                name = _free(lists)
            made = AccessList(name=name, entries=_numbered_anew(entries), source=interface.source)
            lists.append(made)
            sources.append(replace(source, access_list=name))
        interfaces.append(replace(interface, translation=replace(translation, sources=tuple(sources))))
    return replace(gateway, interfaces=tuple(interfaces), access_lists=tuple(lists)), tuple(notes)


def _used_on(interface: Interface) -> Iterator[str | None]:
    """The lists that filter or translate there, each as often as a line names it."""
    yield from (name for f in interface.filters for name in f.lists)
    yield from (s.access_list for s in interface.translation.sources) if interface.translation else ()


def _numbered_anew(entries: list[AccessEntry]) -> tuple[AccessEntry, ...]:
    return tuple(replace(entry, number=None) for entry in entries)


def _free(lists: list[AccessList]) -> str:
    taken = {rules.name.lower() for rules in lists}
    names = (_NAME if n == 1 else f"{_NAME}-{n}" for n in range(1, len(lists) + 2))
    return next(name for name in names if name.lower() not in taken)
