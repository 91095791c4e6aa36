"""Child SAs: from keys to packets, and their end."""

import enum
from dataclasses import dataclass
from functools import lru_cache

from kakehashi.crypto.key_schedule import child_keys
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.names import cipher_name, group_name, value_name
from kakehashi.ike.v2.ike_sa import RESPONDER_PATIENCE, IkeSa
from kakehashi.ike.v2.proposals import ChildSuite
from kakehashi.ike.v2.selectors import Pair
from kakehashi.ike.v2.transport_mode import is_shared
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.secret import Secret
from kakehashi.model.status import NatSide
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId, TransformType


class ChildState(enum.Enum):
    """Where a Child SA is in its life."""

    INSTALLED = "installed"
    REPLACED = "replaced"  # the peer has rekeyed it and will delete it
    DELETING = "deleting"  # our Delete is under way


@dataclass(frozen=True, slots=True)
class ChildCollision:
    """The peer has rekeyed the Child SA that we are rekeying (RFC 7296 section 2.8.1)."""

    lowest_nonce: bytes
    spi_in: int


@dataclass(slots=True)
class Child:
    """A Child SA with what a data plane need not know. Times are monotonic seconds.

    `successor`: `spi_in` of the one that took its place. `lowest_nonce`: of the exchange that made it.
    """

    sa: ChildSa
    tunnel: Ikev2Tunnel
    suite: ChildSuite
    selectors: Pair
    born: float
    rekey_at: float | None
    expires_at: float
    state: ChildState = ChildState.INSTALLED
    collision: ChildCollision | None = None
    successor: int | None = None
    rekey_refused: bool = False

    @property
    def spi_in(self) -> int:
        """Names the Child SA in this gateway."""
        return self.sa.spi_in

    @property
    def spi_out(self) -> int:
        """Names the Child SA at the peer."""
        return self.sa.spi_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What an exchange has agreed about a new Child SA. `shared` is empty without a key exchange."""

    tunnel: Ikev2Tunnel
    suite: ChildSuite
    selectors: Pair
    spi_in: int
    spi_out: int
    ni: bytes
    nr: bytes
    is_initiator: bool
    shared: bytes = b""


def create(sa: IkeSa, agreed: Agreed, use_outbound: bool, now: float) -> Child:
    """Derive the keys and install (RFC 7296 section 2.17)."""
    child = Child(
        sa=_child_sa(sa, agreed),
        tunnel=agreed.tunnel,
        suite=agreed.suite,
        selectors=agreed.selectors,
        born=now,
        rekey_at=_rekey_at(sa, agreed, now),
        expires_at=now + agreed.tunnel.ipsec.rekey.lifetime,
    )
    sa.children[child.spi_in] = child
    sa.host.add_child(child, sa, use_outbound)
    return child


def describe(child: Child) -> str:
    """Algorithms and selectors, in a sentence."""
    text = _describe_suite(child.suite)
    return f"SPIs {child.spi_in:08x} in {child.spi_out:08x} out, {text}, {child.selectors}"


@lru_cache(maxsize=256)
def _describe_suite(suite: ChildSuite) -> str:
    parts = [] if suite.cipher is None else [cipher_name(suite.cipher)]
    if suite.ah != IntegrityId.NONE:
        parts.append(f"AH {value_name(TransformType.INTEG, suite.ah)}")
    if suite.integrity != IntegrityId.NONE:
        parts.append(value_name(TransformType.INTEG, suite.integrity))
    if suite.group != KeyExchangeId.NONE:
        parts.append(group_name(suite.group))
    if suite.esn:
        parts.append("ESN")
    return " ".join(parts)


def tell_created(sa: IkeSa, child: Child, replaces: Child | None = None) -> None:
    """The event of a new Child SA."""
    details = {"spi_in": f"{child.spi_in:08x}", "spi_out": f"{child.spi_out:08x}"}
    if replaces is None:
        name, message = EventName.CHILD_SA_CREATED, f"Child SA with {sa.peer}: {describe(child)}"
    else:
        details["replaces"] = f"{replaces.spi_in:08x}"
        name = EventName.CHILD_SA_REKEYED
        message = f"Child SA {replaces.spi_in:08x} with {sa.peer} is rekeyed: {describe(child)}"
    sa.tell(Level.WARNING, name, message, details, "IPsec")


def remove(sa: IkeSa, child: Child, reason: str) -> None:
    """Forget a Child SA. If a successor waits for its first packet, packets leave by it from now on."""
    if sa.children.pop(child.spi_in, None) is None:
        return
    successor = sa.children.get(child.successor) if child.successor is not None else None
    if successor is not None:
        sa.host.use_outbound(successor)
    sa.host.remove_child(child, reason)


def by_peer_spi(sa: IkeSa, spi: bytes) -> Child | None:
    """The Child SA that the peer calls by its own inbound SPI."""
    number = int.from_bytes(spi, "big")
    return next((child for child in sa.children.values() if child.spi_out == number), None)


def _child_sa(sa: IkeSa, agreed: Agreed) -> ChildSa:
    suite, policy = agreed.suite, agreed.tunnel.ipsec
    keys = child_keys(
        known(sa.prf),
        known(sa.keys).sk_d,
        agreed.ni,
        agreed.nr,
        0 if suite.cipher is None else encryption_key_size(suite.cipher.id, suite.cipher.key_bits),
        integrity_key_size(suite.integrity if suite.ah == IntegrityId.NONE else suite.ah),
        agreed.shared,
    )
    ours = _keys(suite, keys.encryption_i, keys.integrity_i)
    theirs = _keys(suite, keys.encryption_r, keys.integrity_r)
    if not agreed.is_initiator:
        ours, theirs = theirs, ours
    return ChildSa(
        tunnel=agreed.tunnel.interface,
        spi_in=agreed.spi_in,
        spi_out=agreed.spi_out,
        serial_in=sa.host.next_serial(),
        serial_out=sa.host.next_serial(),
        cipher=suite.cipher,
        integrity=suite.integrity,
        keys_in=theirs,
        keys_out=ours,
        esn=suite.esn,
        local_selectors=agreed.selectors.local,
        remote_selectors=agreed.selectors.remote,
        path=sa.path,
        udp_encapsulation=sa.nat is not NatSide.NONE,
        replay_window=policy.replay_window,
        soft_packets=policy.soft_packets,
        soft_bytes=policy.soft_bytes,
        mode=policy.mode,
        ah=suite.ah,
        peer=_peer_name(sa, agreed.tunnel),
    )


def _peer_name(sa: IkeSa, tunnel: Ikev2Tunnel) -> str:
    """What tells the peers of a tunnel apart that any number of them share: several behind one NAT have the
    same address, and may say the same identity. It outlives rekeys and moves.
    """
    if tunnel.multipoint:
        return str(sa.path.remote.ip)
    if not is_shared(tunnel):
        return ""
    sa.caller = sa.caller or f"{sa.path.remote} #{sa.serial}"
    return sa.caller


def _keys(suite: ChildSuite, encryption: bytes, integrity: bytes) -> EspKeys:
    if suite.ah != IntegrityId.NONE:
        return EspKeys(encryption=Secret(b""), integrity=Secret(b""), ah=Secret(integrity))
    return EspKeys(encryption=Secret(encryption), integrity=Secret(integrity))


def _rekey_at(sa: IkeSa, agreed: Agreed, now: float) -> float | None:
    if not sa.may_rekey:
        return None
    patience = 0.0 if agreed.is_initiator else RESPONDER_PATIENCE
    rekey = agreed.tunnel.ipsec.rekey
    return now + min(rekey.after + patience, rekey.lifetime)
