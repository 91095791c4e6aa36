"""What a rule looks at: one tunnel of one device, with what is known of both ends' addresses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kakehashi.check.configuration import NO_LINES, Lines
from kakehashi.check.device import Device
from kakehashi.check.report import Remark
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Tunnel


@dataclass(frozen=True)
class Subject:
    """`own`: the address that we speak from, `peer`: that of the other end as we see it; None: not known.

    `nat`: is there one between the two? `peer_can_begin`: may the other end begin, as far as is known?
    `is_found`: do the two ends look for each other where they are? `text`: the file, for lines of parameters.
    """

    device: Device
    tunnel: Tunnel
    own: IPAddress | None = None
    peer: IPAddress | None = None
    nat: bool = False
    peer_can_begin: bool = True
    is_found: bool = True
    text: Lines = NO_LINES

    @cached_property
    def wan(self) -> Interface | None:
        """The interface towards the peer."""
        return self.device.wan(self.tunnel, self.peer)

    def line(self, parameter: str, *blocks: Source | None) -> Source | None:
        """The line that says a parameter (a name of the sheet) of this tunnel; None: no line does."""
        said = self.text.said(parameter, *blocks, self.tunnel.source)
        return said.sources[0] if said else None

    @property
    def name(self) -> str:
        """The tunnel, in a sentence."""
        return self.tunnel.interface


Rule = Callable[[Subject], Iterator[Remark]]
RuleOfPairs = Callable[[Subject, Subject], Iterator[Remark]]


def where(*sources: Source | None) -> tuple[Source, ...]:
    """The first of these places that is known."""
    return tuple(source for source in sources if source is not None)[:1]
