"""A gateway becomes one that a device of another maker can be: names, and how traffic finds its tunnel.

NEC IX and AlliedWare Plus have tunnel interfaces that routes lead into. Cisco IOS has those, for one peer of
known address, and crypto maps, whose selectors choose the traffic: for peers of unknown address, and where
the identities of phase 2 name networks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import summarize_address_range
from typing import TypeVar

from kakehashi.bridge.abilities import AWPLUS, CISCO, NEC
from kakehashi.bridge.exempt import exempt
from kakehashi.bridge.names import Wanted, translated
from kakehashi.bridge.places import wan_of
from kakehashi.check.device import Device
from kakehashi.dialects.awplus.words import TRIPLE_DES
from kakehashi.dialects.cisco_ios.interfaces import family_of
from kakehashi.dialects.registry import by_name
from kakehashi.model.address import ANY, IPAddress, IPNetwork
from kakehashi.model.algorithms import ChildAlgorithms, Cipher, IkeAlgorithms
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.logging import Logging, LogHost
from kakehashi.model.multipoint import Multipoint
from kakehashi.model.policy import IkePolicy
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface, PlainTunnel, Tunnel
from kakehashi.model.watch import RouteAction, WatchEvent, WatchGroup

T = TypeVar("T")
Algorithms = TypeVar("Algorithms", IkeAlgorithms, ChildAlgorithms)
_WHOLE = (ANY_IPV4, ANY_IPV6)
_TEMPLATE = "Virtual-Template"  # what Cisco IOS makes the interfaces of sessions after


@dataclass(frozen=True, slots=True)
class Adapted:
    """The gateway in the other maker's terms. `tunnels`: each of its tunnels with what it was made of, a
    tunnel of the original with one pair of selectors where one became several. `notes`: what was changed;
    `conflicts`: where traffic would not find its tunnel.
    """

    gateway: Gateway
    tunnels: tuple[tuple[str, Tunnel], ...]
    notes: tuple[str, ...] = ()
    conflicts: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Draft:
    """The gateway while it is changed, under its old names."""

    device: Device
    target: str
    interfaces: dict[str, Interface]
    routes: list[Route]
    tunnels: list[tuple[Tunnel, Tunnel]] = field(default_factory=list)
    fixed: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)  # tunnels that were an entry of a map, and have a route
    notes: list[str] = field(default_factory=list)
    conflicts: list[Finding] = field(default_factory=list)
    # Tunnel interfaces that a map's entry took the place of: the routes into them, and who lent an address.
    gone: dict[str, tuple[tuple[Route, ...], str | None]] = field(default_factory=dict)

    @property
    def gateway(self) -> Gateway:
        return self.device.gateway


def adapt(gateway: Gateway, target: str) -> Adapted:
    """`gateway` for a device of the dialect `target`; itself where it is of that dialect already."""
    if gateway.dialect == target and not any(_needs_map(t, target) for t in gateway.tunnels):
        return Adapted(gateway, tuple((t.interface, t) for t in gateway.tunnels))
    bare = tuple(_mentioned(gateway))
    gateway = replace(gateway, interfaces=(*gateway.interfaces, *bare))
    draft = _Draft(
        Device("original", gateway),
        target,
        {i.name: i for i in gateway.interfaces if target == CISCO or family_of(i.name) != _TEMPLATE},
        list(gateway.routes),
    )
    draft.notes += [f"{i.name} is named and nothing is said of it: it gets no address" for i in bare]
    if target == AWPLUS:
        gateway = _supported(gateway, draft)
        draft.device = Device("original", gateway)
    for tunnel in gateway.tunnels:
        if gateway.dialect == target and not _needs_map(tunnel, target):
            draft.tunnels.append((tunnel, tunnel))
            continue
        _shut_down(tunnel, draft)
        hop = tunnel.outgoing.next_hop if tunnel.outgoing else None
        if target != NEC and hop is not None:
            draft.notes.append(
                f"{tunnel.interface}: the next hop {hop} is not said: the route to the peer decides"
            )
        if target == CISCO:
            _for_cisco(tunnel, draft)
        else:
            _for_routes(tunnel, draft)
    draft.tunnels = [(_open_to_the_peer(t, draft), of) for t, of in draft.tunnels]
    return _renamed(draft)


def _open_to_the_peer(tunnel: Tunnel, draft: _Draft) -> Tunnel:
    """NEC IX alone can refuse that the peer begins."""
    if draft.target == NEC or not isinstance(tunnel, Ikev2Tunnel) or tunnel.answers:
        return tunnel
    draft.notes.append(f"{tunnel.interface}: the device answers a peer that begins, too")
    return replace(tunnel, answers=True)


def _needs_map(tunnel: Tunnel, target: str) -> bool:
    """A tunnel interface of Cisco's has one destination or, with NHRP, many; a dynamic crypto map takes who
    comes.
    """
    comes = tunnel.peer_address is ANY and not tunnel.multipoint
    return target == CISCO and comes and not tunnel.policy_based


def _mentioned(gateway: Gateway) -> Iterator[Interface]:
    """Ports that lines name and no block describes: they are there all the same, and need a name."""
    used: list[str | None] = [r.interface for r in gateway.routes]
    for interface in gateway.interfaces:
        used += [interface.unnumbered, interface.unnumbered_ipv6]
    for tunnel in gateway.tunnels:
        used += [tunnel.source_address] if isinstance(tunnel.source_address, str) else []
        used += [tunnel.outgoing.interface] if tunnel.outgoing else []
    known = {i.name for i in gateway.interfaces}
    for name in dict.fromkeys(used):
        if name and name not in known:
            is_loopback = name.lower().startswith("lo")
            kind = InterfaceKind.LOOPBACK if is_loopback else InterfaceKind.PHYSICAL
            yield Interface(name=name, kind=kind, enabled=True)


def networks(selectors: Iterable[TrafficSelector]) -> list[IPNetwork]:
    """The networks of selectors; what means everything is left out."""
    found: list[IPNetwork] = []
    for selector in selectors:
        if TrafficSelector(selector.start, selector.end) not in _WHOLE:
            found += summarize_address_range(selector.start, selector.end)
    return list(dict.fromkeys(found))


def _supported(gateway: Gateway, draft: _Draft) -> Gateway:
    """Without 3DES: AlliedWare Plus takes the word, and its newer firmware does not support it."""

    def kept(several: Iterable[T], cipher_of: Callable[[T], Cipher | None]) -> tuple[T, ...]:
        given = tuple(several)
        without = tuple(x for x in given if cipher_of(x) != TRIPLE_DES)
        if not without or len(without) == len(given):
            return given
        draft.notes.append("3DES goes: newer firmware of the device does not support it")
        return without

    def with_sets(algorithms: Algorithms) -> Algorithms:
        sets = [replace(s, alternatives=()) for s in algorithms.sets]
        sets = [replace(s, ciphers=kept(s.ciphers, lambda c: c)) for s in sets]
        first, *more = kept(sets, lambda s: s.ciphers[0] if s.ciphers else None)
        return replace(first, alternatives=tuple(more))  # type: ignore[arg-type]

    def plain(tunnel: Tunnel) -> Tunnel:
        if isinstance(tunnel, Ikev1Tunnel):
            proposals = kept(tunnel.ipsec.proposals, lambda p: p.cipher)
            return replace(tunnel, ipsec=replace(tunnel.ipsec, proposals=proposals))
        if isinstance(tunnel, Ikev2Tunnel):
            ike, child = with_sets(tunnel.ike.algorithms), with_sets(tunnel.ipsec.algorithms)
            return replace(
                tunnel,
                ike=replace(tunnel.ike, algorithms=ike),
                ipsec=replace(tunnel.ipsec, algorithms=child),
            )
        return tunnel

    return replace(
        gateway,
        tunnels=tuple(plain(t) for t in gateway.tunnels),
        ikev1_peers=tuple(
            replace(p, proposals=kept(p.proposals, lambda x: x.cipher)) for p in gateway.ikev1_peers
        ),
    )


def _shut_down(tunnel: Tunnel, draft: _Draft) -> None:
    """A tunnel that is not complete is off; what completes it for the other device must not switch it on."""
    interface = draft.interfaces.get(tunnel.interface)
    if interface is not None and interface.enabled and not tunnel.enabled:
        draft.interfaces[tunnel.interface] = replace(interface, enabled=False)
        draft.notes.append(f"{tunnel.interface} is shut down: as it is written it could not come up")


def _for_cisco(tunnel: Tunnel, draft: _Draft) -> None:
    """A tunnel interface where the device can have one, else an entry of a crypto map."""
    ipsec = tunnel.ipsec
    names_networks = isinstance(tunnel, Ikev1Tunnel) and bool(
        networks((*ipsec.local_selectors, *ipsec.remote_selectors))
    )
    if tunnel.multipoint:
        if not isinstance(tunnel, PlainTunnel):
            draft.notes.append(
                f"{tunnel.interface}: the device makes an SA with a peer when there is traffic for it"
            )
        draft.tunnels.append((replace(_filtering(tunnel), outgoing=None), tunnel))
        return
    if tunnel.peer_address is ANY or names_networks:
        _to_map(tunnel, draft)
        return
    source = tunnel.source_address
    if source is None and tunnel.outgoing is not None:
        source = tunnel.outgoing.interface
    wan = wan_of(tunnel, draft.device)
    if source is None and wan is not None:
        source = wan.name
        draft.notes.append(f"{tunnel.interface}: `tunnel source` is {wan.name}, by which the peer is reached")
    if tunnel.connect is ConnectType.ON_DEMAND:
        draft.notes.append(f"{tunnel.interface}: the device makes the SA at once, not when there is traffic")
    changed = replace(_filtering(tunnel), source_address=source, outgoing=None, connect=_kept_up(tunnel))
    draft.tunnels.append((changed, tunnel))


def _kept_up(tunnel: Tunnel) -> ConnectType:
    """Where the device has nothing between: a tunnel that only the peer begins stays one."""
    return ConnectType.NEVER if tunnel.connect is ConnectType.NEVER else ConnectType.ALWAYS


def _to_map(tunnel: Tunnel, draft: _Draft) -> None:
    """Selectors choose what routes led into the tunnel."""
    wan = wan_of(tunnel, draft.device)
    number = 10 * (1 + sum(t.policy_based and t.peer_address is not ANY for t, _ in draft.tunnels))
    if tunnel.peer_address is ANY:
        number = 65000 + sum(t.policy_based and t.peer_address is ANY for t, _ in draft.tunnels)
    name = f"VPN {number}"
    into = [r for r in draft.routes if r.interface == tunnel.interface]
    draft.routes = [r for r in draft.routes if r.interface != tunnel.interface]
    changed: Tunnel = replace(
        _filtering(_chosen_by_routes(tunnel, into)),
        interface=name,
        policy_based=True,
        outgoing=OutgoingInterface(wan.name) if wan and tunnel.enabled else None,
        connect=ConnectType.ON_DEMAND,
        source_address=tunnel.source_address,
    )
    before = draft.interfaces.pop(tunnel.interface, None)
    draft.gone[tunnel.interface] = (tuple(into), before.unnumbered if before else None)
    is_server = draft.gateway.l2tp_server(tunnel.interface) is not None
    version = next((s.version for s in changed.ipsec.local_selectors), 4)
    draft.interfaces[name] = Interface(
        name=name,
        kind=InterfaceKind.TUNNEL,
        enabled=wan is not None,
        unnumbered=wan.name if wan and version == 4 else None,
        unnumbered_ipv6=wan.name if wan and version == 6 else None,
        # The interface that a session is made after has them.
        addresses=before.addresses if before and is_server else (),
        adjust_mss=before.adjust_mss if before and is_server else None,
    )
    draft.fixed.add(name)
    at = wan.name if wan else "no interface"
    draft.notes.append(f"{tunnel.interface} becomes an entry of the crypto map VPN on {at}")
    for route in into:
        draft.notes.append(
            f"the route to {route.destination} goes: the selectors of the map choose the traffic"
        )
    if is_server:
        draft.notes.append(f"who dials in to {tunnel.interface} gets an interface like Virtual-Template1")
    elif before is not None and (before.addresses or before.mtu or before.adjust_mss is not None):
        draft.notes.append(
            f"{before.name}: address, MTU and MSS go, for a crypto map has no interface of its own"
        )
    draft.tunnels.append((changed, tunnel))


def _reserves(draft: _Draft) -> Iterator[Finding]:
    """Routes that were kept for the case that another is away: without that one they lead all the traffic."""
    tunnels = {t.interface for t, _ in draft.tunnels if not t.policy_based}
    for name, (routes, _) in draft.gone.items():
        for route in routes:
            for other in draft.routes:
                if other.interface not in tunnels or other.destination != route.destination:
                    continue
                if other.metric > route.metric:
                    yield Finding(
                        Severity.ERROR,
                        "reserve-first",
                        f"the route to {route.destination} by {other.interface} is a reserve, and the entry "
                        f"of a crypto map that {name} becomes has no route: all goes by {other.interface}",
                        other.source,
                        f"let {name} be a tunnel for any network, or take the reserve out",
                        name=name,
                    )


def _asking(group: WatchGroup, draft: _Draft) -> WatchGroup:
    """A map's entry has no interface to ask by: from the lender's address the request is for the map."""

    def asked(event: WatchEvent) -> WatchEvent:
        if event.interface not in draft.gone:
            return event
        lender = draft.gone[event.interface][1]
        draft.notes.append(
            f"path monitoring {group.title} asks from {lender or 'any interface'}: {event.interface} is no "
            "interface there"
        )
        return replace(event, interface=None, source_address=event.source_address or lender)

    return replace(group, events=tuple(asked(event) for event in group.events))


def _chosen_by_routes(tunnel: Tunnel, into: list[Route]) -> Tunnel:
    """Where selectors name no networks, and IKEv2 can narrow, those that routes led to are the peer's."""
    if not isinstance(tunnel, Ikev2Tunnel):
        return tunnel
    ipsec = tunnel.ipsec
    if networks((*ipsec.local_selectors, *ipsec.remote_selectors)):
        return tunnel
    there = [r.destination for r in into if r.destination.version == 4 and r.destination.prefixlen]
    if not there:
        return replace(
            tunnel, ipsec=replace(ipsec, local_selectors=(ANY_IPV4,), remote_selectors=(ANY_IPV4,))
        )
    return replace(
        tunnel,
        ipsec=replace(
            tunnel.ipsec,
            local_selectors=(ANY_IPV4,),
            remote_selectors=tuple(TrafficSelector.of(n) for n in there),
        ),
    )


