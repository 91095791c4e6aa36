"""Which tunnel of one device meets which tunnel of another.

Candidates are looked up by what both ends of a pair have in common, so the time grows with the number of
tunnels; among few tunnels everything is compared with everything, so that also what hardly fits finds its
other end.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kakehashi.check.device import Device
from kakehashi.check.members import Member, knows, members_of
from kakehashi.check.peers import expected_identities, expects, own_identities, same_traffic
from kakehashi.model.address import ANY, AnyAddress, Hostname, IPAddress
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.parties import towards
from kakehashi.model.selector import EVERYTHING
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, PlainTunnel, Tunnel

# What speaks for a pair, in points. Both identities outweigh any address, because a NAT changes addresses and
# leaves identities alone; an address that belongs to the other device outweighs one identity.
_IDENTITY = 2
_ADDRESS_OWNED = 3
_ADDRESS_POSSIBLE = 1
_ADDRESS_WRONG = -1
_TRAFFIC = 1
_OTHER_VERSION = -3
_SHUT_DOWN = -1
_ENOUGH = 3

_FEW = 128  # tunnels that are all compared with each other
_CROWD = 32  # ends with the same key: more of them, and the key tells nothing


@dataclass(frozen=True, slots=True)
class End:
    """One end of a tunnel. `device` is the name of its file or of its router."""

    device: str
    tunnel: Tunnel

    @property
    def can_begin(self) -> bool:
        """Does it know where to send the first message, and may it?"""
        return self.tunnel.peer_address is not ANY and self.tunnel.connect is not ConnectType.NEVER

    @property
    def answers(self) -> bool:
        """May the other end begin?"""
        return not isinstance(self.tunnel, Ikev2Tunnel) or self.tunnel.answers

    @property
    def ike_version(self) -> int:
        """The version of IKE that makes the tunnel; 0: it needs none."""
        if isinstance(self.tunnel, PlainTunnel):
            return 0
        return 1 if isinstance(self.tunnel, Ikev1Tunnel) else 2

    @property
    def key(self) -> tuple[str, str]:
        """What names it."""
        return self.device, self.tunnel.interface

    def __str__(self) -> str:
        return f"{self.device} {self.tunnel.interface}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tunnel interfaces that are meant for each other."""

    a: End
    b: End

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.a, self.b

    def other(self, end: End) -> End:
        """The end that is not `end`."""
        return self.b if end == self.a else self.a


@dataclass(frozen=True, slots=True)
class Pairing:
    """`alone`: tunnels whose other end is in none of the files."""

    pairs: tuple[Pair, ...]
    alone: tuple[End, ...]


class Owners:
    """Which device has which address by its own configuration."""

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self._of: dict[IPAddress, str] = {}
        for name, gateway in gateways.items():
            for interface in gateway.interfaces:
                for own in interface.addresses:
                    self._of.setdefault(own.ip, name)

    def owner(self, address: object) -> str | None:
        """The device that has `address`, or None."""
        return self._of.get(address) if isinstance(address, IPAddress) else None


def pair_tunnels(gateways: Mapping[str, Gateway]) -> Pairing:
    """Find the pairs among the tunnels of all devices, by identities and addresses; each is used once, but
    for those of many peers, which have an end for each peer that they know of.
    """
    every = [End(name, tunnel) for name, gateway in gateways.items() for tunnel in gateway.tunnels]
    order = {end.key: index for index, end in enumerate(every)}
    in_clouds = tuple(_in_clouds(gateways))
    met = {end.key for pair in in_clouds for end in pair.ends}
    ends = [end for end in every if end.key not in met]
    scored = sorted(_Scores(gateways).candidates(ends), key=lambda candidate: -candidate[0])
    free = {end.key: end for end in ends}
    pairs: list[Pair] = []
    for score, pair in scored:
        if score >= _ENOUGH and pair.a.key in free and pair.b.key in free:
            pairs.append(pair)
            del free[pair.a.key], free[pair.b.key]
    # One tunnel left on each of two devices: they are meant for each other, however little they agree. That
    # they do not is what is then told.
    if len(free) == 2 and any({pair.a.key, pair.b.key} == set(free) for _, pair in scored):
        pairs.append(Pair(*free.values()))
        free = {}
    pairs += in_clouds
    return Pairing(tuple(sorted(pairs, key=lambda pair: order[pair.a.key])), tuple(free.values()))


def _in_clouds(gateways: Mapping[str, Gateway]) -> Iterator[Pair]:
    """Two of one cloud, each of whose ends has the other's address for its peer's."""
    for a, b in combinations(members_of(gateways), 2):
        if knows(a, b) or knows(b, a):
            ends = _towards(a, b), _towards(b, a)
            if ends[0] is not None and ends[1] is not None:
                yield Pair(ends[0], ends[1])


