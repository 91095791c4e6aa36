"""IKEv1: with whom phase 1 is made, and what phase 2 makes for a tunnel (RFC 2409).

Phase 1 belongs to a peer, not to a tunnel: several tunnels may share one ISAKMP SA.
"""

import enum
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from kakehashi.model.address import ANY, PeerAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.certificate import ANY_CERTIFICATE, CertificateUse
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.policy import IpsecSettings, Protection
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId


class ExchangeMode(enum.Enum):
    """The two exchanges of phase 1 (RFC 2409 section 5)."""

    MAIN = "main"
    AGGRESSIVE = "aggressive"


class PeerIdentity(enum.Enum):
    """What a peer may call itself where no identity is configured."""

    ADDRESS = "address"  # the address that the configuration gives it; whatever it likes if that is any
    ANYTHING = "anything"


class DpdStyle(enum.Enum):
    """When a peer is asked whether it is alive (RFC 3706 section 5.5)."""

    IDLE = "idle"  # nothing came from it for the interval (V1-04)
    PERIODIC = "periodic"  # at every interval (CI-03)
    ON_DEMAND = "on demand"  # we sent it something and nothing came for the interval (CI-03)


@dataclass(frozen=True, slots=True)
class DeadPeerDetection:
    """Seconds between probes; how often an unanswered one is repeated, at `retry_interval`."""

    interval: int
    retries: int = 3
    retry_interval: int = 5
    style: DpdStyle = DpdStyle.IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase1Proposal:
    """One transform of phase 1. `lifetime` in seconds; `kilobytes` None is without limit.

    `name`: what the configuration calls it; it never counts when two are compared.
    """

    cipher: Cipher
    hash: HashAlgorithm
    group: KeyExchangeId
    lifetime: int
    authentication: AuthenticationMethod = AuthenticationMethod.PSK
    kilobytes: int | None = None
    name: str = field(default="", compare=False)
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class XauthUser:
    """Who logs in with a name and a password after phase 1."""

    name: str
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPool:
    """What mode configuration gives a remote-access client."""

    network: IPv4Network
    dns: tuple[IPv4Address, ...] = ()
    split: tuple[IPv4Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAccess:
    """XAUTH and mode configuration. As a server: `users`, `pool`; as a client: `login`, `wants_address`."""

    users: tuple[XauthUser, ...] = ()
    pool: AddressPool | None = None
    login: XauthUser | None = None
    wants_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ikev1Peer:
    """With whom and how phase 1 is made: an `ike policy` of the devices.

    `address` may be a network (CI-02 with a mask). `mode` is what we begin with; a responder follows the
    peer's, if `accepts_aggressive` (V1-31, CI-04). `local_identity` None: our address. `retransmit`: seconds
    to wait after each transmission; after the last wait the peer is given up. `suppress_dangling`: an ISAKMP
    SA without a phase 2 SA is neither kept alive nor renewed (V1-07). `renew_before_end`: seconds before its
    end an ISAKMP SA that is in use is replaced. `vendor_ids`: what the device announces besides its features.
    `certificates`: ours, and whose the peer may have, where a proposal wants signatures.
    """

    name: str
    address: PeerAddress | IPv4Network | IPv6Network
    secret: Secret | None
    proposals: tuple[Phase1Proposal, ...]
    mode: ExchangeMode = ExchangeMode.MAIN
    accepts_aggressive: bool = True
    local_identity: Identity | None = None
    peer_identity: Identity | PeerIdentity = PeerIdentity.ADDRESS
    dpd: DeadPeerDetection | None = None
    retransmit: tuple[float, ...] = (2, 4, 8, 16)
    nat_traversal: bool = True
    nat_keepalive: int | None = 20
    fragmentation: bool = True
    suppress_dangling: bool = False
    renew_before_end: int = 60
    send_initial_contact: bool = True
    send_delete: bool = True
    remote_access: RemoteAccess | None = None
    vendor_ids: tuple[bytes, ...] = ()
    certificates: CertificateUse = ANY_CERTIFICATE
    source: Source | None = field(default=None, compare=False)

    @property
    def is_fixed(self) -> bool:
        """Is there one address, or one name, at which we can reach it?"""
        return self.address is not ANY and not isinstance(self.address, IPv4Network | IPv6Network)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase2Proposal:
    """One proposal of quick mode: ESP, AH, or AH over ESP.

    `cipher` None: no ESP; `integrity` is ESP's; `ah` NONE: no AH. `lifetime` in seconds, `kilobytes` None is
    without limit. `name`: what the configuration calls it; it never counts when two are compared.
    """

    cipher: Cipher | None
    integrity: IntegrityId
    lifetime: int
    ah: IntegrityId = IntegrityId.NONE
    kilobytes: int | None = None
    name: str = field(default="", compare=False)
    source: Source | None = field(default=None, compare=False)


class CommitBit(enum.Enum):
    """What a responder does so that both sides have the SA before it is used (V1-16)."""

    OFF = "off"
    CONNECTED = "connected"  # the commit bit, and CONNECTED in an informational exchange of its own
    QUICK_MODE = "quick mode"  # the commit bit, and CONNECTED as the fourth message of quick mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Ikev1IpsecPolicy(IpsecSettings):
    """What quick mode makes for a tunnel.

    `local_selectors`, `remote_selectors`: one pair of identities for each pair of SAs, taken in step; where
    `sends_identities` is False none is sent and any or none is accepted (V1-13, V1-14). `filters`: do the
    identities also say which packets the SAs carry? On a route-based device they only name the SA.
    `pfs` NONE is off. `rekey_before_end` in seconds, never more than half of the lifetime (V1-19);
    `rekey_unused`: also an SA that carried nothing (V1-20). `autorefresh`: are SAs rekeyed at all (V1-12)?
    """

    proposals: tuple[Phase2Proposal, ...]
    pfs: KeyExchangeId = KeyExchangeId.NONE
    sends_identities: bool = True
    filters: bool = True
    commit_bit: CommitBit = CommitBit.OFF
    autorefresh: bool = True
    rekey_before_end: int = 60
    rekey_unused: bool = False

    def protections(self) -> tuple[Protection, ...]:
        """What may protect a packet, in the order of preference."""
        return tuple(Protection(p.cipher, p.integrity, p.ah) for p in self.proposals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ikev1Tunnel(Tunnel):
    """A tunnel whose SAs come of quick mode.

    `peers`: the names of the `Ikev1Peer`s whose ISAKMP SA may carry its phase 2, the one that we begin with
    first; empty: any peer of unknown address (V1-10 without `ike`). `answers_only_peers`: phase 2 is refused
    from all others (`ike-binding`). `starts_phase2`: with a peer of unknown address, does traffic start
    phase 2 from here (V1-10)? `name`: the device's name of the map.
    """

    ipsec: Ikev1IpsecPolicy
    peers: tuple[str, ...] = ()
    answers_only_peers: bool = True
    starts_phase2: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class DeleteNotify:
    """So many undecryptable packets in so many seconds: tell the peer to delete its SA (V1-18)."""

    packets: int
    seconds: int
