"""What the host looks like at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kakehashi.model.address import IPAddress, IPInterface, IPNetwork

MAIN_TABLE = 254
Ends = tuple[IPAddress, IPAddress]
"""From one of our addresses to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A network device. `running`: it is up, and so is its other end. `mac` is "" without one;
    `master`: the bridge that it is a port of, "" for none.
    """

    index: int
    name: str
    admin_up: bool
    running: bool
    mtu: int
    addresses: tuple[IPInterface, ...] = ()
    mac: str = ""
    master: str = ""

    def address(self, version: int) -> IPAddress | None:
        """The first address of the IP version; link-local ones do not count."""
        return next((a.ip for a in self.addresses if a.version == version and not a.ip.is_link_local), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRoute:
    """A route of the host. `device` is "" where it has several or none; `kind` is the kernel's route type."""

    destination: IPNetwork
    next_hop: IPAddress | None
    device: str
    metric: int
    table: int
    kind: str = "unicast"
    protocol: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """A rule of policy routing, as far as ours go.

    `own`: of packets that this host itself sends. `is_ours`: a gateway has made it. `is_particular`: it asks
    for more than these fields say, or does something else than look up in `table`.
    """

    version: int
    priority: int
    table: int
    source: IPNetwork | None
    destination: IPNetwork | None
    protocol: int = 0
    source_ports: tuple[int, int] | None = None
    destination_ports: tuple[int, int] | None = None
    own: bool = False
    goto: int = 0
    is_ours: bool = False
    is_particular: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """How the kernel would send to an address. `source` is the address that it would choose."""

    device: str
    source: IPAddress
    next_hop: IPAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`lookups` holds the addresses that were asked for and have a route, `path_mtus` what the kernel knows
    of the way from one address to another: octets of the largest packet. `route_mtus`: as far as a route
    says so that somebody has made, not what the kernel has learned.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    routes: tuple[HostRoute, ...] = ()
    rules: tuple[HostRule, ...] = ()
    lookups: Mapping[IPAddress, Lookup] = field(default_factory=dict)
    path_mtus: Mapping[Ends, int] = field(default_factory=dict)
    route_mtus: Mapping[Ends, int] = field(default_factory=dict)

    def has_address(self, address: IPAddress) -> bool:
        """Is it an address of this host?"""
        return any(address == a.ip for link in self.links.values() for a in link.addresses)

    def main_routes(self) -> Iterable[HostRoute]:
        """The routes of the main table that lead somewhere."""
        return (r for r in self.routes if r.table == MAIN_TABLE and r.kind == "unicast")

    def main_lookup(self, address: IPAddress) -> Lookup | None:
        """How the main table alone leads to the address."""
        routes = [r for r in self.main_routes() if r.device and address in r.destination]
        if not routes:
            return None
        best = min(routes, key=lambda r: (-r.destination.prefixlen, r.metric))
        link = self.links.get(best.device)
        if link is None:
            return None
        hop = best.next_hop or address
        near = [a.ip for a in link.addresses if a.version == hop.version and hop in a.network]
        source = near[0] if near else link.address(address.version)
        return Lookup(best.device, source, best.next_hop) if source else None

    def default_next_hop(self, device: str, version: int) -> IPAddress | None:
        """The next hop of the device's own default route, the one of the smallest metric."""
        defaults = [
            r
            for r in self.main_routes()
            if r.device == device and r.destination.version == version and r.destination.prefixlen == 0
        ]
        return min(defaults, key=lambda r: r.metric).next_hop if defaults else None

    def next_hop_towards(self, address: IPAddress, device: str) -> IPAddress | None:
        """The next hop of the best route of the main table by `device`; None: on the link, or no route."""
        routes = [r for r in self.main_routes() if r.device == device and address in r.destination]
        best = min(routes, key=lambda r: (-r.destination.prefixlen, r.metric), default=None)
        return best.next_hop if best else None

    def device_towards(self, next_hop: IPAddress) -> str | None:
        """The device on whose subnet the next hop is."""
        connected = [
            (a.network.prefixlen, link.name)
            for link in self.links.values()
            for a in link.addresses
            if link.running and a.version == next_hop.version and next_hop in a.network
        ]
        return max(connected)[1] if connected else None
