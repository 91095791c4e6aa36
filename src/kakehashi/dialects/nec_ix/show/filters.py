"""`show ip filter` and `show ipv6 filter`: the lists of each interface, with how many packets each entry has
decided about. How the device sets it out is not known for certain.
"""

from collections.abc import Iterator

from kakehashi.dialects.nec_ix.render.translation import list_lines
from kakehashi.dialects.rendering import Losses
from kakehashi.model.access_list import AccessEntry, AccessList, PacketFilter
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status


def render_ipv4(status: Status, gateway: Gateway) -> str:
    """The filters of IPv4, by interface."""
    return _render(status, gateway, 4)


def render_ipv6(status: Status, gateway: Gateway) -> str:
    """The filters of IPv6, by interface."""
    return _render(status, gateway, 6)


def _render(status: Status, gateway: Gateway, version: int) -> str:
    lines: list[str] = []
    for interface in gateway.interfaces:
        found = [f for f in interface.filters if f.version == version]
        if found:
            lines.append(f"Interface {interface.name}")
        for packet_filter in found:
            lines.append(f"  {'Input' if packet_filter.inbound else 'Output'} filter")
            lines += _lists(packet_filter, status, gateway)
    return "\n".join(lines) + "\n" if lines else ""


def _lists(packet_filter: PacketFilter, status: Status, gateway: Gateway) -> Iterator[str]:
    for place, name in enumerate(packet_filter.lists, 1):
        rules = gateway.access_list(name)
        yield f"    {place} {name}{'' if rules else ' (no such access list)'}"
        entries = rules.entries if rules else ()
        counts = status.access_matches.get(name, (0,) * len(entries))
        for entry, count in zip(entries, counts, strict=False):
            if rules and entry.source_address.address.version == packet_filter.version:
                for text in _texts(name, entry):
                    yield f"      {text} ({count} match{'' if count == 1 else 'es'})"


def _texts(name: str, entry: AccessEntry) -> list[str]:
    """As the configuration has it, without the words that all lines of a list begin with."""
    lines = list_lines(AccessList(name=name, entries=(entry,)), Losses())
    return [line.split(f" {name} ", 1)[1] for line in lines]