def _filtering(tunnel: Tunnel) -> Tunnel:
    if isinstance(tunnel, Ikev1Tunnel):
        return replace(tunnel, ipsec=replace(tunnel.ipsec, filters=True))
    return tunnel


def _for_routes(tunnel: Tunnel, draft: _Draft) -> None:
    """A tunnel interface that routes lead into; of a crypto map one for each pair where a map has one."""
    if not tunnel.policy_based:
        draft.tunnels.append((_ends_for(tunnel, draft), tunnel))
        return
    before = draft.interfaces.pop(tunnel.interface, None)
    for number, part in enumerate(_parts(tunnel, draft)):
        name = f"{tunnel.interface} part {number}"
        lan = _lender(part, draft)
        draft.interfaces[name] = Interface(
            name=name,
            kind=InterfaceKind.TUNNEL,
            enabled=before.enabled if before else True,
            unnumbered=lan,
            source=tunnel.source,
        )
        there = networks(part.ipsec.remote_selectors)
        for network in there:
            if any(r.destination == network and r.interface in draft.made for r in draft.routes):
                draft.conflicts.append(_behind_several(tunnel, network))
                continue
            draft.made.add(name)
            draft.routes.append(Route(destination=network, interface=name, source=tunnel.source))
            draft.notes.append(f"{tunnel.interface}: a route to {network} leads into its tunnel interface")
        if not there:
            draft.notes.append(
                f"{tunnel.interface}: which networks the peer has is not said; add routes into its tunnel"
            )
        connect = part.connect if draft.target == NEC else _kept_up(part)
        changed = replace(part, interface=name, policy_based=False, connect=connect)
        draft.tunnels.append((_ends_for(changed, draft), part))


