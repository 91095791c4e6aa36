"""Translation of addresses and ports: what becomes of packets that leave by an interface, and of answers."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from kakehashi.model.source import Source

ICMP, TCP, UDP, ESP = 1, 6, 17, 50
PortRange = tuple[int, int]  # both ends included


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticTranslation:
    """What arrives unasked from outside, and where it goes.

    `protocol` None is any (then there are no ports), 17 is UDP; `port`: to which it is addressed, None is
    any. `inside`: the host, or the network one to one, that it is for; None is the device itself.
    `inside_port`: None is the same. `outside`: to which address; None is the interface's.
    `reversed`: what `inside` sends, in turn, leaves as `outside`; else only the answers do.
    """

    protocol: int | None = None
    port: int | None = None
    last_port: int | None = None
    inside: IPv4Address | IPv4Network | None = None
    inside_port: int | None = None
    outside: IPv4Address | IPv4Network | None = None
    reversed: bool = False
    name: str = field(default="", compare=False)
    source: Source | None = field(default=None, compare=False)

    @property
    def ports(self) -> PortRange | None:
        """The ports to which it is addressed."""
        return None if self.port is None else (self.port, self.last_port or self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTranslation:
    """Whose sources become something else: those of an access list, None is all.

    `pool`: the first and the last address that they become, None is the interface's own. `ports`: many
    sources share an address, with other ports; else each has one for itself.
    """

    access_list: str | None = None
    pool: tuple[IPv4Address, IPv4Address] | None = None
    ports: bool = True
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """After how many seconds without a packet a translation is forgotten; None is the host's own value.

    `tcp_opening`: until the connection stands; `tcp_closing`: after FIN or RST.
    """

    tcp: int | None = None
    tcp_opening: int | None = None
    tcp_closing: int | None = None
    udp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How an interface translates; the first of `sources` that takes a packet decides, then it is untouched.

    `inside`: only what came in by one of these interfaces; None is by any, and what the device itself sends
    with another address than the interface's. `closed`: what arrives unasked, for the device or for others,
    is dropped, unless an entry of `static` takes it. `hairpinning`: the entries of `static` count for what
    the inside sends to the outside address too.
    """

    sources: tuple[SourceTranslation, ...] = ()
    static: tuple[StaticTranslation, ...] = ()
    inside: tuple[str, ...] | None = None
    closed: bool = False
    hairpinning: bool = False
    timeouts: Timeouts = Timeouts()
    source: Source | None = field(default=None, compare=False)
