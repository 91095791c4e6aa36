"""Who may dial in over L2TP (RFC 2661), and what they get: a network server of L2TP and its PPP."""

import enum
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Network

from kakehashi.model.address import IPAddress
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source

NO_LIMIT = 0


class LoginMethod(enum.Enum):
    """How a caller proves who it is."""

    MS_CHAP_V2 = "MS-CHAPv2"  # RFC 2759
    CHAP = "CHAP"  # RFC 1994, MD5
    PAP = "PAP"  # RFC 1334


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A user of the configuration. `address`: the one that this user always gets; None: one of the pool."""

    name: str
    password: Secret
    address: IPv4Address | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusServer:
    """Who is asked about users, and told of sessions (RFC 2865, RFC 2866).

    `timeout`: seconds for an answer; `retries`: how often a request is sent again. Port 0: not asked for
    that.
    """

    address: IPAddress
    secret: Secret
    port: int = 1812
    accounting_port: int = 1813
    timeout: int = 5
    retries: int = 3
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AddressRange:
    """The addresses that are lent to callers, both ends included."""

    first: IPv4Address
    last: IPv4Address

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.last) - int(self.first) + 1

    def __contains__(self, address: IPv4Address) -> bool:
        return self.first <= address <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class PrefixPool:
    """The /64 prefixes of `network`, of which each caller has one to itself."""

    network: IPv6Network

    @property
    def size(self) -> int:
        """How many there are."""
        return int(1 << 64 - self.network.prefixlen)

    def __str__(self) -> str:
        return str(self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class L2tpServer:
    """An L2TP network server at a tunnel interface, whose IPsec policy protects it (NEC V1-15).

    `interface` names the tunnel; what comes otherwise than by its SAs is not answered. `protected` False:
    there is no such tunnel but an interface of that name, and no IPsec; what comes to UDP port 1701 in the
    clear is answered. `methods`: strongest
    first; the first is asked for first. `pool` None: there is none, so nobody but users with an address of
    their own can come in. `lender`: the interface whose address is ours on the links; None is the tunnel's
    own. `dns`: at most two are handed out. `mru`: octets that we take in a frame. `idle`: seconds without a
    packet after which a session ends, 0 is never. `echo`: seconds between LCP Echo-Requests, 0 is never;
    `echo_failures`: how many in a row may stay unanswered. `hello`: seconds of silence before a HELLO of
    L2TP. `secret`: of L2TP's own tunnel authentication, None is without. `host_name`: how we call ourselves.
    `sessions`, `sessions_per_user`: at most so many at a time, 0 is without limit. `local_users`: those of
    `callers` are known; `radius`: who is asked about others, in this order; `accounting`: and told, each
    `interim` seconds anew, 0 is at the begin and at the end alone. `ipv6`: IPV6CP is spoken (RFC 5072);
    `prefixes`: and each caller is told a prefix of its own, None leaves it at link-local addresses.
    """

    interface: str
    methods: tuple[LoginMethod, ...] = (LoginMethod.MS_CHAP_V2, LoginMethod.CHAP)
    callers: tuple[Caller, ...] = ()
    pool: AddressRange | None = None
    lender: str | None = None
    dns: tuple[IPv4Address, ...] = ()
    mru: int = 1400
    idle: int = 0
    echo: int = 30
    echo_failures: int = 4
    hello: int = 60
    secret: Secret | None = None
    host_name: str = ""
    sessions: int = NO_LIMIT
    sessions_per_user: int = NO_LIMIT
    local_users: bool = True
    radius: tuple[RadiusServer, ...] = ()
    accounting: bool = False
    interim: int = 0
    ipv6: bool = False
    prefixes: PrefixPool | None = None
    protected: bool = True
    name: str = field(default="", compare=False)
    source: Source | None = field(default=None, compare=False)