def _behind_several(tunnel: Tunnel, network: IPNetwork) -> Finding:
    return Finding(
        Severity.ERROR,
        "same-destination",
        f"{tunnel.interface}: {network} is behind several tunnels, and the device chooses by the destination "
        "alone: what comes from the network of the second goes into the first, and the far end drops it; let "
        "one line of the access list say it on both ends, from a network that holds both",
        tunnel.source,
        name=tunnel.interface,
    )


def _parts(tunnel: Tunnel, draft: _Draft) -> list[Tunnel]:
    """A tunnel for each pair of networks: a map of NEC IX names one on either side."""
    ipsec = tunnel.ipsec
    if draft.target != NEC or not isinstance(tunnel, Ikev1Tunnel) or len(ipsec.local_selectors) < 2:
        return [tunnel]
    draft.notes.append(f"{tunnel.interface} becomes {len(ipsec.local_selectors)} tunnels: one for each pair")
    return [
        replace(
            tunnel,
            name=f"{tunnel.name}-{number}",
            ipsec=replace(tunnel.ipsec, local_selectors=(local,), remote_selectors=(remote,)),
        )
        for number, (local, remote) in enumerate(
            zip(ipsec.local_selectors, ipsec.remote_selectors, strict=True), start=1
        )
    ]


def _lender(tunnel: Tunnel, draft: _Draft) -> str | None:
    """The interface of our own network that goes into the tunnel, else the one that carries it."""
    ours = networks(tunnel.ipsec.local_selectors)
    for interface in draft.device.physical:
        if any(a.version == n.version and a.ip in n for a in interface.addresses for n in ours):
            return interface.name
    wan = wan_of(tunnel, draft.device)
    return wan.name if wan else None


