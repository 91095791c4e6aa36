"""Pairs that are alike but for names, addresses, keys and networks: what becomes of one becomes of all.

A centre with a thousand sites has a thousand pairs of one shape. Engines compare names, addresses, identities
and keys with each other and look into none of them; so two pairs in which the same of these are equal, and
all else is the same, negotiate the same. Networks are compared by how they lie to each other, too.

Only where no other tunnel of either device could be meant: see `Crowd`.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from ipaddress import ip_address
from typing import Any, Protocol

from kakehashi.check.device import Device
from kakehashi.check.pair import End, Pair
from kakehashi.model.address import ANY, AnyAddress, IPAddress
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer, Ikev1Tunnel, Phase1Proposal, Phase2Proposal
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IdType

# Without names in them: taken as they are.
_PLAIN = (
    *(bool, int, float, bytes, Enum, AnyAddress),
    *(IkeAlgorithms, ChildAlgorithms, Phase1Proposal, Phase2Proposal),
)
_ADDRESSES = (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR)


class Speaking(Protocol):
    """From where an end speaks, and what a NAT makes of that."""

    @property
    def inside(self) -> IPAddress:
        """Its own address."""

    @property
    def outside(self) -> IPAddress | None:
        """What a NAT makes of it; None: there is no NAT."""

    @property
    def seen(self) -> IPAddress:
        """What the other end sees."""


class NoShapeError(Exception):
    """The pair is one of a kind."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`key`: the same for pairs that are alike. `selectors`: the networks, in their order in it."""

    key: Hashable
    selectors: tuple[TrafficSelector, ...]


class Crowd:
    """The tunnels and peers of a device, by what an engine looks them up."""

    def __init__(self, device: Device) -> None:
        gateway = device.gateway
        ikev2 = [t for t in gateway.tunnels if isinstance(t, Ikev2Tunnel) and t.enabled]
        ikev1 = [t for t in gateway.tunnels if isinstance(t, Ikev1Tunnel) and t.enabled]
        self._device = device
        self._at: Counter[object] = Counter(t.peer_address for t in ikev2)
        self._known: Counter[object] = Counter(t.peer.identity for t in ikev2 if t.peer_address is ANY)
        self._peers_at: Counter[object] = Counter(p.address for p in gateway.ikev1_peers)
        self._peers_known: Counter[object] = Counter(
            p.peer_identity for p in gateway.ikev1_peers if not p.is_fixed
        )
        self._named: Counter[str] = Counter(name for t in ikev1 for name in t.peers)
        self._others_at = {True: _has_others(self._at), False: _has_others(self._peers_at)}

    def peers(self, end: End, far: IPAddress) -> tuple[Ikev1Peer, ...]:
        """The end's peers of IKEv1, none for IKEv2. NoShapeError: the far end might mean another tunnel."""
        tunnel = end.tunnel
        if isinstance(tunnel, Ikev2Tunnel):
            alone = self._is_alone(
                tunnel.peer_address, far, self._at, self._known[tunnel.peer.identity], True
            )
            peers: tuple[Ikev1Peer, ...] = ()
        else:
            peers = self._device.peers_of(tunnel)
            alone = len(peers) == 1 and isinstance(tunnel, Ikev1Tunnel) and len(tunnel.peers) == 1
            alone = alone and self._named[peers[0].name] == 1 and self._is_known_at_once(peers[0], far)
        if not alone or tunnel.ipsec.mode is not EncapsulationMode.TUNNEL:
            raise NoShapeError
        return peers

    def _is_known_at_once(self, peer: Ikev1Peer, far: IPAddress) -> bool:
        if not peer.is_fixed and peer.mode is not ExchangeMode.AGGRESSIVE:
            return False
        known = self._peers_known[peer.peer_identity]
        return self._is_alone(peer.address, far, self._peers_at, known, False)

    def _is_alone(
        self, address: object, far: IPAddress, at: "Counter[object]", known: int, ikev2: bool
    ) -> bool:
        """Is nobody else met at that address, nor known by that identity if the address is unknown?"""
        if self._others_at[ikev2]:
            return False
        if address is ANY:
            return known == 1 and at[far] == 0
        return at[address] == 1 and at[ANY] == 0


def shape_of(
    pair: Pair, addresses: Sequence[Speaking], crowds: Sequence[Crowd], devices: Sequence[Device]
) -> Shape:
    """The shape of a pair, whose ends speak from `addresses`. NoShapeError if it is one of a kind."""
    forms = _Forms()
    parts: list[Hashable] = []
    for index, end in enumerate(pair.ends):
        far = addresses[1 - index]
        peers = crowds[index].peers(end, far.seen)
        parts.append(forms.of(addresses[index].inside))
        parts.append(forms.of(addresses[index].outside))
        parts.append(forms.of(end.tunnel))
        parts.append(tuple(forms.of(peer) for peer in peers))
        parts.append(forms.of(devices[index].gateway.unknown_peer_policy))
        parts.append(forms.of(devices[index].gateway.delete_notify))
    return Shape((tuple(parts), forms.lie()), tuple(forms.selectors))


def _has_others(addresses: "Counter[object]") -> bool:
    """Is anybody looked for by something else than an address: a host name, a network?"""
    return any(not isinstance(a, IPAddress) and a is not ANY for a in addresses)


class _Forms:
    """Puts numbers in the place of names: the same number for the same name."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Hashable, Hashable], int] = {}
        self.selectors: dict[TrafficSelector, int] = {}

    def of(self, value: Any) -> Hashable:
        """What remains of a value. NoShapeError where it is not known what it means."""
        if value is None or isinstance(value, _PLAIN):
            return value
        if isinstance(value, str):
            return self._number("name", value)
        if isinstance(value, IPAddress):
            return self._number(value.version, value)
        if isinstance(value, Identity):
            if value.type in _ADDRESSES:
                return value.type, self.of(ip_address(value.data))
            return value.type, self._number("identity", value.data)
        if isinstance(value, Secret):
            return self._number("secret", value.octets)
        if isinstance(value, TrafficSelector):
            return self._selector(value)
        if isinstance(value, tuple):
            return tuple(map(self.of, value))
        if is_dataclass(value) and not isinstance(value, type):
            return type(value), tuple(self.of(getattr(value, name)) for name in _fields(type(value)))
        raise NoShapeError

    def lie(self) -> Hashable:
        """How the networks lie to each other, and to the addresses."""
        found = [(s.version, int(s.start), int(s.end)) for s in self.selectors]
        found += [(a.version, int(a), int(a)) for _, a in self._numbers if isinstance(a, IPAddress)]
        edges = sorted(
            {edge for version, start, end in found for edge in ((version, start), (version, end + 1))}
        )
        place = {edge: index for index, edge in enumerate(edges)}
        return tuple(
            (version, place[version, start], place[version, end + 1]) for version, start, end in found
        )

    def _number(self, kind: Hashable, value: Hashable) -> Hashable:
        return kind, self._numbers.setdefault((kind, value), len(self._numbers))

    def _selector(self, value: TrafficSelector) -> Hashable:
        if value in EVERYTHING:
            return value
        number = self.selectors.setdefault(value, len(self.selectors))
        return "network", number, value.protocol, value.start_port, value.end_port


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """What counts when two are compared."""
    return tuple(f.name for f in fields(kind) if f.compare)
