"""What a station is told to do, and what its peers may cost."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Way:
    """How the routing table would send packets for an address.

    `network`: the route's own; `next_hop`: in the tunnel, for an address of the tunnel's own network that
    address; None: they leave by another interface, so that the address is behind us.
    """

    network: IPNetwork
    next_hop: IPAddress | None = None


Lookup = Callable[[IPAddress], Way | None]  # None: there is no route


@dataclass(frozen=True, slots=True)
class Mapping:
    """A tunnel address and the NBMA address that it is reached at, by the configuration."""

    address: IPAddress
    nbma: IPAddress
    multicast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds against floods.

    `peers`: entries of the cache; `asked`: destinations that are being asked for at a time; `shortcuts`: that
    stand. `askers`: for each answer, who is told when it counts no more. `packets_per_second`, `burst`: taken
    of one NBMA address; `errors_per_second`: that we complain of; `redirects_per_second`: that we send.
    `redirect_again`: seconds before the same sender is told of the same destination again. `longest`: seconds
    that an answer is believed, however long it says.
    """

    peers: int = 4096
    asked: int = 256
    shortcuts: int = 4096
    askers: int = 64
    packets_per_second: float = 20
    burst: int = 100
    errors_per_second: int = 10
    redirects_per_second: int = 100
    redirect_again: float = 8
    longest: int = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. A request is sent again after `first_wait`, and then after twice as long as before.

    `longest_wait`: of a registration, which is tried for ever; `retries`: of other requests; `down_after`: so
    many registrations without an answer and the server is down. `not_again`: how long a destination that
    nobody could resolve is not asked for.
    """

    first_wait: float = 1
    longest_wait: float = 64
    retries: int = 4
    down_after: int = 3
    not_again: float = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One multipoint interface and one version of IP in it.

    `address`: ours in the tunnel; `nbma`: ours below it. `servers`: next hop servers to register with.
    `holding_time`: seconds that others may believe what we say; `registration`: between two of them, None is
    a third of that. `unique`: nobody else may register our address. `multicast`: who registers gets multicast
    packets. `redirect`: tell senders of shorter ways; `shortcut`: take them. `mtu`: octets, what we say of
    ourselves.
    """

    address: IPAddress
    nbma: IPAddress
    servers: tuple[Mapping, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    authentication: Secret | None = None
    holding_time: int = 7200
    registration: int | None = None
    unique: bool = True
    multicast: bool = False
    redirect: bool = False
    shortcut: bool = False
    mtu: int = 0
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
