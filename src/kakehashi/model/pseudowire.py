"""Ethernet over IP: pseudowires of L2TPv3 (RFC 3931, RFC 4719), and EtherIP (RFC 3378)."""

import enum
from dataclasses import dataclass, field
from typing import Literal

from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source

ETHERNET_HEADER = 14
ETHERIP_PROTOCOL = 97  # of IP (RFC 3378 section 3)
L2TPV3_PROTOCOL = 115  # of IP (RFC 3931 section 4.1.1)
UDP_PORT = 1701
UDP_PROTOCOL = 17
_SESSION_ID = 4
_SUBLAYER = 4
_UDP = 8
_FLAGS = 4  # what stands before the Session ID over UDP (RFC 3931 section 4.1.2.1)
_ETHERIP_HEADER = 2

CookieSize = Literal[0, 4, 8]


class PseudowireType(enum.Enum):
    """What frames a pseudowire carries (RFC 4719 section 2): whole Ethernet, or those of one VLAN."""

    ETHERNET = "Ethernet"
    VLAN = "Ethernet VLAN"


class Transport(enum.Enum):
    """What carries L2TPv3 (RFC 3931 section 4.1)."""

    IP = "IP"
    UDP = "UDP"


class Digest(enum.Enum):
    """How control messages are authenticated (RFC 3931 section 5.4.1)."""

    MD5 = "MD5"
    SHA1 = "SHA-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudowireSession:
    """One L2TPv3 session as a data plane needs it.

    `local_id`, `local_cookie`: in the headers of what comes, unique in the gateway; the cookie is compared in
    constant time. `remote_id`, `remote_cookie`: in those of what we send. Cookies have 0, 4 or 8 octets.
    `local_sublayer`, `remote_sublayer`: has what comes, and what we send, a Default L2-Specific Sublayer
    (RFC 3931 section 4.6)? `sequencing`: what we send has sequence numbers; `ordered`: what comes late by its
    number is dropped.
    """

    local_id: int
    remote_id: int
    local_cookie: bytes = field(default=b"", repr=False)
    remote_cookie: bytes = field(default=b"", repr=False)
    transport: Transport = Transport.IP
    local_sublayer: bool = False
    remote_sublayer: bool = False
    sequencing: bool = False
    ordered: bool = False

    @property
    def overhead(self) -> int:
        """Octets before the inner packet and behind the outer IP header, in what we send."""
        return (
            (_UDP + _FLAGS) * (self.transport is Transport.UDP)
            + _SESSION_ID
            + len(self.remote_cookie)
            + _SUBLAYER * self.remote_sublayer
            + ETHERNET_HEADER
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChannel:
    """How control connections are made and kept.

    `secret`, `digest`: of the Message Digest; without secret there is none. `hidden`: AVPs are hidden by the
    secret. `hello`: seconds of silence before a HELLO, 0 for never. `window`: messages that we take at once.
    `retries`: how often a message is sent again; `first_wait`, `longest_wait`: seconds for an answer.
    `host_name`: ours, "" is that of the router. `begins`: False waits for the peer. `name`: what the
    configuration calls these settings, "" for nothing.
    """

    host_name: str = ""
    secret: Secret | None = None
    digest: Digest = Digest.MD5
    hidden: bool = False
    hello: int = 60
    window: int = 4
    retries: int = 15
    first_wait: float = 1
    longest_wait: float = 8
    begins: bool = True
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class L2tpv3:
    """A pseudowire by L2TPv3.

    `port`: of UDP, at both ends. `static`: what the configuration of both ends fixes, so that nothing is
    negotiated. `control`: how the control connection is made, whose sessions are told apart by `end_id`; None
    where there is none. `cookie_size`: octets of the cookie that we ask for. `sequencing`: numbered frames
    are asked for.
    """

    transport: Transport = Transport.IP
    port: int = UDP_PORT
    type: PseudowireType = PseudowireType.ETHERNET
    end_id: str = ""
    cookie_size: CookieSize = 0
    sequencing: bool = False
    static: PseudowireSession | None = None
    control: ControlChannel | None = None

    @property
    def carried_as(self) -> tuple[int, int]:
        """The protocol of IP, and the port of UDP at both ends, 0 without."""
        return (UDP_PROTOCOL, self.port) if self.transport is Transport.UDP else (L2TPV3_PROTOCOL, 0)

    @property
    def overhead(self) -> int:
        """Octets between the outer IP header and the inner packet. What a peer asks for is guessed."""
        if self.static is not None:
            return self.static.overhead
        cookie = bytes(self.cookie_size)
        guess = PseudowireSession(
            local_id=1,
            remote_id=1,
            remote_cookie=cookie,
            transport=self.transport,
            remote_sublayer=self.sequencing,
        )
        return guess.overhead

    def __str__(self) -> str:
        return f"L2TPv3 over {self.transport.value}"


@dataclass(frozen=True, slots=True)
class EtherIp:
    """A pseudowire by EtherIP: one between two addresses, and nothing to agree upon."""

    @property
    def carried_as(self) -> tuple[int, int]:
        """The protocol of IP, and no port."""
        return ETHERIP_PROTOCOL, 0

    @property
    def overhead(self) -> int:
        """Octets before the inner packet and behind the outer IP header."""
        return _ETHERIP_HEADER + ETHERNET_HEADER

    def __str__(self) -> str:
        return "EtherIP"


Encapsulation = L2tpv3 | EtherIp


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudowire:
    """A wire between a port of this router and a port of another.

    `interface`: the port: a tunnel interface, or the interface whose frames go to the peer. `bridge`: the
    bridge that it is a port of, "" for none. `peer`: the other end; `source_address`: ours, or the name of
    the interface that has it. `version`: 4 or 6, None as the peer's address says. `protected`: does IPsec
    have to carry it, by the tunnel of the same name? `name`: what the configuration calls its settings.
    """

    interface: str
    peer: PeerAddress
    encapsulation: Encapsulation
    enabled: bool = True
    source_address: IPAddress | str | None = None
    version: int | None = None
    bridge: str = ""
    protected: bool = False
    name: str = field(default="", compare=False)
    source: Source | None = field(default=None, compare=False)
