"""What a station asks of its driver, and what it tells, in this order."""

import enum
from dataclasses import dataclass

from kakehashi.model.address import IPAddress, IPNetwork


@dataclass(frozen=True, slots=True)
class Send:
    """Send an NHRP packet over the multipoint tunnel: in GRE with protocol 0x2001, to this NBMA address.

    If IPsec protects the tunnel and there is no SA with that address, one is made and the packet waits.
    """

    packet: bytes
    to: IPAddress


class Origin(enum.Enum):
    """How a peer came to be known."""

    STATIC = "by the configuration"
    REGISTERED = "it has registered"
    RESOLVED = "by asking"
    SERVER = "it is a next hop server"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerKnown:
    """Packets whose next hop in the tunnel is `address` go to `nbma`. Said again when something changes.

    `claimed`: what the peer takes for its own NBMA address; where it is another than `nbma`, there is a NAT
    between, and this is its NAT-OA. `multicast`: copies of multicast packets go to it, too.
    """

    address: IPAddress
    nbma: IPAddress
    claimed: IPAddress
    origin: Origin
    multicast: bool = False


@dataclass(frozen=True, slots=True)
class PeerLost:
    """`address` is at `nbma` no more."""

    address: IPAddress
    nbma: IPAddress
    reason: str


@dataclass(frozen=True, slots=True)
class ShortcutUp:
    """Packets for `destination` have `next_hop` in the tunnel, which PeerKnown has told of: a route.

    Said again with another next hop, it takes the place of the first.
    """

    destination: IPNetwork
    next_hop: IPAddress


@dataclass(frozen=True, slots=True)
class ShortcutDown:
    """They go by the routing table again."""

    destination: IPNetwork
    reason: str


class EventName(enum.StrEnum):
    """What is told besides; the names are stable for machines."""

    SERVER_UP = "nhrp-server-up"
    SERVER_DOWN = "nhrp-server-down"
    REGISTERED = "nhrp-registered"
    REFUSED = "nhrp-refused"
    AUTHENTICATION = "nhrp-authentication"
    LOOP = "nhrp-loop"
    ERROR = "nhrp-error"
    NO_SHORTCUT = "nhrp-no-shortcut"
    BEHIND_NAT = "nhrp-behind-nat"


@dataclass(frozen=True, slots=True)
class Event:
    """Something an operator may want to know, in one sentence; never a secret. `nbma`: whom it is about."""

    name: EventName
    message: str
    nbma: IPAddress


Effect = Send | PeerKnown | PeerLost | ShortcutUp | ShortcutDown | Event
