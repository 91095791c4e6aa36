"""What `show` tells: the state of a running gateway, in plain values, without a vendor's words.

Built by the gateway from the IKE core's snapshot and the data plane's counters; dialects print it.
`remaining` is seconds. Keys are here because the devices show them, for decrypting captures.
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from kakehashi.model.address import Path
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.identity import Identity
from kakehashi.model.secret import Secret
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


@dataclass(frozen=True, slots=True)
class OutboundCounters:
    """Packets of one tunnel on their way out, by what became of them (V2-51)."""

    packets: int = 0
    octets: int = 0
    cipher_failure: int = 0
    out_of_memory: int = 0
    ts_unacceptable: int = 0
    misc_error: int = 0


@dataclass(frozen=True, slots=True)
class InboundCounters:
    """Packets of one tunnel on their way in, by what became of them (V2-51)."""

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


CLEARED = "cleared by the operator"  # the reason of an SA that `clear` deleted


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An SA was made, or the last one went: `event` is "Create" or "Delete", `reason` why it went."""

    time: datetime
    event: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelStatus:
    """One tunnel. `down_reason` says in one sentence why the interface is not up, "" if it is."""

    name: str
    up: bool
    host_interface: str = ""
    mtu: int | None = None
    down_reason: str = ""
    last_failure: str = ""
    outbound: OutboundCounters = field(default_factory=OutboundCounters)
    inbound: InboundCounters = field(default_factory=InboundCounters)
    history: tuple[HistoryEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatus:
    """One route of the configuration, and whether it is in the host's table now."""

    destination: str
    via: str
    active: bool
    metric: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole gateway at one moment. `drops` counts packets of no tunnel, by the name of the reason."""

    hostname: str
    time: datetime
    tunnels: tuple[TunnelStatus, ...] = ()
    ike_sas: tuple[IkeSaStatus, ...] = ()
    routes: tuple[RouteStatus, ...] = ()
    half_open: int = 0
    drops: dict[str, int] = field(default_factory=dict)
