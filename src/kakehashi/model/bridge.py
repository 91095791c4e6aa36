"""A bridge: ports that are one LAN."""

from dataclasses import dataclass, field

from kakehashi.model.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """`ports`: interfaces of the router, in the order of the configuration; a pseudowire that names the
    bridge is one of its ports besides. `interface`: the router's own end of that LAN, "" where it has none.
    """

    name: str
    ports: tuple[str, ...] = ()
    interface: str = ""
    source: Source | None = field(default=None, compare=False)
