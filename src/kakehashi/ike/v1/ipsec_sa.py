"""A pair of IPsec SAs: from what quick mode has agreed to keys and lifetimes (RFC 2409 section 5.5)."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kakehashi.crypto.ikev1.key_schedule import SaKeys, sa_keys
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.v1 import identities
from kakehashi.ike.v1.identities import SelectorPair
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.ike.v1.phase2_proposals import Phase2Suite
from kakehashi.model.address import ANY, Path
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.secret import Secret
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.registry.ikev1 import ProtocolId

if TYPE_CHECKING:
    from kakehashi.ike.v1.quick_mode import QuickMode

# Between two ends with the same lifetime the responder of the old pair waits so many seconds more before it
# rekeys, so that the two do not always collide.
RESPONDER_PATIENCE = 1.0
ASK_AHEAD = 0.5  # seconds before it is decided: then the data plane is asked what it has seen of an SA
_SOFT = {Role.INITIATOR: 0.85, Role.RESPONDER: 0.9}  # of the hard limit in octets, where the rekey begins


Lineage = tuple[str, SelectorPair, str, Identity | None, str]


class PairState(enum.Enum):
    """Where a pair is in its life."""

    UNPROVED = "unproved"  # installed, but not yet known to be the peer's too
    STANDING = "standing"  # packets leave by it
    REPLACED = "replaced"  # a younger one does its work; packets that still arrive are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What quick mode has agreed. `begun`: when its first message was sent or came, monotonic seconds.

    `ah_spi_out`: the peer's SPI for AH around ESP, None without. `g_qm_xy` is empty without perfect forward
    secrecy. SPIs are numbers, `spi_out` the peer's.
    """

    tunnel: Ikev1Tunnel
    suite: Phase2Suite
    selectors: SelectorPair
    role: Role
    spi_in: int
    spi_out: int
    ah_spi_out: int | None
    ni_b: bytes
    nr_b: bytes
    begun: float
    g_qm_xy: bytes = b""


@dataclass(slots=True, eq=False)
class Pair:
    """A pair of IPsec SAs with what a data plane need not know. It may outlive its ISAKMP SA.

    Times are monotonic seconds. `rekey_at` None: it is not rekeyed, or that has begun. `used`: has it carried
    a packet? `proven`: has one come from the peer? `retire_at`: when a replaced one is deleted. `quick`: the
    exchange that makes it, until that is over. `use_at`: when packets leave by it first.
    """

    sa: ChildSa
    tunnel: Ikev1Tunnel
    peer: Ikev1Peer
    peer_identity: Identity | None
    suite: Phase2Suite
    selectors: SelectorPair
    role: Role
    isakmp_serial: int
    nonces: tuple[bytes, bytes]
    begun: float
    born: float
    expires_at: float
    rekey_at: float | None
    quick: QuickMode | None
    state: PairState = PairState.UNPROVED
    used: bool = False
    proven: bool = False
    use_at: float | None = None
    asked: bool = False
    retire_at: float | None = None
    retire_asked: bool = False
    replaced_at: float | None = None
    last_in: float | None = None
    last_out: float | None = None

    @property
    def spi_in(self) -> int:
        """Names the pair in this gateway."""
        return self.sa.spi_in

    @property
    def spi_out(self) -> int:
        """Names the pair at the peer."""
        return self.sa.spi_out

    @property
    def lineage(self) -> Lineage:
        """What a pair and those that it replaces have in common: each is enough for the same packets."""
        return self.tunnel.interface, self.selectors, self.peer.name, self.peer_identity, self.sa.peer

    @property
    def peer_text(self) -> str:
        """The peer in a sentence."""
        return f"peer {self.sa.path.remote.ip}"

    def move(self, path: Path, udp_encapsulation: bool) -> None:
        """The peer is at the other end of another path now."""
        self.sa = replace(self.sa, path=path, udp_encapsulation=udp_encapsulation)


def make(sa: IsakmpSa, agreed: Agreed, quick: QuickMode, now: float) -> Pair:
    """Derive the keys of both directions. Nothing is installed yet."""
    peer = known(sa.peer)
    return Pair(
        sa=_child_sa(sa, agreed),
        tunnel=agreed.tunnel,
        peer=peer,
        peer_identity=sa.peer_identity,
        suite=agreed.suite,
        selectors=agreed.selectors,
        role=agreed.role,
        isakmp_serial=sa.serial,
        nonces=(agreed.ni_b, agreed.nr_b),
        begun=agreed.begun,
        born=now,
        expires_at=now + agreed.suite.lifetime,
        rekey_at=_rekey_at(peer, agreed, now),
        quick=quick,
    )


def describe(pair: Pair) -> str:
    """Algorithms and identities, in a sentence."""
    spis = f"SPIs {pair.spi_in:08x} in {pair.spi_out:08x} out"
    return f"{spis}, {_suite_text(pair.suite)}, {pair.sa.mode.value} mode, {pair.selectors}"


