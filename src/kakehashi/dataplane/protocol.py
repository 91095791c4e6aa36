"""The data plane's interface. Every method returns at once; what takes time comes back as an event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from kakehashi.model.address import IPAddress, IPNetwork, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.policy import DfBit
from kakehashi.model.pseudowire import Encapsulation, PseudowireSession
from kakehashi.model.selector import EVERYTHING, TrafficSelector
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
    """`packets` ESP packets came for an SPI that we do not have, or AH packets.

    The first is told at once, those that follow from the same peer together, once a second; of more than a
    hundred SPIs at a time only the first ones.
    """

    spi: int
    path: Path
    packets: int = 1
    in_ah: bool = False


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """`packets` packets for an SA of ours failed: a wrong ICV, or what it protects makes no sense.

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

    Of one SA no more than some hundred a second are told; others are counted in `l2tp_drops`. `peer` is ""
    where there is no IPsec; then those for tunnel 0 are told some tens a second of one address.
    """

    tunnel: str
    payload: bytes
    path: Path
    peer: str


@dataclass(frozen=True, slots=True)
class PeerWanted:
    """A packet for a peer of a tunnel with many waits for an SA with it; again after ten seconds."""

    tunnel: str
    peer: IPAddress


@dataclass(frozen=True, slots=True)
class NextHopWanted:
    """A packet for this address has gone to a next hop that is only the best one known (`Hop.asks`), or to
    none. Of one tunnel some thirty a second are told.
    """

    tunnel: str
    destination: IPAddress


@dataclass(frozen=True, slots=True)
class NhrpMessage:
    """NHRP came in GRE, by an SA with `peer`. Of one SA no more than a hundred a second are told."""

    tunnel: str
    message: bytes
    peer: IPAddress


@dataclass(frozen=True, slots=True)
class Returning:
    """A packet of `peer` has come out of the tunnel whose next hop is another peer of it. Some are told.

    `header`: its first octets.
    """

    tunnel: str
    header: bytes
    peer: IPAddress


@dataclass(frozen=True, slots=True)
class PseudowireMessage:
    """A control message of L2TPv3 came from the peer of the pseudowire `wire`; `payload` is what UDP or IP
    carried.

    Where several pseudowires are between the same addresses it is any of them. Of one peer no more than some
    hundred a second are told; others are counted in `pseudowire_drops`.
    """

    wire: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class KeepaliveReturned:
    """The peer of a GRE tunnel without IPsec has sent back what `send_keepalive` sent."""

    tunnel: str


DataPlaneEvent = (
    Datagram
    | Acquire
    | Expire
    | PeerMoved
    | FirstInbound
    | UnknownSpi
    | Undecryptable
    | L2tpMessage
    | PeerWanted
    | NextHopWanted
    | NhrpMessage
    | Returning
    | PseudowireMessage
    | KeepaliveReturned
)


@dataclass(frozen=True, slots=True)
class Hop:
    """Packets for a network go to the peer at this NBMA address; None: to nobody.

    `asks`: they are told of (`NextHopWanted`), for there may be a better way.
    """

    network: IPNetwork
    peer: IPAddress | None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Counters:
    """Of one moment. `tunnels`: by tunnel name; `drops`: packets that belong to no tunnel, by reason.

    `l2tp_drops`: what came to nothing in L2TP servers, by reason; they are counted in `tunnels` as well.
    `pseudowire_drops`: the same of pseudowires; what no pseudowire is known of is counted here alone.
    """

    tunnels: Mapping[str, tuple[OutboundCounters, InboundCounters]]
    drops: Mapping[str, int] = field(default_factory=dict)
    l2tp_drops: Mapping[str, int] = field(default_factory=dict)
    pseudowire_drops: Mapping[str, int] = field(default_factory=dict)


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
class PseudowireActivity:
    """What a pseudowire without a tunnel has carried: frames and their octets, and when the last ones were.

    Seconds ago; None is never. Control messages are not counted.
    """

    wire: str
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


@dataclass(frozen=True, slots=True)
class BetweenEnds:
    """Which packets a tunnel takes that has those between its own two ends: in transport mode, or GRE.

    The selectors say which protocols and ports; their addresses are of no account. `only_ah`: AH alone may
    protect them.
    """

    local: IPAddress
    remote: IPAddress
    mode: EncapsulationMode
    local_selectors: tuple[TrafficSelector, ...]
    remote_selectors: tuple[TrafficSelector, ...]
    only_ah: bool = False

    @classmethod
    def of_gre(
        cls, local: IPAddress, remote: IPAddress, mode: EncapsulationMode, only_ah: bool = False
    ) -> "BetweenEnds":
        """Of a tunnel whose packets are wrapped in GRE."""
        gre = tuple(replace(everything, protocol=GRE) for everything in EVERYTHING)
        return cls(local, remote, mode, gre, gre, only_ah)


class DataPlane(Protocol):
    """A running data plane: UDP 500 and 4500, ESP, and one TUN device a tunnel.

    A packet that a tunnel's device gives up is encrypted, kept until there is an SA, or dropped and counted;
    it leaves in the clear only where the tunnel was made so. `pre_fragments`: it does so itself, whatever the
    MTU of the devices.
    `learns_path_mtu`: the kernel itself learns what the ways to peers take, from what it knows of the SAs.
    `takes_between_ends`: packets between a tunnel's two ends it takes where they leave, as `set_ends` says;
    otherwise they have to be led into the tunnel's device.
    """

    pre_fragments: bool
    learns_path_mtu: bool
    takes_between_ends: bool

    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""

    def events(self) -> list[DataPlaneEvent]:
        """Take what waits, oldest first, at most some hundred at a time."""

    def send_ike(self, datagram: bytes, path: Path) -> None:
        """Send from `path.local`; on port 4500 with the non-ESP marker. A failure is counted, not raised."""

    def send_nat_keepalive(self, path: Path) -> None:
        """Send the one octet 0xFF of RFC 3948 section 2.3."""

    def add_tunnel(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        """Make the TUN device `device`, which gives no packet larger than `mtu`. OSError: what is refused.

        `gre`: packets are wrapped in it before ESP, and taken out of it behind; its SAs take all of them.
        `plain`: there is no ESP, and never to be; `connect` says between whom they pass.
        """

    def connect(self, tunnel: str, path: Path, peers: Collection[IPAddress] | None = None) -> None:
        """Packets of a plain tunnel pass between the ends of `path` from now on, and between no others.

        GRE in the clear from elsewhere, or with another key, is dropped and counted. Ports mean nothing here.
        A keepalive of the peer's is sent back. Of many peers the remote address is the unspecified one, and
        keepalives are dropped: packets come from `peers` and from nobody else; None: from anywhere.
        ValueError: the tunnel is not plain.
        """

    def disconnect(self, tunnel: str) -> None:
        """Nothing passes any more. Unknown tunnels are ignored."""

    def send_keepalive(self, tunnel: str) -> None:
        """Send the peer of a connected tunnel a packet that it returns; KeepaliveReturned tells of that."""

    def add_l2tp_server(self, name: str, device: str, mtu: int, in_the_clear: bool = False) -> None:
        """Make a tunnel of many peers, who dial in by L2TP under SAs of transport mode for UDP port 1701.

        `ChildSa.peer` tells whose an SA is, "" is the same as `name`; of each peer the one that was to be
        used last sends. Packets of the TUN device `device` go to the session that has their destination in
        its networks, and nobody is asked for an SA. `set_sizes`, `remove_tunnel` and what concerns SAs is as
        for other tunnels. OSError: as `add_tunnel`, and where the data plane does no L2TP.

        `in_the_clear`: there are no SAs; UDP port 1701 of every address is opened, and each session has a
        path. OSError: and where somebody has the port.
        """

    def add_multipoint(
        self, name: str, device: str, mtu: int, gre: Gre | None = None, plain: bool = False
    ) -> None:
        """Make a tunnel of many peers, each known by the address that its SAs end at.

        Which of them gets a packet of the TUN device `device`, `set_next_hops` says; until then nobody. Of
        several SAs with a peer the one that was to be used last sends. Without one packets wait for it. What
        else concerns tunnels is as for others. OSError: as `add_tunnel`, and where the data plane does none.

        `plain`: there are no SAs, and never to be; from `connect` on packets go to any address, and come
        from those that it allows.
        """

    def set_next_hops(
        self, name: str, hops: Collection[Hop], multicast: Collection[IPAddress], tells_returning: bool
    ) -> None:
        """Packets of the tunnel go there from now on, by the longest network; `multicast`: copies of those
        for many go to these peers, as far as
        they have SAs or need none. `tells_returning`: `Returning` is wanted.
        """

    def send_nhrp(self, name: str, peer: IPAddress, message: bytes) -> None:
        """Send NHRP in GRE by the SA with `peer`, or in the clear. A failure, such as no SA, is counted."""

    def discard_for(self, name: str, peer: IPAddress) -> None:
        """The negotiation with `peer` failed: packets that wait for it are dropped and counted."""

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
        """Send a message from port 1701 to the port of `path.remote`, by the SA of `peer` that sends, or as
        it is where the server has no IPsec.

        A failure, such as that there is no SA, is counted, not raised.
        """

    def l2tp_sessions(self) -> list[L2tpActivity]:
        """The use of each installed session."""

    def add_ethernet_tunnel(self, name: str, device: str, mtu: int, wire: Encapsulation) -> None:
        """Make a tunnel of Ethernet frames with the TAP device `device`, whose MTU is `mtu`.

        Frames are put into `wire` before ESP, and taken out of it behind; its SAs take all of them. L2TPv3 is
        static here: ValueError without a session. `set_sizes` says nothing of frames: what is too large once
        it is sealed is fragmented then. OSError: as `add_tunnel`, and where the data plane does not do it.
        """

    def add_pseudowire(self, name: str, device: str, mtu: int, wire: Encapsulation, path: Path) -> None:
        """Make the TAP device of a pseudowire that no tunnel protects, from `path.local` to `path.remote`.

        What EtherIP carries passes at once; of L2TPv3 only the transport and the port count, and no frame
        passes before `install_pseudowire`. Raw sockets, or the UDP port, are taken from the first one on.
        OSError: what is refused.
        """

    def install_pseudowire(self, name: str, session: PseudowireSession) -> None:
        """Frames pass by this session of L2TPv3 from now on, its sequence numbers from the beginning.

        ValueError: there is no such pseudowire, or it is not for such a session.
        """

    def withdraw_pseudowire(self, name: str) -> None:
        """No more frames pass; the device stays."""

    def remove_pseudowire(self, name: str) -> None:
        """Close the device. Unknown ones are ignored."""

    def send_pseudowire(self, name: str, payload: bytes) -> None:
        """Send a control message of L2TPv3 to the peer of the pseudowire. A failure is counted."""

    def pseudowires(self) -> list[PseudowireActivity]:
        """The use of each pseudowire without a tunnel."""

    def set_sizes(self, name: str, sizes: Sizes) -> None:
        """Packets of the tunnel are judged by `sizes` from now on; before, all that its device gives fit."""

    def set_path_mtu(self, local: IPAddress, remote: IPAddress, mtu: int | None) -> None:
        """The way between the two takes packets of `mtu` octets at most; None: what its device takes.

        It holds for all SAs that go this way, for GRE and frames without IPsec, and for those to come. What
        a tunnel's packets then may have, and what becomes of larger ones, is as if `Sizes.mtu` were so much
        less; what is fragmented after encryption, or in the clear, has fragments that fit. Over IPv4 none are
        made for less than 576 octets, which every host takes (RFC 791): where the way takes less, packets
        leave without DF for routers to fragment.
        """

    def set_ends(self, name: str, ends: BetweenEnds) -> None:
        """What `ends` says is protected from now on or dropped; what answers it is, unprotected, dropped."""

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
