"""What the LNS asks of its driver, and what it tells, in this order."""

import enum
from dataclasses import dataclass

from kakehashi.model.address import Path


@dataclass(frozen=True, slots=True)
class Carrier:
    """What carries a tunnel: the UDP path, and the caller's name of the IPsec peer that protects it.

    Clients behind one NAT have the same path, ports too; `peer` tells them apart, and must stay the same
    when SAs are rekeyed. "" is without IPsec.
    """

    path: Path
    peer: str = ""

    def __str__(self) -> str:
        remote = str(self.path.remote)
        return f"{remote} ({self.peer})" if self.peer else remote


@dataclass(frozen=True, slots=True)
class SessionId:
    """One session, by our own IDs: those in the headers of what the peer sends."""

    tunnel: int
    session: int

    def __str__(self) -> str:
        return f"{self.tunnel}/{self.session}"


@dataclass(frozen=True, slots=True)
class Send:
    """Send one UDP payload, from and to port 1701 as `carrier.path` says."""

    datagram: bytes
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class TunnelUp:
    """The control connection stands. `peer_tunnel`: the ID for headers of what we send."""

    tunnel: int
    peer_tunnel: int
    host_name: str
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class TunnelDown:
    """It is no more, and all its sessions before it."""

    tunnel: int
    host_name: str
    carrier: Carrier
    reason: str


@dataclass(frozen=True, slots=True)
class SessionUp:
    """PPP frames may pass. `peer`: its IDs, for the headers of what we send. `sequencing`: every data message
    of ours has to have a sequence number (RFC 2661 section 4.4.6, Sequencing Required).
    """

    id: SessionId
    peer: SessionId
    carrier: Carrier
    sequencing: bool
    calling_number: str


@dataclass(frozen=True, slots=True)
class SessionDown:
    """No more frames pass."""

    id: SessionId
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """A PPP frame has come."""

    id: SessionId
    frame: bytes


class EventName(enum.StrEnum):
    """What is told besides; the names are stable for machines."""

    REFUSED = "l2tp-refused"
    CALL_REFUSED = "l2tp-call-refused"
    MALFORMED = "l2tp-malformed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something an operator may want to know, in one sentence; never a secret."""

    name: EventName
    message: str
    carrier: Carrier


Effect = Send | TunnelUp | TunnelDown | SessionUp | SessionDown | Received | Event
