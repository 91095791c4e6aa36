"""How an IKE SA and its Child SAs are to be made and kept."""

import enum
from dataclasses import dataclass, field

from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import PROTOCOL as GRE_PROTOCOL
from kakehashi.model.gre import Gre
from kakehashi.model.pseudowire import Encapsulation, L2tpv3
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.wire.registry.ikev2 import IntegrityId


@dataclass(frozen=True, slots=True)
class Rekey:
    """When an SA is replaced. Seconds; the rekey begins `before_end` before the end of `lifetime`."""

    lifetime: int
    before_end: int

    @property
    def after(self) -> int:
        """Seconds from the birth of the SA to its rekey: never before half of its lifetime."""
        return max(self.lifetime - self.before_end, self.lifetime // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class IkePolicy:
    """The policy of an IKE SA.

    `retransmit`: seconds to wait after each transmission; after the last wait the peer is given up.
    `dpd_interval`: seconds, None is off. `nat_keepalive`: seconds between NAT-keepalive packets, None is off.
    `name`: what the configuration calls it; it never counts when two are compared.
    """

    algorithms: IkeAlgorithms
    rekey: Rekey
    dpd_interval: int | None = None
    nat_traversal: bool = True
    nat_keepalive: int | None = 20
    retransmit: tuple[float, ...] = (2, 4, 8, 16)
    send_initial_contact: bool = True
    send_delete: bool = True
    start_rekey: bool = True
    fragmentation: bool = True
    name: str = field(default="", compare=False)


class ResponderSelectors(enum.Enum):
    """What a responder does with the traffic selectors it is offered."""

    NARROW = "narrow"  # RFC 7296 section 2.9
    AS_PROPOSED = "as proposed"  # NEC IX: the responder takes what the initiator proposes


class DfBit(enum.Enum):
    """The DF bit of the outer header where that is one of IPv4 (RFC 4301 section 8.1)."""

    COPY = "copy"  # from the packet inside; IPv6, which nobody may fragment on its way, counts as set
    CLEAR = "clear"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Protection:
    """One way to protect a packet: `integrity` is NONE for AEAD ciphers. `cipher` None: AH alone; `ah` NONE:
    ESP alone.
    """

    cipher: Cipher | None
    integrity: IntegrityId
    ah: IntegrityId = IntegrityId.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecSettings:
    """What the IPsec policies of both IKE versions say about packets.

    `replay_window`: packets, 0 is off. `mtu_ignore`: fragment even what forbids it (DF, IPv6);
    `pre_fragment`: fragment before encryption. `df_bit`: of the outer header. `gre`: packets are wrapped in
    it first, None is off; then IKE is told of GRE between the two ends, and the selectors here are of no
    account. `ethernet`: the tunnel carries frames and no packets, which are put into this first; IKE is told
    of L2TPv3 likewise, of EtherIP what the selectors say. `name`: what the configuration calls it; it never
    counts when two are compared.
    """

    mode: EncapsulationMode = EncapsulationMode.TUNNEL
    local_selectors: tuple[TrafficSelector, ...] = EVERYTHING
    remote_selectors: tuple[TrafficSelector, ...] = EVERYTHING
    replay_window: int = 64
    mtu_ignore: bool = False
    pre_fragment: bool = False
    df_bit: DfBit = DfBit.COPY
    gre: Gre | None = None
    ethernet: Encapsulation | None = None
    name: str = field(default="", compare=False)

    @property
    def between_ends(self) -> bool:
        """Are the packets that the SAs protect those of the tunnel's two ends alone?"""
        return self.mode is EncapsulationMode.TRANSPORT or self.wrapped_as is not None

    @property
    def wrapped_as(self) -> tuple[int, int] | None:
        """Of what packets are put into first: the protocol that IKE is told of, and its port, or 0;
        None: the selectors count.
        """
        if isinstance(self.ethernet, L2tpv3):
            return self.ethernet.carried_as
        return None if self.gre is None else (GRE_PROTOCOL, 0)

    @property
    def wraps(self) -> bool:
        """Does everything go into something else first, so that an SA takes whatever comes?"""
        return self.gre is not None or self.ethernet is not None

    @property
    def wrapping(self) -> int:
        """Octets of what a packet is put into before IPsec, without an IP header of its own."""
        if self.ethernet is not None:
            return self.ethernet.overhead
        return self.gre.overhead if self.gre is not None else 0

    def protections(self) -> tuple[Protection, ...]:
        """What may protect a packet, in the order of preference."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class NoIpsec(IpsecSettings):
    """Packets go as they are wrapped, and nothing protects them.

    A router fragments what goes into such a tunnel, not what comes out of it, and leaves DF off the outside.
    """

    mode: EncapsulationMode = EncapsulationMode.TRANSPORT
    pre_fragment: bool = True
    df_bit: DfBit = DfBit.CLEAR

    def protections(self) -> tuple[Protection, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecPolicy(IpsecSettings):
    """The policy of the Child SAs of an IKEv2 tunnel.

    `soft_packets`, `soft_bytes`: rekey after so many, None is never.
    """

    algorithms: ChildAlgorithms
    rekey: Rekey
    responder_selectors: ResponderSelectors = ResponderSelectors.NARROW
    soft_packets: int | None = None
    soft_bytes: int | None = None

    def protections(self) -> tuple[Protection, ...]:
        """What may protect a packet, in the order of preference."""
        alone = tuple(
            Protection(None, IntegrityId.NONE, ah) for sets in self.algorithms.sets for ah in sets.ah
        )
        return alone + tuple(
            Protection(cipher, integrity)
            for algorithms in self.algorithms.sets
            for cipher in algorithms.ciphers
            for integrity in ((IntegrityId.NONE,) if cipher.is_aead else algorithms.integrities)
        )