def _towards(member: Member, other: Member) -> End | None:
    tunnel = member.gateway.tunnel(member.multipoint.interface)
    peer = min(other.nbma, default=None, key=str)
    if tunnel is None or peer is None:
        return None
    return End(member.device, towards(tunnel, peer, member.gateway))


def owner(address: object, gateways: Mapping[str, Gateway]) -> str | None:
    """The device that has `address` on one of its interfaces by its own configuration, or None."""
    return Owners(gateways).owner(address)


class _Scores:
    """How well two ends fit. What is asked of a device often is found out once."""

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self._devices = {name: Device(name, gateway) for name, gateway in gateways.items()}
        self._owners = Owners(gateways)
        self._open = {name: _may_have_more_addresses(gateway) for name, gateway in gateways.items()}

    def candidates(self, ends: Sequence[End]) -> Iterator[tuple[int, Pair]]:
        """Every pair that may be one, with its points."""
        for a, b in combinations(ends, 2) if len(ends) <= _FEW else self._likely(ends):
            if a.device != b.device and (points := self._points(a, b)) is not None:
                yield points, Pair(a, b)

    def _likely(self, ends: Sequence[End]) -> Iterator[tuple[End, End]]:
        """The pairs that have a key in common; each once, in the order of the ends."""
        indices: defaultdict[Hashable, list[int]] = defaultdict(list)
        for index, end in enumerate(ends):
            for key in self._keys(end):
                indices[key].append(index)
        found = {
            pair for group in indices.values() if len(group) <= _CROWD for pair in combinations(group, 2)
        }
        return ((ends[a], ends[b]) for a, b in sorted(found))

    def _keys(self, end: End) -> Iterator[Hashable]:
        """Two ends that belong together make the same key in one way at least."""
        tunnel, device = end.tunnel, self._devices[end.device]
        there = self._owners.owner(tunnel.peer_address)
        if there is not None:
            yield "devices", frozenset({end.device, there})
        version = tunnel.peer_address.version if isinstance(tunnel.peer_address, IPAddress) else 4
        own = device.own_address(tunnel, version)
        if own is not None and isinstance(tunnel.peer_address, IPAddress):
            yield "addresses", frozenset({own, tunnel.peer_address})
        if own is not None:
            yield "reached at", own
        if isinstance(tunnel.peer_address, IPAddress):
            yield "reached at", tunnel.peer_address
        for identity in {*own_identities(device, tunnel), *expected_identities(device, tunnel)}:
            yield "identity", identity
        selectors = frozenset({tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors})
        if not any(s in EVERYTHING for several in selectors for s in several):
            yield "traffic", selectors

    def _points(self, a: End, b: End) -> int | None:
        there, back = self._address_points(a, b), self._address_points(b, a)
        if there is None or back is None:
            return None
        points = there + back + self._identity_points(a, b) + self._identity_points(b, a)
        points += _TRAFFIC if same_traffic(a.tunnel, b.tunnel) else 0
        points += _OTHER_VERSION if type(a.tunnel) is not type(b.tunnel) else 0
        return points + sum(_SHUT_DOWN for end in (a, b) if not end.tunnel.enabled)

    def _identity_points(self, here: End, there: End) -> int:
        match here.tunnel, there.tunnel:
            case Ikev2Tunnel() as mine, Ikev2Tunnel() as theirs:
                is_expected = mine.peer.identity == theirs.local.identity
            case Ikev1Tunnel() as mine, Ikev1Tunnel() as theirs:
                is_expected = expects(self._devices[here.device], mine, self._devices[there.device], theirs)
            case PlainTunnel() as mine, PlainTunnel() as theirs:
                is_expected = mine.ipsec.gre == theirs.ipsec.gre
            case _:
                return 0
        return _IDENTITY if is_expected else 0

    def _address_points(self, here: End, there: End) -> int | None:
        """How well `here`'s peer address fits the device of `there`; None: it is another device's address."""
        peer = here.tunnel.peer_address
        if isinstance(peer, AnyAddress | Hostname):
            return _ADDRESS_POSSIBLE
        has_it = self._owners.owner(peer)
        if has_it == there.device:
            return _ADDRESS_OWNED
        if has_it is not None:
            return None
        return _ADDRESS_POSSIBLE if self._open[there.device] else _ADDRESS_WRONG


def _may_have_more_addresses(gateway: Gateway) -> bool:
    """Does the file leave open which address the device has towards the internet?"""
    physical = [i for i in gateway.interfaces if i.kind is InterfaceKind.PHYSICAL]
    numbered = [i for i in physical if i.addresses]
    return len(numbered) < 2 or any(i.dhcp or not i.addresses for i in physical)
