"""`show ip napt translation`: what is translated at this moment, by interface.

The headings are the device's; how it sets the columns is not known for certain.
"""

from kakehashi.dialects.nec_ix.words import PROTOCOLS, word_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status, TranslationStatus

MOST_ENTRIES = 65535


def render(status: Status, gateway: Gateway) -> str:
    """The interfaces that translate, in the order of the configuration."""
    lines: list[str] = []
    for interface in gateway.interfaces:
        if interface.translation is None:
            continue
        found = [t for t in status.translations if t.interface == interface.name]
        lines += [
            f"Interface: {interface.name}",
            f"  NAPT Cache - {len(found)} entry, {max(0, MOST_ENTRIES - len(found))} free",
            "  Prot Inside Address:Port    Outside Address:Port   Dest Address:Port      Time",
            *(_entry(t) for t in found),
        ]
    return "\n".join(lines) + "\n" if lines else ""


def _entry(entry: TranslationStatus) -> str:
    ends = (
        f"{entry.inside}:{entry.inside_port}",
        f"{entry.outside}:{entry.outside_port}",
        f"{entry.remote}:{entry.remote_port}",
    )
    columns = " ".join(f"{end:<22}" for end in ends)
    return f"  {word_of(entry.protocol, PROTOCOLS):<4} {columns} {entry.remaining}"
