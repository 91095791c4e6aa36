"""Traffic selectors between wire and model, and how a responder narrows them (RFC 7296 section 2.9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from kakehashi.ike.names import listed
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import TsType
from kakehashi.wire.v2.traffic_selector import Selector

Selectors = tuple[TrafficSelector, ...]

MAX_SELECTORS = 255  # of one payload: Number of TSs is one octet (RFC 7296 section 3.13)

_TOLD = 8  # selectors of one side that a sentence names

_ALL_PORTS = (0, 65535)
_OPAQUE = (65535, 0)


@dataclass(frozen=True, slots=True)
class Pair:
    """The selectors of our side and of the peer's."""

    local: Selectors
    remote: Selectors

    def __str__(self) -> str:
        return f"local {_texts(self.local)} remote {_texts(self.remote)}"


def to_wire(selectors: Iterable[TrafficSelector]) -> tuple[Selector, ...]:
    """The selectors of a TSi or TSr payload."""
    return tuple(_to_wire(s) for s in selectors)


def from_wire(selectors: Iterable[Selector]) -> Selectors:
    """The address ranges among the selectors; other types and impossible ranges are left out."""
    return tuple(found for s in selectors if (found := _from_wire(s)) is not None)


def respond(offered: Pair, policy: Pair, manner: ResponderSelectors) -> Pair | None:
    """What a responder answers; None is TS_UNACCEPTABLE. Both pairs are seen from this side."""
    if manner is ResponderSelectors.AS_PROPOSED:
        return _usable(offered)
    return _usable(Pair(narrow(offered.local, policy.local), narrow(offered.remote, policy.remote)))


def within(answer: Pair, offered: Pair) -> bool:
    """Is the answer a selection from what we offered, and of use at all?"""
    sides = ((answer.local, offered.local), (answer.remote, offered.remote))
    fits = all(any(_intersect(a, o) == a for o in wide) for narrowed, wide in sides for a in narrowed)
    return fits and _usable(answer) is not None


def narrow(offered: Selectors, allowed: Selectors) -> Selectors:
    """The packets of both, in the order of the offer, none said twice, as many as a payload can hold."""
    found: list[TrafficSelector] = []
    for theirs in offered:
        for ours in allowed:
            both = _intersect(theirs, ours)
            if both is not None and not any(_intersect(both, f) == both for f in found):
                found = [f for f in found if _intersect(f, both) != f]
                found.append(both)
                if len(found) == MAX_SELECTORS:
                    return tuple(found)
    return tuple(found)


def carries(pair: Pair, source: IPv4Address | IPv6Address, destination: IPv4Address | IPv6Address) -> bool:
    """Does a packet between these addresses belong to the pair? Protocol and ports are not looked at."""
    return _holds(pair.local, source) and _holds(pair.remote, destination)


def _usable(pair: Pair) -> Pair | None:
    """Only IP versions that stand on both sides can carry a packet."""
    versions = {s.version for s in pair.local} & {s.version for s in pair.remote}
    if not versions:
        return None
    return Pair(
        tuple(s for s in pair.local if s.version in versions),
        tuple(s for s in pair.remote if s.version in versions),
    )


def _intersect(one: TrafficSelector, other: TrafficSelector) -> TrafficSelector | None:
    """As TrafficSelector.intersect, and OPAQUE ports are among all ports (RFC 4301 section 4.4.1.1)."""
    ports = (one.start_port, one.end_port), (other.start_port, other.end_port)
    if _OPAQUE not in ports:
        return one.intersect(other)
    if any(p not in (_OPAQUE, _ALL_PORTS) for p in ports):
        return None
    whole = _with_ports(one, _ALL_PORTS).intersect(_with_ports(other, _ALL_PORTS))
    return None if whole is None else _with_ports(whole, _OPAQUE)


def _with_ports(selector: TrafficSelector, ports: tuple[int, int]) -> TrafficSelector:
    return TrafficSelector(selector.start, selector.end, selector.protocol, *ports)


def _holds(selectors: Sequence[TrafficSelector], address: IPv4Address | IPv6Address) -> bool:
    return any(s.version == address.version and int(s.start) <= int(address) <= int(s.end) for s in selectors)


# The same few selectors come again with every negotiation.
@lru_cache(maxsize=1024)
def _to_wire(selector: TrafficSelector) -> Selector:
    return Selector(
        TsType.TS_IPV4_ADDR_RANGE if selector.version == 4 else TsType.TS_IPV6_ADDR_RANGE,
        selector.protocol,
        selector.start_port,
        selector.end_port,
        selector.start.packed,
        selector.end.packed,
    )


@lru_cache(maxsize=1024)
def _text(selector: TrafficSelector) -> str:
    return str(selector)


def _texts(selectors: Selectors) -> str:
    more = f" and {len(selectors) - _TOLD} more" if len(selectors) > _TOLD else ""
    return listed(map(_text, selectors[:_TOLD])) + more


@lru_cache(maxsize=1024)
def _from_wire(selector: Selector) -> TrafficSelector | None:
    start: IPv4Address | IPv6Address
    end: IPv4Address | IPv6Address
    match selector.ts_type:
        case TsType.TS_IPV4_ADDR_RANGE:
            start, end = IPv4Address(selector.start), IPv4Address(selector.end)
        case TsType.TS_IPV6_ADDR_RANGE:
            start, end = IPv6Address(selector.start), IPv6Address(selector.end)
        case _:
            return None
    ports = (selector.start_port, selector.end_port)
    if int(start) > int(end) or (ports[0] > ports[1] and ports != _OPAQUE):
        return None
    return TrafficSelector(start, end, selector.protocol, *ports)
