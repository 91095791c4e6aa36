"""What an LCCE asks of its driver, and what it tells, in this order."""

from dataclasses import dataclass, field

from kakehashi.l2tp.effects import Carrier, Event, Send
from kakehashi.model.pseudowire import PseudowireSession


@dataclass(frozen=True, slots=True)
class ConnectionUp:
    """A control connection stands."""

    carrier: Carrier
    local_id: int
    remote_id: int
    host_name: str


@dataclass(frozen=True, slots=True)
class ConnectionDown:
    """It is no more, and all its sessions before it."""

    carrier: Carrier
    host_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class WireUp:
    """Frames may pass. `active`: the circuit at the peer's end is (RFC 3931 section 5.4.5)."""

    name: str
    carrier: Carrier
    session: PseudowireSession
    active: bool = True


@dataclass(frozen=True, slots=True)
class WireDown:
    """No more frames pass."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CircuitChanged:
    """The circuit at the peer's end went up or down."""

    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Received:
    """An Ethernet frame has come, without its check sequence."""

    name: str
    frame: bytes = field(repr=False)


Effect = Send | ConnectionUp | ConnectionDown | WireUp | WireDown | CircuitChanged | Received | Event
