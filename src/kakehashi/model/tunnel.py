"""A tunnel: one peer, how it is reached, and what protects the traffic to it."""

import enum
from dataclasses import dataclass, field, replace

from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.gre import Keepalive
from kakehashi.model.identity import Authentication
from kakehashi.model.policy import IkePolicy, IpsecPolicy, IpsecSettings, NoIpsec
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.source import Source


class ConnectType(enum.Enum):
    """What makes us start a negotiation."""

    ON_DEMAND = "on demand"  # a packet for the tunnel; it waits for the SA and is not lost
    ALWAYS = "always"  # the gateway keeps the tunnel up; without SA the interface is down
    NEVER = "never"  # the peer begins; rekeys are either's


class NextHopChoice(enum.Enum):
    """The next hop is left to the routing table, which must agree about the interface."""

    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class OutgoingInterface:
    """The interface that carries the tunnel. Without next hop the tunnel is up while the interface is."""

    interface: str
    next_hop: IPAddress | NextHopChoice | None = None
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Bypass:
    """What goes past a policy-based tunnel though selectors take it (RFC 4301 section 4.4.1: BYPASS).

    It counts for the pairs of selectors from the `before`th on, the first being the 0th: what a pair before
    that one takes goes into the tunnel.
    """

    local: TrafficSelector
    remote: TrafficSelector
    before: int = 0

    def meets(self, local: TrafficSelector, remote: TrafficSelector) -> bool:
        """Is there a packet that the pair takes and that goes past?"""
        return self.local.intersect(local) is not None and self.remote.intersect(remote) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """A tunnel. `interface` names the interface in `Gateway.interfaces`, and so the tunnel itself.

    `source_address`: our end's address, or the name of the interface that has it; None: by the route.
    `policy_based`: no route leads into the tunnel. What would leave by `outgoing` and its selectors take goes
    into it instead; where the peer is not known beforehand, the selectors of its SAs. What they take and
    arrives there unprotected is dropped (RFC 4301 section 5.2). `bypass`: except for this, which the next
    tunnel of that interface is asked about, or goes in the clear. `mtu`: octets of the largest packet that
    the configuration lets in whole, however much would fit; None: as much as fits. `multipoint`: any number
    of peers share it, each at an address of its own, with whom negotiations begin as soon as their addresses
    are known; `peer_address` is ANY.
    """

    interface: str
    enabled: bool
    peer_address: PeerAddress
    ipsec: IpsecSettings
    connect: ConnectType = ConnectType.ON_DEMAND
    outgoing: OutgoingInterface | None = None
    source_address: IPAddress | str | None = None
    policy_based: bool = False
    bypass: tuple[Bypass, ...] = ()
    mtu: int | None = None
    multipoint: bool = False
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTunnel(Tunnel):
    """A tunnel of GRE without IPsec: no negotiation makes it, it is up while it can be carried.

    `keepalive`: and while its peer answers.
    """

    ipsec: NoIpsec
    keepalive: Keepalive | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One of the peers of a tunnel that has many: where it is, and how it and we prove who we are."""

    address: IPAddress
    local: Authentication
    peer: Authentication


@dataclass(frozen=True, slots=True, kw_only=True)
class Ikev2Tunnel(Tunnel):
    """A tunnel that IKEv2 makes.

    `parties`: of a multipoint tunnel the peers that the configuration names, each with a key of its own;
    nobody else is let in, and `local` and `peer` are those of the first. Empty: `local` and `peer` are for
    all. `answers`: may the peer begin? Rekeys are either's, whoever began.
    """

    local: Authentication
    peer: Authentication
    ike: IkePolicy
    ipsec: IpsecPolicy
    parties: tuple[Party, ...] = ()
    answers: bool = True

    @property
    def sides(self) -> tuple[Authentication, ...]:
        """How anybody proves who it is: we, and each peer."""
        return (self.local, self.peer, *(side for one in self.parties for side in (one.local, one.peer)))

    def towards(self, address: IPAddress) -> "Ikev2Tunnel | None":
        """The tunnel as it is for the peer at that address; None: it has none there."""
        if not self.parties:
            return self
        party = next((one for one in self.parties if one.address == address), None)
        return None if party is None else replace(self, local=party.local, peer=party.peer)
