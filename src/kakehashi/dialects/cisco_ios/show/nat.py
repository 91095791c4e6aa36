"""`show ip nat translations`: first the fixed entries, then what is translated at this moment."""

from kakehashi.dialects.cisco_ios.words import protocol_word
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status, TranslationStatus
from kakehashi.model.translation import StaticTranslation

_HEADINGS = ("Pro", "Inside global", "Inside local", "Outside local", "Outside global")


def render(status: Status, gateway: Gateway) -> str:
    """One line an entry."""
    rows = [
        _fixed(static)
        for interface in gateway.interfaces
        if interface.translation is not None
        for static in interface.translation.static
        if static.inside is not None and static.outside is not None
    ]
    rows += [_entry(entry) for entry in status.translations]
    if not rows:
        return ""
    return "".join(_row(row) for row in (_HEADINGS, *dict.fromkeys(rows)))


def _row(cells: tuple[str, ...]) -> str:
    first, *rest = cells
    return (f"{first:<4}" + "".join(f"{cell:<22}" for cell in rest)).rstrip() + "\n"


def _fixed(static: StaticTranslation) -> tuple[str, ...]:
    if static.protocol is None or static.port is None:
        return ("---", str(static.outside), str(static.inside), "---", "---")
    inside = f"{static.inside}:{static.inside_port or static.port}"
    return (protocol_word(static.protocol), f"{static.outside}:{static.port}", inside, "---", "---")


def _entry(entry: TranslationStatus) -> tuple[str, ...]:
    remote = f"{entry.remote}:{entry.remote_port}"
    outside, inside = f"{entry.outside}:{entry.outside_port}", f"{entry.inside}:{entry.inside_port}"
    return (protocol_word(entry.protocol), outside, inside, remote, remote)
