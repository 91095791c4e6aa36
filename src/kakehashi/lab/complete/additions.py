"""Lines that a configuration needs to stand in a lab, without a vendor's words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kakehashi.model.address import IPInterface
from kakehashi.model.gateway import Route
from kakehashi.model.ikev1 import Phase1Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceAddress:
    """`interface` gets `address` and is switched on."""

    interface: str
    address: IPInterface


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnumbered:
    """The tunnel interface `tunnel` carries `version` (4 or 6), and borrows the address of `interface`."""

    tunnel: str
    interface: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IkeProposal:
    """What the configuration calls `name` and nowhere defines."""

    name: str
    proposal: Phase1Proposal


Addition = InterfaceAddress | Unnumbered | Route | IkeProposal


@dataclass(frozen=True, slots=True)
class Additions:
    """Everything that is added to one file, in the order in which it is written."""

    items: tuple[Addition, ...] = ()

    def __iter__(self) -> Iterator[Addition]:
        return iter(self.items)

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes among them."""
        return tuple(item for item in self.items if isinstance(item, Route))


class Completer(Protocol):
    """How one dialect is completed. `physical`: interfaces that every device has, the usual WAN first."""

    @property
    def dialect(self) -> str:
        """The `Gateway.dialect` it completes."""

    @property
    def physical(self) -> tuple[str, ...]:
        """Names of physical interfaces."""

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """The configuration lines of `additions`; none for none."""


def written(
    additions: Additions,
    device_wide: Iterable[str],
    address: Callable[[InterfaceAddress], Iterable[str]],
    indent: str = " ",
) -> tuple[str, ...]:
    """The lines of `additions`. `device_wide`: those that stand at the margin; `address`: those that give an
    interface its address and switch it on.

    Global commands come first: a command inside an interface's block would end that block.
    """
    blocks: dict[str, dict[str, None]] = {}
    for item in additions:
        match item:
            case InterfaceAddress():
                blocks.setdefault(item.interface, {}).update(dict.fromkeys(address(item)))
            case Unnumbered():
                # A tunnel that is shut down stays so: that is a fault of the file, not something left out.
                family = "ip" if item.version == 4 else "ipv6"
                blocks.setdefault(item.tunnel, {})[f"{family} unnumbered {item.interface}"] = None
    interfaces = [
        line
        for name, body in blocks.items()
        for line in ("!", f"interface {name}", *(f"{indent}{command}" for command in body))
    ]
    lines = (*device_wide, *interfaces)
    return ("!", "! the rest is assumed by kakehashi lab", *lines) if lines else ()
