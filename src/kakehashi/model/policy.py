"""How an IKE SA and its Child SAs are to be made and kept."""

import enum
from dataclasses import dataclass

from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.selector import EVERYTHING, TrafficSelector


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


class ResponderSelectors(enum.Enum):
    """What a responder does with the traffic selectors it is offered."""

    NARROW = "narrow"  # RFC 7296 section 2.9
    AS_PROPOSED = "as proposed"  # NEC IX: the responder takes what the initiator proposes


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecPolicy:
    """The policy of the Child SAs of a tunnel.

    `replay_window`: packets, 0 is off. `soft_packets`, `soft_bytes`: rekey after so many, None is never;
    `mtu_ignore`: fragment even what forbids it (DF, IPv6); `pre_fragment`: fragment before encryption.
    """

    algorithms: ChildAlgorithms
    rekey: Rekey
    local_selectors: tuple[TrafficSelector, ...] = EVERYTHING
    remote_selectors: tuple[TrafficSelector, ...] = EVERYTHING
    responder_selectors: ResponderSelectors = ResponderSelectors.NARROW
    replay_window: int = 64
    soft_packets: int | None = None
    soft_bytes: int | None = None
    mtu_ignore: bool = False
    pre_fragment: bool = False