def _ends_for(tunnel: Tunnel, draft: _Draft) -> Tunnel:
    """What the device wants to know of our end, and of who may come."""
    changed = tunnel
    if isinstance(changed, Ikev1Tunnel):
        changed = replace(changed, ipsec=replace(changed.ipsec, filters=draft.target != NEC))
        if draft.target == NEC:
            at = changed.peer_address
            same = tuple(p.name for p in draft.gateway.ikev1_peers if p.address == at)
            coming = changed.peers if changed.starts_phase2 and len(changed.peers) == 1 else ()
            return replace(
                changed,
                peers=coming if at is ANY else same,
                starts_phase2=at is not ANY or bool(coming),
                answers_only_peers=at is not ANY,
                outgoing=None,
                source_address=None,
                connect=ConnectType.ON_DEMAND,
            )
    if draft.target == NEC and not isinstance(changed, PlainTunnel):
        return changed
    source = changed.source_address
    if source is None and changed.outgoing is not None:
        source = changed.outgoing.interface
    if source is None and (wan := wan_of(tunnel, draft.device)) is not None:
        source = wan.name
        draft.notes.append(f"{tunnel.interface}: `tunnel source` is {wan.name}, by which the peer is reached")
    always = changed.peer_address is not ANY
    return replace(
        changed,
        source_address=source,
        outgoing=None,
        connect=ConnectType.ALWAYS if always else ConnectType.ON_DEMAND,
    )


