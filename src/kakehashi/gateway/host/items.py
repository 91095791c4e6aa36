"""One thing each that the gateway wants of its host.

An item is a value: what is wanted, what we have added and what is there are compared as sets.
"""

from dataclasses import dataclass, field

from kakehashi.model.address import IPAddress, IPInterface, IPNetwork

# Marks our routes and rules in the kernel's tables (rtnetlink(7): rtm_protocol above 4 is the user's).
PROTOCOL = 75
Ports = tuple[int, int]
"""The first and the last."""
# The last resort for what a tunnel protects: it wins only where nothing else of the same prefix is left.
LAST_METRIC = 0xFFFFFFF0


@dataclass(frozen=True, slots=True)
class Sysctl:
    """`key` with slashes, below /proc/sys. `acceptable`: other values that need no change."""

    key: str
    value: str
    acceptable: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"setting {self.key} = {self.value}"


@dataclass(frozen=True, slots=True)
class Mtu:
    """The MTU of a tunnel's device."""

    device: str
    mtu: int

    def __str__(self) -> str:
        return f"MTU {self.mtu} of {self.device}"


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The device is administratively up."""

    device: str

    def __str__(self) -> str:
        return f"{self.device} up"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge of our making. It joins its ports and asks nobody: no spanning tree, nobody learns who
    listens to which multicast; and what a bridge of IEEE 802.1D keeps to itself goes on, as far as Linux
    lets it.
    """

    device: str

    def __str__(self) -> str:
        return f"bridge {self.device}"


@dataclass(frozen=True, slots=True)
class BridgePort:
    """The device is a port of the bridge."""

    device: str
    bridge: str

    def __str__(self) -> str:
        return f"{self.device} as a port of {self.bridge}"


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a device."""

    device: str
    address: IPInterface

    def __str__(self) -> str:
        return f"address {self.address} of {self.device}"


@dataclass(frozen=True, slots=True)
class Route:
    """A route; `device` "": unreachable, what follows it is refused. `source`: of our own packets.

    `throw`: what follows it is looked up in the tables that come after this one; `device` is "". `said`: the
    line of the configuration, for a message.
    """

    destination: IPNetwork
    device: str
    next_hop: IPAddress | None = None
    metric: int = 0
    table: int = 254
    source: IPAddress | None = None
    throw: bool = False
    said: str = field(default="", compare=False)

    def __str__(self) -> str:
        if not self.device:
            return f"route {self.destination} {'thrown back' if self.throw else 'unreachable'}"
        via = f" via {self.next_hop}" if self.next_hop else ""
        return f"route {self.destination}{via} dev {self.device} metric {self.metric}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Packets from `source` to `destination` are looked up in `table`; None and 0 leave a field open.

    At least one of the two is there, if only for the IP version. `own`: only packets that this host itself
    sends. `goto`: instead of a table, the priority of the rule that is asked next; `table` is 0.
    """

    source: IPAddress | IPNetwork | None
    destination: IPAddress | IPNetwork | None
    table: int
    priority: int
    protocol: int = 0
    source_ports: Ports | None = None
    own: bool = False
    destination_ports: Ports | None = None
    goto: int = 0

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        end = self.source or self.destination
        return 4 if end is None else end.version

    def __str__(self) -> str:
        ends = f" from {self.source}" if self.source else ""
        if self.destination:
            ends += f" to {self.destination}"
        if self.protocol:
            ends += f" protocol {self.protocol}"
        for side, ports in (("from", self.source_ports), ("to", self.destination_ports)):
            if ports:
                ends += f" {side} ports {ports[0]}-{ports[1]}"
        return f"rule{ends} goto {self.goto}" if self.goto else f"rule{ends} lookup {self.table}"


Item = Bridge | Sysctl | Mtu | LinkUp | BridgePort | Address | Route | Rule
_ORDER: tuple[type, ...] = (Bridge, Sysctl, Mtu, LinkUp, BridgePort, Address, Route, Rule)


def rank(item: Item) -> int:
    """Items are set in this order, and undone in the opposite one.

    What refuses packets comes before all that lets packets through.
    """
    refuses = isinstance(item, Route) and not item.device and not item.throw
    return -1 if refuses else _ORDER.index(type(item))
