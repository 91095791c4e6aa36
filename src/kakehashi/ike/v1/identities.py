"""The identities of quick mode, IDci and IDcr: for what traffic a pair of SAs is (RFC 2409 section 5.5, RFC
2407 section 4.6.2).

On a policy-based device they say which packets the SAs carry; on a route-based one they only name the SAs.
There is no narrowing in IKEv1: the responder takes what it is offered or refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from kakehashi.ike.trigger import Trigger
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.ikev1 import Ikev1IpsecPolicy
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.wire.registry.ikev1 import IdType
from kakehashi.wire.v1.identification import ADDRESS_SIZES, Identification

_ALL_PORTS = (0, 65535)


@dataclass(frozen=True, slots=True)
class SelectorPair:
    """Our side's traffic and the peer's."""

    local: TrafficSelector
    remote: TrafficSelector

    @property
    def version(self) -> int:
        """The IP version of both."""
        return self.local.version

    def contains(self, other: "SelectorPair") -> bool:
        """Is every packet of `other` also one of ours?"""
        return self.local.contains(other.local) and self.remote.contains(other.remote)

    def intersect(self, other: "SelectorPair") -> "SelectorPair | None":
        """The packets of both, or None."""
        local, remote = self.local.intersect(other.local), self.remote.intersect(other.remote)
        return None if local is None or remote is None else SelectorPair(local, remote)

    def __str__(self) -> str:
        return f"local {self.local} remote {self.remote}"


def to_wire(selector: TrafficSelector) -> Identification:
    """The identity of one side's traffic. ValueError for ports that it has no form for."""
    ports = (selector.start_port, selector.end_port)
    if ports[0] != ports[1] and ports != _ALL_PORTS:
        raise ValueError(f"an identity of IKEv1 has one port or all, not {ports[0]} to {ports[1]}")
    port = ports[0] if ports[0] == ports[1] else 0
    id_type, data = _addresses(selector.start, selector.end)
    return Identification(id_type, data, selector.protocol, port)


def from_wire(identity: Identification) -> TrafficSelector | None:
    """The traffic that an identity means; None if it is not made of addresses, or of impossible ones."""
    if identity.id_type not in ADDRESS_SIZES:
        return None
    address = IPv4Address if ADDRESS_SIZES[identity.id_type] in (4, 8) else IPv6Address
    size = 4 if address is IPv4Address else 16
    first, second = identity.data[:size], identity.data[size:]
    start: IPAddress = address(first)
    match identity.id_type:
        case IdType.ID_IPV4_ADDR | IdType.ID_IPV6_ADDR:
            end: IPAddress = start
        case IdType.ID_IPV4_ADDR_SUBNET | IdType.ID_IPV6_ADDR_SUBNET:
            mask = int.from_bytes(second, "big")
            host_bits = mask ^ ((1 << 8 * size) - 1)
            if host_bits & (host_bits + 1):
                return None
            start = address(int(start) & mask)
            end = address(int(start) | host_bits)
        case _:
            end = address(second)
    if int(start) > int(end):
        return None
    # Port 0 is any, and without a protocol a port means nothing (RFC 2407 section 4.6.2).
    low, high = (identity.port, identity.port) if identity.port and identity.protocol else _ALL_PORTS
    return TrafficSelector(start, end, identity.protocol, low, high)


def text(identities: Sequence[Identification]) -> str:
    """Identities as an engineer writes them, `nothing` if there are none."""
    return ", ".join(_text(identity) for identity in identities) or "nothing"


def pairs(policy: Ikev1IpsecPolicy, path: Path) -> tuple[SelectorPair, ...]:
    """The pairs of identities of a policy, one for each pair of SAs.

    In transport mode, and of GRE and of frames in L2TPv3, the ends of `path`.
    """
    if policy.wrapped_as is not None:
        protocol, port = policy.wrapped_as
        own = (port, port) if port else _ALL_PORTS
        ends = (TrafficSelector(end, end, protocol, *own) for end in (path.local.ip, path.remote.ip))
        return (SelectorPair(*ends),)
    configured = _configured(policy)
    if not policy.between_ends:
        return configured
    return tuple(dict.fromkeys(_on_path(pair, path) for pair in configured))


def for_trigger(policy: Ikev1IpsecPolicy, path: Path, trigger: Trigger | None) -> tuple[SelectorPair, ...]:
    """The pairs that a packet asks for: the first that carries it; all of them without a packet."""
    every = pairs(policy, path)
    if trigger is None:
        return every
    if policy.between_ends:
        return every[:1]
    return tuple(pair for pair in every if carries(policy, pair, trigger))[:1]


