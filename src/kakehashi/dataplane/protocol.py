"""The data plane's interface. Every method returns at once; what takes time comes back as an event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.policy import DfBit
from kakehashi.model.status import InboundCounters, OutboundCounters, Traffic


@dataclass(frozen=True, slots=True)
class Datagram:
    """An IKE message arrived; the non-ESP marker is already off.

    `path.interface` is told for link-local addresses only, which mean nothing without it.
    """

    data: bytes
    path: Path


@dataclass(frozen=True, slots=True)
class Acquire:
    """A packet for a tunnel without an SA waits for one (V2-09).

    `refused`: there are SAs, and their selectors take no such packet; it waits a while for one that does.
    """

    tunnel: str
    source: IPAddress
    destination: IPAddress
    protocol: int
    source_port: int
    destination_port: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Expire:
    """A Child SA reached `soft_packets` or `soft_bytes`, or its sequence numbers come to an end.

    `hard`: it reached `hard_packets` or `hard_bytes`, and carries nothing any more in that direction.
    """

    spi_in: int
    hard: bool = False


@dataclass(frozen=True, slots=True)
class PeerMoved:
    """An authentic ESP-in-UDP packet came from another address or port than before."""

    spi_in: int
    remote: SocketAddress


@dataclass(frozen=True, slots=True)
class FirstInbound:
    """The first authentic packet of a Child SA arrived: its peer uses it."""

    spi_in: int


@dataclass(frozen=True, slots=True)
class UnknownSpi:
    """`packets` ESP packets came for an SPI that we do not have.

    The first is told at once, those that follow from the same peer together, once a second; of more than a
    hundred SPIs at a time only the first ones.
    """

    spi: int
    path: Path
    packets: int = 1


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """`packets` ESP packets for an SA of ours failed: a wrong ICV, or what it protects makes no sense.

    Told as `UnknownSpi` is. Anybody who sees the SPI can send such packets.
    """

    spi_in: int
    path: Path
    packets: int = 1


@dataclass(frozen=True, slots=True)
class L2tpMessage:
    """A message came for an L2TP server, by an SA of `peer`; `payload` is what UDP carried.

    It is one of control, one of a session that is not installed, or a PPP frame that is no IP packet for the
    server's device: no IP at all, IPv6 with a link-local or link-scope multicast destination, or IP while the
    session has no networks. Of an installed session it comes with the shortest header, without a sequence
    number, which has been looked at. `path`: the ends of the SA, as it was installed or last moved, with the
    UDP ports inside ESP.

    Of one SA no more than some hundred a second are told; others are counted in `l2tp_drops`.
    """

    tunnel: str
    payload: bytes
    path: Path
    peer: str


DataPlaneEvent = (
    Datagram | Acquire | Expire | PeerMoved | FirstInbound | UnknownSpi | Undecryptable | L2tpMessage
)


@dataclass(frozen=True, slots=True)
class Counters:
    """Of one moment. `tunnels`: by tunnel name; `drops`: packets that belong to no tunnel, by reason.

    `l2tp_drops`: what came to nothing in L2TP servers, by reason; they are counted in `tunnels` as well.
    """

    tunnels: Mapping[str, tuple[OutboundCounters, InboundCounters]]
    drops: Mapping[str, int] = field(default_factory=dict)
    l2tp_drops: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activity:
    """When a Child SA last carried an authentic packet: seconds ago, None is never."""

    spi_in: int
    inbound_idle: float | None
    outbound_idle: float | None


@dataclass(frozen=True, slots=True)
class L2tpActivity:
    """What an installed L2TP session has carried: IP packets and their octets, and when the last ones were.

    Seconds ago; None is never. What goes by way of the gateway is not counted.
    """

    tunnel: str
    tunnel_id: int
    session_id: int
    inbound_packets: int
    inbound_octets: int
    outbound_packets: int
    outbound_octets: int
    inbound_idle: float | None
    outbound_idle: float | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the packets of a tunnel may be, and what becomes of those that are larger.

    `mtu`: octets of the largest packet that needs no fragments once it is sealed. A larger one that may be
    fragmented is cut before encryption if `pre_fragment`, after it otherwise; one that may not (DF, IPv6) is
    dropped and its sender told by ICMP, unless `mtu_ignore`. Packets that have an address of the host itself
    as source are always fragmented, before encryption. An SA that is chosen by ports takes no fragments, nor
    does transport mode: there it is done after encryption. `df_bit`: of the outer header, in tunnel mode.
    """

    mtu: int
    pre_fragment: bool = False
    mtu_ignore: bool = False
    df_bit: DfBit = DfBit.COPY


