"""An interface with many peers: where packets for each next hop go is configured, or asked for (RFC 2332)."""

from dataclasses import dataclass, field

from kakehashi.model.address import Hostname, IPAddress, PeerAddress
from kakehashi.model.gre import Gre
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source

HOLDING_TIME = 7200  # seconds, where nobody says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHopServer:
    """Whom we register with, and ask. `address`: in the tunnel, None where its answer tells; `nbma`: below
    it, None if nothing says where. `priority`: the smallest is asked first.
    """

    address: IPAddress | None
    nbma: PeerAddress | None = None
    multicast: bool = False
    priority: int = 0
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHop:
    """A peer that the configuration names: its address in the tunnel, and the one that it is reached at."""

    address: IPAddress
    nbma: IPAddress
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nhrp:
    """NHRP for one version of IP in the tunnel.

    `network_id`: interfaces with the same belong together, as far as redirects go; no peer hears of it.
    `multicast`: NBMA addresses that get a copy of multicast packets; `multicast_dynamic`: all who register
    do. `holding_time`: seconds that others may believe what we say; `registration`: between registrations,
    None is a third of that. `unique`: nobody else may register our address. `redirect`: senders hear of
    shorter ways; `shortcut`: we take them.
    """

    version: int
    network_id: int
    authentication: Secret | None = None
    servers: tuple[NextHopServer, ...] = ()
    next_hops: tuple[NextHop, ...] = ()
    multicast: tuple[IPAddress, ...] = ()
    multicast_dynamic: bool = False
    holding_time: int = HOLDING_TIME
    registration: int | None = None
    unique: bool = True
    redirect: bool = False
    shortcut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipoint:
    """A multipoint interface. `interface` names it in `Gateway.interfaces`.

    `gre`: the header of its packets; None: they are in IPsec's tunnel mode, without GRE.
    `source_address`: our end's address, or the name of the interface that has it; None: by the route.
    `protected`: IPsec protects it. `nhrp`: for each version of IP that has it. `endpoints`: the peers where
    nobody asks for any: all are written down, and all get multicast packets.
    """

    interface: str
    enabled: bool
    gre: Gre | None = None
    source_address: IPAddress | str | None = None
    protected: bool = False
    nhrp: tuple[Nhrp, ...] = ()
    endpoints: tuple[NextHop, ...] = ()
    source: Source | None = field(default=None, compare=False)

    def nhrp_of(self, version: int) -> Nhrp | None:
        """The NHRP of one version of IP in the tunnel, or None."""
        return next((n for n in self.nhrp if n.version == version), None)

    @property
    def names(self) -> tuple[Hostname, ...]:
        """The host names that next hop servers are known by, each once."""
        known = (server.nbma for nhrp in self.nhrp for server in nhrp.servers)
        return tuple(dict.fromkeys(host for host in known if isinstance(host, Hostname)))

    @property
    def next_hops(self) -> tuple[NextHop, ...]:
        """Every peer that the configuration names, but for next hop servers."""
        return (*self.endpoints, *(hop for nhrp in self.nhrp for hop in nhrp.next_hops))
