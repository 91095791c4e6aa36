"""How a device finds the address of a host that it knows by name."""

from dataclasses import dataclass

from kakehashi.model.address import IPAddress

LOOK_INTERVAL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NameService:
    """What a configuration says of names.

    `servers`: the name servers, asked in this order; none: those of the host. `domains`: what is appended to
    a name without a dot, in this order. `hosts`: names in lower case with their addresses, about which no
    server is asked. `enabled`: may servers be asked at all? `interval`: seconds after which a name is looked
    up again, or sooner where the answer says so; no manual names it (V1-35 says "periodically").
    """

    servers: tuple[IPAddress, ...] = ()
    domains: tuple[str, ...] = ()
    hosts: tuple[tuple[str, tuple[IPAddress, ...]], ...] = ()
    enabled: bool = True
    interval: int = LOOK_INTERVAL
