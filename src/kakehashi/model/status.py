"""What `show` tells: the state of a running gateway, in plain values, without a vendor's words.

Built by the gateway from the IKE core's snapshot and the data plane's counters; dialects print it.
`remaining` is seconds. Keys are here because the devices show them, for decrypting captures.
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from kakehashi.model.address import IPAddress, IPInterface, IPNetwork, Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.certificate import CertificateStatus, KeyStatus
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.logging import LogStatus
from kakehashi.model.secret import Secret
from kakehashi.model.watch import WatchStatus
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId, PrfId


class Role(enum.Enum):
    """Who began."""

    INITIATOR = "initiator"
    RESPONDER = "responder"


class IkeSaState(enum.Enum):
    """The life of an IKE SA."""

    CONNECTING = "connecting"
    ESTABLISHED = "established"
    REKEYING = "rekeying"
    DELETING = "deleting"


class NatSide(enum.Flag):
    """Which side is behind a NAT, as the NAT_DETECTION hashes say."""

    NONE = 0
    LOCAL = enum.auto()
    REMOTE = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class IkeSaKeys:
    """The keys of an IKE SA (RFC 7296 section 2.14), enough to decrypt a capture."""

    sk_ei: Secret
    sk_er: Secret
    sk_ai: Secret
    sk_ar: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSaStatus:
    """A Child SA as negotiated, and the seconds left to it."""

    sa: ChildSa
    remaining: float
    key_exchange: KeyExchangeId = KeyExchangeId.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class IkeSaStatus:
    """One IKE SA. Algorithms and keys are None until agreed; `tunnel` is "" until the peer is known."""

    tunnel: str
    spi_i: bytes
    spi_r: bytes
    serial: int
    role: Role
    state: IkeSaState
    path: Path
    local_identity: Identity | None
    peer_identity: Identity | None
    next_request_id: int
    expected_request_id: int
    remaining: float
    cipher: Cipher | None = None
    integrity: IntegrityId = IntegrityId.NONE
    prf: PrfId | None = None
    key_exchange: KeyExchangeId = KeyExchangeId.NONE
    keys: IkeSaKeys | None = None
    nat: NatSide = NatSide.NONE
    nat_keepalive: int | None = None
    dpd_interval: int | None = None
    children: tuple[ChildSaStatus, ...] = ()


class NatMethod(enum.Enum):
    """Which NAT traversal of IKEv1 both sides chose (NT-01)."""

    NONE = "none"
    DRAFT_02 = "draft-ietf-ipsec-nat-t-ike-02"
    DRAFT_02_N = "draft-ietf-ipsec-nat-t-ike-02\\n"
    DRAFT_03 = "draft-ietf-ipsec-nat-t-ike-03"
    RFC_3947 = "RFC3947"


class Phase1Step(enum.Enum):
    """How far phase 1 has come: which message of its exchange was the last."""

    NO_STATE = "nothing agreed"  # main mode: message 1 sent; aggressive mode: message 1 sent
    SA_SETUP = "proposal agreed"  # main mode: messages 1 and 2
    KEY_EXCHANGE = "keys exchanged"  # main mode: messages 3 and 4
    KEY_AUTHENTICATION = "authenticating"  # main mode: message 5 sent
    ESTABLISHED = "established"


@dataclass(frozen=True, slots=True, kw_only=True)
class IsakmpSaStatus:
    """One ISAKMP SA of IKEv1. Algorithms and keys are None until agreed; `peer` names its `Ikev1Peer`.

    `encryption_key` and the initiator's cookie are what Wireshark wants.
    """

    peer: str
    initiator_cookie: bytes
    responder_cookie: bytes
    serial: int
    role: Role
    mode: ExchangeMode
    state: IkeSaState
    step: Phase1Step
    path: Path
    local_identity: Identity | None
    peer_identity: Identity | None
    remaining: float
    lifetime: int = 0
    cipher: Cipher | None = None
    hash: HashAlgorithm | None = None
    group: KeyExchangeId = KeyExchangeId.NONE
    authentication: AuthenticationMethod | None = None
    encryption_key: Secret | None = None
    nat: NatSide = NatSide.NONE
    nat_method: NatMethod = NatMethod.NONE
    nat_keepalive: int | None = None
    dpd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecSaStatus:
    """A pair of IPsec SAs that quick mode made; it may outlive the ISAKMP SA that it came of.

    `isakmp_serial`: of the ISAKMP SA that made it. `kilobytes` None is without limit; how many are used
    the data plane's counters know.
    """

    sa: ChildSa
    role: Role
    isakmp_serial: int
    remaining: float
    lifetime: int
    kilobytes: int | None = None
    pfs: KeyExchangeId = KeyExchangeId.NONE


@dataclass(frozen=True, slots=True)
class OutboundCounters:
    """Packets of one tunnel on their way out, by what became of them (V2-51).

    Of those in `misc_error`, for which the devices have no more words: `malformed` contradict themselves or
    what the host said of them, `bad_fragment` overlap others of their datagram, `too_large` exceed the
    tunnel's MTU and must not be fragmented.
    """

    packets: int = 0
    octets: int = 0
    cipher_failure: int = 0
    out_of_memory: int = 0
    ts_unacceptable: int = 0
    misc_error: int = 0
    malformed: int = 0
    bad_fragment: int = 0
    too_large: int = 0


@dataclass(frozen=True, slots=True)
class InboundCounters:
    """Packets of one tunnel on their way in, by what became of them (V2-51).

    Of those in `misc_error`: `malformed` and `bad_fragment` as outbound; `congestion`, marked by the path and
    of a sender that would not understand (RFC 6040 section 4.2).
    """

    packets: int = 0
    octets: int = 0
    invalid_sa: int = 0
    replay_detected: int = 0
    integrity_failure: int = 0
    cipher_failure: int = 0
    packet_truncated: int = 0
    invalid_padding: int = 0
    unknown_protocol: int = 0
    out_of_memory: int = 0
    ts_unacceptable: int = 0
    misc_error: int = 0
    malformed: int = 0
    bad_fragment: int = 0
    congestion: int = 0

    @property
    def dropped(self) -> int:
        """Packets that went no further, whatever for."""
        return (
            self.invalid_sa
            + self.replay_detected
            + self.integrity_failure
            + self.cipher_failure
            + self.packet_truncated
            + self.invalid_padding
            + self.unknown_protocol
            + self.out_of_memory
            + self.ts_unacceptable
            + self.misc_error
        )


CLEARED = "cleared by the operator"  # the reason of an SA that `clear` deleted


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An SA was made, or the last one went: `event` is "Create" or "Delete", `reason` why it went."""

    time: datetime
    event: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureStatus:
    """How a negotiation failed last: its event (docs/logs.md), and when. `field`, `offered`, `allowed` are ""
    where nothing was compared.
    """

    time: datetime
    stage: str
    cause: str
    message: str
    field: str = ""
    offered: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelStatus:
    """One tunnel. `down_reason` says in one sentence why the interface is not up, "" if it is.

    `mtu`: octets of the largest packet of its users that needs no fragments; `path_mtu`: of the largest that
    the way to the peer takes, as far as is known.
    """

    name: str
    up: bool
    host_interface: str = ""
    mtu: int | None = None
    path_mtu: int | None = None
    down_reason: str = ""
    last_failure: str = ""
    failure: FailureStatus | None = None
    outbound: OutboundCounters = field(default_factory=OutboundCounters)
    inbound: InboundCounters = field(default_factory=InboundCounters)
    history: tuple[HistoryEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a pair of ESP SAs has carried; octets are those of the packets inside."""

    packets_in: int = 0
    octets_in: int = 0
    packets_out: int = 0
    octets_out: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """What has gone through a device of the host, in one direction."""

    packets: int = 0
    octets: int = 0
    errors: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceStatus:
    """An interface of the configuration, as the host's device has it; of a tunnel `TunnelStatus` tells more.

    `up`: it carries packets; a tunnel as it is judged. `mtu`, octets, is None without a device. `mac` is ""
    where there is none. `addresses`: those of the lender, if it borrows one; `method`: where they come from,
    "manual", "DHCP" or "unset".
    """

    name: str
    device: str = ""
    enabled: bool = True
    up: bool = False
    mtu: int | None = None
    mac: str = ""
    addresses: tuple[IPInterface, ...] = ()
    method: str = "unset"
    received: Passed = field(default_factory=Passed)
    sent: Passed = field(default_factory=Passed)


@dataclass(frozen=True, slots=True)
class NeighbourStatus:
    """Which hardware address an address on a link has."""

    interface: str
    address: IPAddress
    mac: str


class RouteOrigin(enum.Enum):
    """Who says that there is a route."""

    STATIC = "static"  # a line of the configuration
    CONNECTED = "connected"  # an interface of the configuration, by its address
    DHCP = "DHCP"
    HOST = "host"  # the host that we run on: nothing in the configuration


DISCARDED = "discard"  # where a route leads that throws away what follows it


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatus:
    """One route, and whether it is in the host's table now.

    `via`: the interface and the next hop, as far as they are set, or DISCARDED. `reason`: why a route of the
    configuration is not in the table, in one sentence, "" if it is.
    """

    destination: str
    via: str
    active: bool
    metric: int = 1
    origin: RouteOrigin = RouteOrigin.STATIC
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameStatus:
    """A host name that a peer is known by, and where it led when it was looked up last.

    `age`: seconds since the answer, None where there has been none; `remaining`: of the time for which it is
    good; `next_look`: seconds until the name is looked up again. `used`: which of the addresses the tunnels
    that know the peer by this name turn to. `server`: who answered; `failure`: why the last look found
    nothing.
    """

    name: str
    addresses: tuple[IPAddress, ...] = ()
    used: tuple[IPAddress, ...] = ()
    server: str = ""
    age: float | None = None
    remaining: float = 0
    next_look: float = 0
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationStatus:
    """One conversation that an interface translates. `remaining`: seconds after which it is forgotten
    where no packet comes. Ports are 0 where there are none; ICMP has its identifier there.
    """

    interface: str
    protocol: int
    inside: IPAddress
    inside_port: int
    outside: IPAddress
    outside_port: int
    remote: IPAddress
    remote_port: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class L2tpTunnelStatus:
    """One L2TP tunnel that people have dialed in by. `interface`: the server's; IDs are ours and the peer's;
    `age`: seconds since it stands.
    """

    interface: str
    tunnel_id: int
    peer_tunnel_id: int
    host_name: str
    remote: SocketAddress
    age: float
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStatus:
    """One session of somebody who has dialed in. `user` is "" before the login; `address` None before IPCP.

    `link_local`: its IPv6 address on the link, None before IPV6CP; `prefix`: the one that it alone is told.
    `idle`: seconds since an IP packet passed, `age` since it began; counters are of IP packets.
    """

    interface: str
    tunnel_id: int
    session_id: int
    peer_tunnel_id: int
    peer_session_id: int
    host_name: str
    remote: SocketAddress
    user: str
    method: str
    address: IPAddress | None
    mtu: int
    age: float
    idle: float
    inbound_packets: int = 0
    inbound_octets: int = 0
    outbound_packets: int = 0
    outbound_octets: int = 0
    link_local: IPAddress | None = None
    prefix: IPNetwork | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHopStatus:
    """One entry of NHRP's cache: packets for `network` go to `next_hop` in the tunnel, which is at `nbma`.

    `claimed`: what the peer takes for its own NBMA address, another one if there is a NAT between. `origin`:
    how it came to be known, as `nhrp.effects.Origin` says. `age`: seconds since; `expires`: seconds until it
    counts no more, None is never. `reached`: an SA with it stands. `failure`: of the last negotiation
    with one that has none.
    """

    interface: str
    network: IPNetwork
    next_hop: IPAddress
    nbma: IPAddress
    claimed: IPAddress
    origin: str
    age: float
    expires: float | None = None
    unique: bool = False
    multicast: bool = False
    reached: bool = False
    failure: FailureStatus | None = None

    @property
    def is_shortcut(self) -> bool:
        """Is it more than the peer itself?"""
        return self.network.num_addresses > 1 or self.network.network_address != self.next_hop


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHopServerStatus:
    """A server that an interface registers with; `up`: it has taken the registration."""

    interface: str
    address: IPAddress
    nbma: IPAddress
    up: bool
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class L2tpv3ConnectionStatus:
    """One control connection of L2TPv3. IDs are ours and the peer's; `age`: seconds since it stands."""

    local_id: int
    remote_id: int
    host_name: str
    local: IPAddress
    remote: IPAddress
    age: float
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudowireStatus:
    """One pseudowire of the configuration, by its port. `reason`: why it is down, in one sentence.

    `protected`: a tunnel of IPsec of the same name carries it. `connection`: our ID of the control connection
    that has made the session, 0 without; session IDs are 0 where there is no session, as EtherIP has none.
    `local_cookie`, `remote_cookie`: their octets, for what comes and what is sent. `active`: the circuit at
    the peer's end is up. `age`: seconds since it came up, None while it is down or where its tunnel tells
    that. `idle`: seconds since a frame came. Counters are of frames.
    """

    interface: str
    up: bool
    reason: str
    encapsulation: str
    protected: bool
    host_interface: str
    bridge: str
    local: IPAddress | None
    remote: IPAddress | None
    end_id: str = ""
    connection: int = 0
    local_id: int = 0
    remote_id: int = 0
    local_cookie: int = 0
    remote_cookie: int = 0
    active: bool = True
    age: float | None = None
    idle: float | None = None
    traffic: Traffic = field(default=Traffic())


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole gateway at one moment. `drops` counts packets of no tunnel, by the name of the reason.

    `traffic`: what each pair of ESP SAs has carried, by its inbound SPI.
    `l2tp_drops`: what came to nothing of L2TP, PPP and logins, by the reason; `pseudowire_drops`: of
    pseudowires; `nhrp_drops`: of NHRP.
    `access_matches`: for each access list that filters, how many packets each of its entries has decided
    about.
    """

    hostname: str
    time: datetime
    tunnels: tuple[TunnelStatus, ...] = ()
    ike_sas: tuple[IkeSaStatus, ...] = ()
    isakmp_sas: tuple[IsakmpSaStatus, ...] = ()
    ipsec_sas: tuple[IpsecSaStatus, ...] = ()
    routes: tuple[RouteStatus, ...] = ()
    watches: tuple[WatchStatus, ...] = ()
    half_open: int = 0
    drops: dict[str, int] = field(default_factory=dict)
    access_matches: dict[str, tuple[int, ...]] = field(default_factory=dict)
    translations: tuple[TranslationStatus, ...] = ()
    names: tuple[NameStatus, ...] = ()
    traffic: dict[int, Traffic] = field(default_factory=dict)
    interfaces: tuple[InterfaceStatus, ...] = ()
    neighbours: tuple[NeighbourStatus, ...] = ()
    certificates: tuple[CertificateStatus, ...] = ()
    keys: tuple[KeyStatus, ...] = ()
    log: LogStatus = field(default=LogStatus())
    l2tp_tunnels: tuple[L2tpTunnelStatus, ...] = ()
    callers: tuple[CallerStatus, ...] = ()
    l2tp_drops: dict[str, int] = field(default_factory=dict)
    next_hops: tuple[NextHopStatus, ...] = ()
    next_hop_servers: tuple[NextHopServerStatus, ...] = ()
    nhrp_drops: dict[str, int] = field(default_factory=dict)
    pseudowires: tuple[PseudowireStatus, ...] = ()
    l2tpv3_connections: tuple[L2tpv3ConnectionStatus, ...] = ()
    pseudowire_drops: dict[str, int] = field(default_factory=dict)