def tell_made(sa: IsakmpSa, pair: Pair, replaces: Pair | None) -> None:
    """The event of a new pair."""
    details: dict[str, str | int] = {"spi_in": f"{pair.spi_in:08x}", "spi_out": f"{pair.spi_out:08x}"}
    if replaces is None:
        name, message = EventName.CHILD_SA_CREATED, f"IPsec SA with {sa.peer_text}: {describe(pair)}"
    else:
        details["replaces"] = f"{replaces.spi_in:08x}"
        name = EventName.CHILD_SA_REKEYED
        message = f"IPsec SA {replaces.spi_in:08x} with {sa.peer_text} is rekeyed: {describe(pair)}"
    sa.tell(Level.WARNING, name, message, details, "IPsec", pair.tunnel.interface)


@lru_cache(maxsize=256)
def _suite_text(suite: Phase2Suite) -> str:
    return str(suite)


def _child_sa(sa: IsakmpSa, agreed: Agreed) -> ChildSa:
    suite, policy = agreed.suite, agreed.tunnel.ipsec
    carried = identities.carried(policy, agreed.selectors)
    hard_bytes = None if suite.kilobytes is None else suite.kilobytes * 1024
    # Without a rekey the end alone counts.
    soft = hard_bytes is not None and policy.autorefresh
    return ChildSa(
        tunnel=agreed.tunnel.interface,
        spi_in=agreed.spi_in,
        spi_out=agreed.spi_out,
        serial_in=sa.host.next_serial(),
        serial_out=sa.host.next_serial(),
        cipher=suite.cipher,
        integrity=suite.integrity,
        keys_in=_keys(sa, agreed, agreed.spi_in, agreed.spi_in),
        keys_out=_keys(sa, agreed, agreed.spi_out, agreed.ah_spi_out or agreed.spi_out),
        esn=suite.esn,
        local_selectors=(carried.local,),
        remote_selectors=(carried.remote,),
        path=sa.path,
        udp_encapsulation=sa.nat is not NatSide.NONE,
        replay_window=policy.replay_window,
        soft_bytes=int(hard_bytes * _SOFT[agreed.role]) if soft and hard_bytes is not None else None,
        hard_bytes=hard_bytes,
        mode=policy.mode,
        ah=suite.ah,
        ah_spi_out=agreed.ah_spi_out,
        peer=_peer_name(sa, agreed.tunnel),
    )


def _peer_name(sa: IsakmpSa, tunnel: Ikev1Tunnel) -> str:
    """What tells the peers of a tunnel apart that any number of them share in transport mode: several behind
    one NAT have the same address (NT-07), and may say the same identity. A peer that has SAs already keeps
    its name, whichever ISAKMP SA made them.
    """
    if tunnel.multipoint:
        return str(sa.path.remote.ip)
    if tunnel.peer_address is not ANY or tunnel.ipsec.mode is not EncapsulationMode.TRANSPORT:
        return ""
    before = (pair.sa.peer for pair in sa.host.pairs.of_sa(sa) if pair.tunnel.interface == tunnel.interface)
    return next(before, "") or f"{sa.path.remote} #{sa.serial}"


def _keys(sa: IsakmpSa, agreed: Agreed, spi: int, ah_spi: int) -> EspKeys:
    """Those of each protocol of one direction: KEYMAT is made with its number and its SPI."""
    cipher = agreed.suite.cipher
    encryption, integrity = 0, 0
    if cipher is not None:
        encryption = encryption_key_size(cipher.id, cipher.key_bits)
        integrity = integrity_key_size(agreed.suite.integrity)

    def cut(protocol: ProtocolId, number: int, encryption: int, integrity: int) -> SaKeys:
        return sa_keys(
            sa.hash,
            known(sa.skeyids).skeyid_d,
            protocol,
            number.to_bytes(4, "big"),
            agreed.ni_b,
            agreed.nr_b,
            encryption,
            integrity,
            agreed.g_qm_xy,
        )

    esp = cut(ProtocolId.ESP, spi, encryption, integrity)
    ah = cut(ProtocolId.AH, ah_spi, 0, integrity_key_size(agreed.suite.ah))
    return EspKeys(
        encryption=Secret(esp.encryption), integrity=Secret(esp.integrity), ah=Secret(ah.integrity)
    )


def _rekey_at(peer: Ikev1Peer, agreed: Agreed, now: float) -> float | None:
    """V1-12 and V1-19: never before half of the lifetime. Towards a peer of unknown address only where phase
    2 may start from here (V1-10).
    """
    policy, lifetime = agreed.tunnel.ipsec, agreed.suite.lifetime
    if not policy.autorefresh or not (peer.is_fixed or agreed.tunnel.starts_phase2):
        return None
    patience = 0.0 if agreed.role is Role.INITIATOR else RESPONDER_PATIENCE
    after = max(lifetime - policy.rekey_before_end, lifetime / 2)
    return now + min(after + patience, lifetime)
