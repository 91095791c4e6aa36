"""Which tunnel of one device meets which tunnel of another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from kakehashi.lab.ikev1 import expects, same_traffic
from kakehashi.model.address import ANY, AnyAddress, Hostname
from kakehashi.model.gateway import Gateway, InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

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


@dataclass(frozen=True, slots=True)
class End:
    """One end of a tunnel."""

    device: str
    tunnel: Tunnel

    @property
    def can_begin(self) -> bool:
        """Does it know where to send the first message?"""
        return self.tunnel.peer_address is not ANY

    @property
    def ike_version(self) -> int:
        """The version of IKE that makes the tunnel."""
        return 1 if isinstance(self.tunnel, Ikev1Tunnel) else 2

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


def pair_tunnels(gateways: Mapping[str, Gateway]) -> Pairing:
    """Find the pairs among the tunnels of all devices, by identities and addresses; each is used once."""
    ends = [End(name, tunnel) for name, gateway in gateways.items() for tunnel in gateway.tunnels]
    scored = sorted(_candidates(ends, gateways), key=lambda candidate: -candidate[0])
    free = dict.fromkeys(ends)
    pairs: list[Pair] = []
    for score, pair in scored:
        if score >= _ENOUGH and pair.a in free and pair.b in free:
            pairs.append(pair)
            del free[pair.a], free[pair.b]
    # One tunnel left on each of two devices: they are meant for each other, however little they agree. That
    # they do not is what the lab then tells.
    if len(free) == 2 and any({pair.a, pair.b} == set(free) for _, pair in scored):
        pairs.append(Pair(*free))
        free = {}
    order = {end: index for index, end in enumerate(ends)}
    return Pairing(tuple(sorted(pairs, key=lambda pair: order[pair.a])), tuple(free))


def owner(address: object, gateways: Mapping[str, Gateway]) -> str | None:
    """The device that has `address` on one of its interfaces by its own configuration, or None."""
    for name, gateway in gateways.items():
        if any(address == own.ip for interface in gateway.interfaces for own in interface.addresses):
            return name
    return None


def _candidates(ends: list[End], gateways: Mapping[str, Gateway]) -> Iterator[tuple[int, Pair]]:
    for a, b in combinations(ends, 2):
        if a.device == b.device:
            continue
        there, back = _address_points(a, b, gateways), _address_points(b, a, gateways)
        if there is None or back is None:
            continue
        points = there + back + _identity_points(a, b, gateways) + _identity_points(b, a, gateways)
        points += _TRAFFIC if same_traffic(a.tunnel, b.tunnel) else 0
        points += _OTHER_VERSION if type(a.tunnel) is not type(b.tunnel) else 0
        points += sum(_SHUT_DOWN for end in (a, b) if not end.tunnel.enabled)
        yield points, Pair(a, b)


def _identity_points(here: End, there: End, gateways: Mapping[str, Gateway]) -> int:
    match here.tunnel, there.tunnel:
        case Ikev2Tunnel() as mine, Ikev2Tunnel() as theirs:
            is_expected = mine.peer.identity == theirs.local.identity
        case Ikev1Tunnel() as mine, Ikev1Tunnel() as theirs:
            is_expected = expects(gateways[here.device], mine, gateways[there.device], theirs)
        case _:
            return 0
    return _IDENTITY if is_expected else 0


def _address_points(here: End, there: End, gateways: Mapping[str, Gateway]) -> int | None:
    """How well `here`'s peer address fits the device of `there`; None: it is another device's address."""
    peer = here.tunnel.peer_address
    if isinstance(peer, AnyAddress | Hostname):
        return _ADDRESS_POSSIBLE
    has_it = owner(peer, gateways)
    if has_it == there.device:
        return _ADDRESS_OWNED
    if has_it is not None:
        return None
    return _ADDRESS_POSSIBLE if _may_have_more_addresses(gateways[there.device]) else _ADDRESS_WRONG


def _may_have_more_addresses(gateway: Gateway) -> bool:
    """Does the file leave open which address the device has towards the internet?"""
    physical = [i for i in gateway.interfaces if i.kind is InterfaceKind.PHYSICAL]
    numbered = [i for i in physical if i.addresses]
    return len(numbered) < 2 or any(i.dhcp or not i.addresses for i in physical)
