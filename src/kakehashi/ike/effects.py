"""What the core asks of its driver, and what it tells.

The driver takes them from `Endpoint.effects()` in order and carries them out in that order.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from kakehashi.model.address import Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.pki.verdict import Fetch


@dataclass(frozen=True, slots=True)
class Send:
    """Send one IKE message. The non-ESP marker of port 4500 (RFC 3948 section 2.2) is the driver's to add."""

    datagram: bytes
    path: Path


@dataclass(frozen=True, slots=True)
class SendNatKeepalive:
    """Send the one octet 0xFF that keeps a NAT's mapping alive (RFC 3948 section 2.3)."""

    path: Path


@dataclass(frozen=True, slots=True)
class InstallChildSa:
    """Accept packets with `sa.spi_in` from now on; send with `sa.spi_out` at once only if `use_outbound`."""

    sa: ChildSa
    use_outbound: bool


@dataclass(frozen=True, slots=True)
class UseOutbound:
    """The tunnel's packets leave by this Child SA from now on (RFC 7296 section 2.8)."""

    tunnel: str
    spi_in: int


@dataclass(frozen=True, slots=True)
class MoveChildSa:
    """The peer was seen at another address or port (RFC 7296 section 2.23)."""

    tunnel: str
    spi_in: int
    path: Path
    udp_encapsulation: bool


@dataclass(frozen=True, slots=True)
class RemoveChildSa:
    """Forget both SAs of the pair."""

    tunnel: str
    spi_in: int
    reason: str


@dataclass(frozen=True, slots=True)
class IsakmpSaChanged:
    """An ISAKMP SA with the IKEv1 peer of this name has come up, or has ended (V1-37)."""

    peer: str


@dataclass(frozen=True, slots=True)
class AskActivity:
    """Soon something is decided by what these pairs of SAs have carried: tell it by `Endpoint.activity`.

    `spis`: their `spi_in`. What is not told counts as no traffic but the first packet from the peer.
    """

    spis: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AddressAssigned:
    """Mode configuration has given an address: to us if `is_ours`, else by us to a remote-access client.

    It is good as long as the two have SAs. `tunnel` is "" where no tunnel names the peer. `dns`: name
    servers; `split`: what the client reaches through the tunnel, empty is everything. `user` has logged in.
    """

    peer: str
    tunnel: str
    path: Path
    address: IPv4Address
    is_ours: bool
    dns: tuple[IPv4Address, ...] = ()
    split: tuple[IPv4Network, ...] = ()
    user: str = ""


@dataclass(frozen=True, slots=True)
class FetchRevocation:
    """A peer's certificate is judged as soon as these are there: tell the keyring what they bring, or that
    they bring nothing, and call `Endpoint.resume`. It may be asked for again while it is under way.
    """

    fetches: tuple[Fetch, ...]


class Level(enum.IntEnum):
    """Severities of RFC 5424 as the devices use them (V2-52)."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class EventName(enum.StrEnum):
    """Every event that the core tells; the names are stable for machines."""

    NEGOTIATION_STARTED = "negotiation-started"
    NEGOTIATION_FAILED = "negotiation-failed"
    IKE_SA_ESTABLISHED = "ike-sa-established"
    IKE_SA_REKEYED = "ike-sa-rekeyed"
    IKE_SA_DELETED = "ike-sa-deleted"
    CHILD_SA_CREATED = "child-sa-created"
    CHILD_SA_REKEYED = "child-sa-rekeyed"
    CHILD_SA_DELETED = "child-sa-deleted"
    REKEY_FAILED = "rekey-failed"
    PEER_DEAD = "peer-dead"
    PEER_MOVED = "peer-moved"
    DPD = "dpd"
    COOKIE = "cookie"
    RETRANSMIT = "retransmit"
    NOTIFY_RECEIVED = "notify-received"
    DROPPED = "dropped"
    KEYS = "keys"
    LOGIN = "login"
    ADDRESS_ASSIGNED = "address-assigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that an operator may want to know, in one sentence.

    `facility` is "ikev2" or "IPsec" (V2-52). `tunnel` is "" while it is not known. `details` holds the values
    of the sentence for machines; never a secret.
    """

    level: Level
    name: EventName
    facility: str
    message: str
    tunnel: str = ""
    path: Path | None = None
    spi_i: bytes = b""
    spi_r: bytes = b""
    details: Mapping[str, str | int] = field(default_factory=dict)


Effect = (
    Send
    | SendNatKeepalive
    | InstallChildSa
    | UseOutbound
    | MoveChildSa
    | RemoveChildSa
    | IsakmpSaChanged
    | AddressAssigned
    | AskActivity
    | FetchRevocation
    | Event
)
