"""What a link asks of its driver, and what it tells, in this order."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from kakehashi.ppp.users import Login


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Send one PPP frame."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class AskUser:
    """`Users.check` has no verdict yet: `Link.verdict` waits for it."""

    login: Login


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The peer has proved who it is."""

    user: str
    method: str


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """The peer has been told that it may not come in, and why."""

    user: str
    method: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ipv4Up:
    """IPv4 packets may pass. `mtu`: the longest that the peer takes, octets."""

    user: str
    ours: IPv4Address
    peer: IPv4Address
    dns: tuple[IPv4Address, ...]
    mtu: int


@dataclass(frozen=True, slots=True)
class Ipv6Up:
    """IPv6 packets may pass between link-local addresses of these interface identifiers."""

    user: str
    ours: bytes
    peer: bytes
    mtu: int


@dataclass(frozen=True, slots=True)
class NetworkDown:
    """Packets of this IP version pass no more."""

    version: int


@dataclass(frozen=True, slots=True)
class PacketReceived:
    """An IP packet of this version has come."""

    version: int
    packet: bytes


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link is no more; its address is given back."""

    user: str
    reason: str


Effect = (
    SendFrame | AskUser | LoggedIn | LoginRefused | Ipv4Up | Ipv6Up | NetworkDown | PacketReceived | LinkDown
)