def carries(policy: Ikev1IpsecPolicy, pair: SelectorPair, trigger: Trigger) -> bool:
    """Does a packet belong to the pair?"""
    if trigger.source.version != pair.version:
        return False
    if not policy.filters or policy.between_ends:
        return True
    source = _of_packet(trigger.source, trigger.protocol, trigger.source_port)
    destination = _of_packet(trigger.destination, trigger.protocol, trigger.destination_port)
    return pair.local.intersect(source) is not None and pair.remote.intersect(destination) is not None


def carried(policy: Ikev1IpsecPolicy, pair: SelectorPair) -> SelectorPair:
    """Which packets the SAs carry that are called so: all where the policy does not filter."""
    if policy.filters or policy.between_ends:
        return pair
    everything = ANY_IPV4 if pair.version == 4 else ANY_IPV6
    return SelectorPair(everything, everything)


def respond(policy: Ikev1IpsecPolicy, offered: SelectorPair | None, path: Path) -> SelectorPair | None:
    """What a responder makes of the initiator's identities, seen from this side; None: of none it is offered.

    No identities mean the two addresses of the path (RFC 2409 section 5.5), or everything where the policy
    does not filter.
    """
    ours = pairs(policy, path)
    if not ours:
        return None
    if policy.between_ends:
        return _between_ends(ours, offered, path)
    if not policy.sends_identities:
        # Without identities there is nothing to compare (V1-13).
        if offered is None or not policy.filters:
            return next((pair for pair in ours if offered is None or pair.version == offered.version), None)
        return next((both for pair in ours if (both := pair.intersect(offered)) is not None), None)
    if offered is None:
        if not policy.filters:
            return ours[0]
        offered = SelectorPair(_of_host(path.local.ip), _of_host(path.remote.ip))
    if not policy.filters:
        return offered if offered in ours else None
    return offered if any(pair.contains(offered) for pair in ours) else None


def of_client(pair: SelectorPair, address: IPAddress | None) -> SelectorPair:
    """The pair of a client that has this one address; as it is, if that is none of its addresses."""
    if address is None:
        return pair
    host = replace(pair.local, start=address, end=address)
    return replace(pair, local=host) if pair.local.contains(host) else pair


def of_server(policy: Ikev1IpsecPolicy, address: IPAddress | None) -> Ikev1IpsecPolicy:
    """The policy towards a client that has this address from us: it speaks for no other client."""
    if address is None or not policy.filters:
        return policy
    hosts = (replace(s, start=address, end=address) for s in policy.remote_selectors)
    pairs_of = zip(policy.remote_selectors, hosts, strict=True)
    own = tuple(host if host.version == s.version and s.contains(host) else s for s, host in pairs_of)
    return replace(policy, remote_selectors=own)


def _configured(policy: Ikev1IpsecPolicy) -> tuple[SelectorPair, ...]:
    in_step = zip(policy.local_selectors, policy.remote_selectors, strict=False)
    return tuple(SelectorPair(ours, theirs) for ours, theirs in in_step if ours.version == theirs.version)


def _between_ends(
    ours: Sequence[SelectorPair], offered: SelectorPair | None, path: Path
) -> SelectorPair | None:
    """Transport mode and GRE are between the ends alone.

    What a NAT has made of their addresses does not count (RFC 3947 section 5.2).
    """
    if offered is None:
        return ours[0]
    if offered.local.start != offered.local.end or offered.remote.start != offered.remote.end:
        return None
    here = _on_path(offered, path)
    return here if any(pair.contains(here) for pair in ours) else None


def _on_path(pair: SelectorPair, path: Path) -> SelectorPair:
    """Protocol and ports of the pair between the ends of the path."""
    return SelectorPair(
        replace(pair.local, start=path.local.ip, end=path.local.ip),
        replace(pair.remote, start=path.remote.ip, end=path.remote.ip),
    )


def _of_host(address: IPAddress) -> TrafficSelector:
    return TrafficSelector(address, address)


def _of_packet(address: IPAddress, protocol: int, port: int) -> TrafficSelector:
    return TrafficSelector(address, address, protocol, port, port)


def _addresses(start: IPAddress, end: IPAddress) -> tuple[IdType, bytes]:
    is_v4 = start.version == 4
    if start == end:
        return (IdType.ID_IPV4_ADDR if is_v4 else IdType.ID_IPV6_ADDR), start.packed
    span = int(end) - int(start) + 1
    if not span & (span - 1) and not int(start) % span:
        mask = (1 << start.max_prefixlen) - span
        subnet = IdType.ID_IPV4_ADDR_SUBNET if is_v4 else IdType.ID_IPV6_ADDR_SUBNET
        return subnet, start.packed + mask.to_bytes(start.max_prefixlen // 8, "big")
    return (IdType.ID_IPV4_ADDR_RANGE if is_v4 else IdType.ID_IPV6_ADDR_RANGE), start.packed + end.packed


def _text(identity: Identification) -> str:
    selector = from_wire(identity)
    if selector is not None:
        return str(selector)
    return f"{identity.id_type.name} {identity.data[:64].hex()}"