def _renamed(draft: _Draft) -> Adapted:
    gateway, target = draft.gateway, draft.target
    same = gateway.dialect == target
    names = translated(
        (Wanted(i, same or i.name in draft.fixed) for i in draft.interfaces.values()), gateway.dialect, target
    )
    for old, new in names.items():
        if old != new and " part " not in old:
            draft.notes.append(f"{old} is {new}")
    tunnels = [(_renamed_tunnel(t, names), of) for t, of in draft.tunnels]
    draft.conflicts += _reserves(draft)
    made = replace(
        gateway,
        dialect=target,
        unknown_peer_policy=_answering(gateway, target),
        interfaces=tuple(_renamed_interface(i, names) for i in draft.interfaces.values()),
        tunnels=tuple(t for t, _ in tunnels),
        routes=tuple(_renamed_route(r, names) for r in draft.routes),
        watch_groups=tuple(_renamed_watch(_asking(w, draft), names) for w in gateway.watch_groups),
        access_lists=tuple(a for a in gateway.access_lists if same or a.name in _filters(gateway)),
        ikev1_peers=_used(gateway, [t for t, _ in tunnels]),
        multipoints=tuple(_renamed_multipoint(m, names) for m in gateway.multipoints),
        l2tp_servers=_renamed_servers(gateway, {of.interface: t.interface for t, of in tunnels}, names),
        logging=_renamed_logging(gateway.logging, names),
    )
    made, told = exempt(made, {a.name: a for a in gateway.access_lists}, _beyond(draft, tunnels))
    draft.notes += told
    return Adapted(
        made,
        tuple((t.interface, of) for t, of in tunnels),
        tuple(dict.fromkeys(draft.notes)),
        tuple(draft.conflicts),
    )