class DataPlane(Protocol):
    """A running data plane: UDP 500 and 4500, ESP, and one TUN device a tunnel.

    A packet that a tunnel's device gives up is encrypted, kept until there is an SA, or dropped and counted;
    it never leaves in the clear. `pre_fragments`: it does so itself, whatever the MTU of the devices.
    """

    pre_fragments: bool

    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""

    def events(self) -> list[DataPlaneEvent]:
        """Take what waits, oldest first, at most some hundred at a time."""

    def send_ike(self, datagram: bytes, path: Path) -> None:
        """Send from `path.local`; on port 4500 with the non-ESP marker. A failure is counted, not raised."""

    def send_nat_keepalive(self, path: Path) -> None:
        """Send the one octet 0xFF of RFC 3948 section 2.3."""

    def add_tunnel(self, name: str, device: str, mtu: int, gre: Gre | None = None) -> None:
        """Make the TUN device `device`, which gives no packet larger than `mtu`. OSError: what is refused.

        `gre`: packets are wrapped in it before ESP, and taken out of it behind; its SAs take all of them.
        """

    def add_l2tp_server(self, name: str, device: str, mtu: int) -> None:
        """Make a tunnel of many peers, who dial in by L2TP under SAs of transport mode for UDP port 1701.

        `ChildSa.peer` tells whose an SA is, "" is the same as `name`; of each peer the one that was to be
        used last sends. Packets of the TUN device `device` go to the session that has their destination in
        its networks, and nobody is asked for an SA. `set_sizes`, `remove_tunnel` and what concerns SAs is as
        for other tunnels. OSError: as `add_tunnel`, and where the data plane does no L2TP.
        """

    def install_session(self, server: str, session: L2tpSession) -> None:
        """IP packets of this session pass without the gateway from now on.

        One that has the same two IDs of ours is replaced; its sequence numbers, counters and times go on. A
        session ought to be installed at SessionUp, without networks where it requires sequence numbers, which
        are then counted here; a data message by `send_l2tp` gets its number here too. Where two have the same
        address, it is the later one's. ValueError: such networks or numbers cannot be.
        """

    def remove_session(self, server: str, tunnel_id: int, session_id: int) -> None:
        """By our IDs. What comes for it is told by `L2tpMessage` again. Unknown ones are ignored."""

    def send_l2tp(self, server: str, payload: bytes, path: Path, peer: str) -> None:
        """Send a message from port 1701 to the port of `path.remote`, by the SA of `peer` that sends.

        A failure, such as that there is no SA, is counted, not raised.
        """

    def l2tp_sessions(self) -> list[L2tpActivity]:
        """The use of each installed session."""

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        """Packets of the tunnel are judged by `sizes` from now on; before, all that its device gives fit."""

    def set_own_addresses(self, addresses: Collection[IPAddress]) -> None:
        """The addresses of the host itself."""

    def remove_tunnel(self, name: str) -> None:
        """Close the device; SAs of the tunnel go with it."""

    def install(self, sa: ChildSa, use_outbound: bool) -> None:
        """See `ike.effects.InstallChildSa`. ValueError where an algorithm is unknown to the data plane."""

    def use_outbound(self, tunnel: str, spi_in: int) -> None:
        """See `ike.effects.UseOutbound`. Packets that waited are sent."""

    def move(self, spi_in: int, path: Path, udp_encapsulation: bool) -> None:
        """See `ike.effects.MoveChildSa`."""

    def remove(self, spi_in: int) -> None:
        """See `ike.effects.RemoveChildSa`. Unknown SPIs are ignored."""

    def discard_waiting(self, tunnel: str) -> None:
        """The negotiation failed: packets that wait are dropped and counted; the next one acquires again."""

    def counters(self) -> Counters:
        """Counters since the start."""

    def activity(self) -> list[Activity]:
        """The last use of each Child SA."""

    def traffic(self) -> Mapping[int, Traffic]:
        """What each Child SA has carried, by its inbound SPI."""

    def means(self) -> Mapping[str, str]:
        """What packets are worked on with, of what the host and its processor have. For people to read."""

    def close(self) -> None:
        """Stop the threads, close devices and sockets, wipe the keys."""
