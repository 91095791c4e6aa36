"""The lines of a configuration, collected by their sections while the parts of a gateway are written."""

from dataclasses import dataclass, field

from kakehashi.dialects.rendering import Losses, Names
from kakehashi.model.access_list import AccessList
from kakehashi.model.gateway import Gateway


@dataclass(slots=True)
class Book:
    """What is written so far. `on_interface`: lines of interface blocks, by the interface's name."""

    gateway: Gateway
    losses: Losses
    pki: list[str] = field(default_factory=list)
    phase1: list[str] = field(default_factory=list)
    ikev2: list[str] = field(default_factory=list)
    ipsec: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    dynamic_maps: list[str] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)
    nat: list[str] = field(default_factory=list)
    on_interface: dict[str, list[str]] = field(default_factory=dict)
    lists: list[AccessList] = field(default_factory=list)
    sets: dict[tuple[object, ...], str] = field(default_factory=dict)
    names: dict[str, Names] = field(default_factory=dict)

    def name(self, kind: str, wanted: str, otherwise: str) -> str:
        """A name of its own for a thing of that kind."""
        return self.names.setdefault(kind, Names()).of(wanted, otherwise)

    def put_on(self, interface: str, *lines: str) -> None:
        """Lines of an interface block, each once."""
        block = self.on_interface.setdefault(interface, [])
        block += [line for line in lines if line not in block]