def _beyond(draft: _Draft, tunnels: list[tuple[Tunnel, Tunnel]]) -> dict[str, tuple[IPNetwork, ...]]:
    """Where the routes into a tunnel interface led that a map's entry took the place of, by that entry.

    Who dials in gets an interface of its own, whose packets do not leave by the map's.
    """
    return {
        made.interface: tuple(
            network
            for network in (route.destination for route in draft.gone[of.interface][0])
            if network.version == 4 and network.prefixlen
        )
        for made, of in tunnels
        if of.interface in draft.gone and draft.gateway.l2tp_server(of.interface) is None
    }


def _used(gateway: Gateway, tunnels: list[Tunnel]) -> tuple[Ikev1Peer, ...]:
    if any(isinstance(t, Ikev1Tunnel) for t in tunnels):
        return gateway.ikev1_peers
    return ()


def _filters(gateway: Gateway) -> set[str]:
    return {name for i in gateway.interfaces for name in i.lists}


def _answering(gateway: Gateway, target: str) -> IkePolicy:
    """What answers strangers: nobody may come where all peers are known, so what the tunnels say is said."""
    tunnels = [t for t in gateway.tunnels if isinstance(t, Ikev2Tunnel)]
    if gateway.dialect == target or any(t.peer_address is ANY and not t.parties for t in tunnels):
        return gateway.unknown_peer_policy
    if tunnels and target != AWPLUS:
        return tunnels[0].ike
    return by_name(target).lower("", "").gateway.unknown_peer_policy


def _renamed_interface(interface: Interface, names: dict[str, str]) -> Interface:
    translation = interface.translation
    if translation is not None and translation.inside is not None:
        inside = tuple(names.get(name, name) for name in translation.inside)
        translation = replace(translation, inside=inside)
    return replace(
        interface,
        name=names[interface.name],
        unnumbered=names.get(interface.unnumbered or "", interface.unnumbered),
        unnumbered_ipv6=names.get(interface.unnumbered_ipv6 or "", interface.unnumbered_ipv6),
        translation=translation,
    )


def _renamed_route(route: Route, names: dict[str, str]) -> Route:
    return replace(route, interface=names.get(route.interface or "", route.interface))


def _renamed_multipoint(multipoint: Multipoint, names: dict[str, str]) -> Multipoint:
    source = multipoint.source_address
    return replace(
        multipoint,
        interface=names.get(multipoint.interface, multipoint.interface),
        source_address=names.get(source, source) if isinstance(source, str) else source,
    )


def _renamed_logging(logging: Logging, names: dict[str, str]) -> Logging:
    def renamed(host: LogHost) -> LogHost:
        local = host.local
        return replace(host, local=names.get(local, local)) if isinstance(local, str) else host

    return replace(logging, hosts=tuple(renamed(host) for host in logging.hosts))


def _renamed_servers(
    gateway: Gateway, tunnels: dict[str, str], names: dict[str, str]
) -> tuple[L2tpServer, ...]:
    """The servers with what their tunnels, and the interfaces that lend them an address, are called."""
    return tuple(
        replace(s, interface=tunnels[s.interface], lender=names.get(s.lender or "", s.lender))
        for s in gateway.l2tp_servers
        if s.interface in tunnels
    )


def _renamed_watch(group: WatchGroup, names: dict[str, str]) -> WatchGroup:
    def renamed(name: str | None) -> str | None:
        return names.get(name or "", name)

    def source(event: WatchEvent) -> IPAddress | str | None:
        return (
            renamed(event.source_address) if isinstance(event.source_address, str) else event.source_address
        )

    return replace(
        group,
        events=tuple(
            replace(e, interface=renamed(e.interface), source_address=source(e)) for e in group.events
        ),
        actions=tuple(
            replace(a, interface=renamed(a.interface))
            if isinstance(a, RouteAction)
            else replace(a, tunnel=names.get(a.tunnel, a.tunnel))
            for a in group.actions
        ),
    )


def _renamed_tunnel(tunnel: Tunnel, names: dict[str, str]) -> Tunnel:
    source = tunnel.source_address
    outgoing = tunnel.outgoing
    if outgoing is not None:
        outgoing = replace(outgoing, interface=names.get(outgoing.interface, outgoing.interface))
    return replace(
        tunnel,
        interface=names.get(tunnel.interface, tunnel.interface),
        source_address=names.get(source, source) if isinstance(source, str) else source,
        outgoing=outgoing,
    )
