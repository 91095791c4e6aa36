"""The nouns of a plan: namespaces, links, routes, gateways, probes."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from kakehashi.check.pair import End, Pair
from kakehashi.lab.device import Device
from kakehashi.lab.routing import Topology
from kakehashi.lab.translation import Translation
from kakehashi.model.address import IPAddress, IPInterface, IPNetwork

INTERNET = "internet"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEnd:
    """One end of a link. `addresses` are set by the lab; a gateway sets its own.

    `answers_for`: IPv6 addresses beyond, for which it answers neighbour solicitations (proxy NDP, RFC 4389).
    `bridge`: it is a port of that one, which has the addresses.
    """

    namespace: str
    interface: str
    addresses: tuple[IPInterface, ...] = ()
    answers_for: tuple[IPAddress, ...] = ()
    bridge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable between two namespaces; `name` is unique, and that of its capture."""

    name: str
    a: LinkEnd
    b: LinkEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRoute:
    """A route of a namespace. Without `via` the destination is on the link."""

    namespace: str
    destination: IPNetwork
    interface: str
    via: IPAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWay:
    """What came to a host by `port` of its LAN is answered through `router`, whatever the default route."""

    namespace: str
    bridge: str
    port: str
    router: IPAddress
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """An address that the lab gives by DHCP for `seconds`, to whoever is at the other end of the link."""

    namespace: str
    interface: str
    address: IPv4Interface
    router: IPv4Address
    seconds: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPlan:
    """One gateway process: the completed configuration and `interfaces`, the device's names to the host's."""

    device: Device
    text: str
    interfaces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Traffic that must pass: from a host to a host. `by`: the tunnels on its way."""

    source: str
    destination: str
    source_namespace: str
    destination_namespace: str
    source_address: IPAddress
    destination_address: IPAddress
    by: tuple[End, ...]

    @property
    def version(self) -> int:
        """The IP version."""
        return self.destination_address.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A laptop that dials in to the server at `tunnel` of a device, by its public `address`, as `user`, and
    asks `hosts` of its LAN. `address` None: it cannot be reached from outside.
    """

    device: str
    tunnel: str
    user: str
    address: IPAddress | None
    hosts: tuple[IPAddress, ...]

    def __str__(self) -> str:
        return f"laptop > {self.device} {self.tunnel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything. `quiet`: pairs that no probe passes, such as the second of two redundant tunnels.

    `names`: host names of peers, with their addresses; `name_servers`: where the internet is asked for them,
    none where there are no names. `dials`: who dials in.
    """

    topology: Topology
    namespaces: tuple[str, ...]
    links: tuple[Link, ...]
    routes: tuple[HostRoute, ...]
    translations: tuple[Translation, ...]
    leases: tuple[Leased, ...]
    answer_ways: tuple[AnswerWay, ...]
    gateways: tuple[GatewayPlan, ...]
    probes: tuple[Probe, ...]
    quiet: tuple[Pair, ...]
    names: tuple[tuple[str, IPAddress], ...]
    name_servers: tuple[IPAddress, ...]
    assumed: tuple[str, ...]
    dials: tuple[Dial, ...] = ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The tunnels of the lab."""
        return self.topology.pairing.pairs

    @property
    def devices(self) -> tuple[Device, ...]:
        """The routers of the lab."""
        return tuple(gateway.device for gateway in self.gateways)
