"""What a PPP link is told to do."""

import enum
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

NO_ADDRESS: Final = IPv4Address("192.0.0.8")  # RFC 7600 section 4.8: of who has no address of its own


class Method(enum.Enum):
    """How a peer proves who it is; strongest first."""

    MS_CHAP_V2 = "MS-CHAPv2"
    CHAP_MD5 = "CHAP-MD5"
    PAP = "PAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Restart timer in seconds and the counters of RFC 1661 section 4.6.

    `echo`: seconds between LCP Echo-Requests, 0 is never; `echo_failures`: unanswered ones that end the link.
    `authentication`: seconds a peer has to prove who it is, the answer of `Users` included.
    """

    restart: float = 3
    max_configure: int = 10
    max_terminate: int = 2
    max_failure: int = 5
    echo: float = 30
    echo_failures: int = 4
    authentication: float = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One side that is dialed.

    `name`: told in a CHAP Challenge. `methods`: allowed, the first is asked for
    first. `attempts`: logins a peer may fail in before the link ends. `mru`: what we receive, octets.
    `address`: ours on the link. `dns`: at most two are handed out. `ipv6`: IPV6CP is spoken.
    """

    name: str = "lns"
    methods: tuple[Method, ...] = (Method.MS_CHAP_V2, Method.CHAP_MD5)
    attempts: int = 3
    mru: int = 1400
    address: IPv4Address = NO_ADDRESS
    dns: tuple[IPv4Address, ...] = ()
    ipv6: bool = False
    timing: Timing = field(default_factory=Timing)
