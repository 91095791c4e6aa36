"""The other side of a tunnel as this side knows it; what it does not know is a placeholder, and said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_interface, ip_network

from kakehashi.bridge.abilities import CISCO
from kakehashi.bridge.adapt import networks
from kakehashi.bridge.clouds import Member, member
from kakehashi.bridge.frames import exchanged, other_end, takes, wires_of
from kakehashi.bridge.names import loopback, physical
from kakehashi.bridge.names import tunnel as tunnel_name
from kakehashi.bridge.places import places, wan_of
from kakehashi.check.device import Device
from kakehashi.model.address import ANY, IPAddress, IPInterface, IPNetwork, PeerAddress
from kakehashi.model.bridge import Bridge
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.identity import Authentication, Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel, PeerIdentity, RemoteAccess
from kakehashi.model.parties import towards
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface, Party, PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IdType

_MADE_UP_WAN = {4: "198.18.0.2/24", 6: "2001:db8:ffff::2/64"}
_MADE_UP_LAN = "192.168.254.1/24"
_MADE_UP_HERE = {4: "192.0.2.1", 6: "2001:db8::1"}
_MOST_PORTS = 8
_HOSTNAME = "far-end"
_PREFIX = {4: 24, 6: 64}  # of a network towards the internet of which only an address is known


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What this side cannot know, in words. `interface`: whose; `value`: what is made up, "" for the rest."""

    text: str
    interface: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.interface}: {self.text}" if self.interface else self.text


@dataclass(frozen=True, slots=True)
class FarEnd:
    """The far end's router, with one tunnel; and what in it is a placeholder."""

    gateway: Gateway
    tunnel: str
    placeholders: tuple[Placeholder, ...]


class NoFarEndError(Exception):
    """There can be no far end; the text says why."""


@dataclass(slots=True)
class _Draft:
    """What the far end is made of. `own`: our address; `here`: as the far end sees it; `there`: its own."""

    near: Device
    tunnel: Tunnel
    own: IPAddress | None
    here: IPAddress | None
    there: IPAddress | None
    version: int
    member: Member | None = None  # of a cloud: who the far end is
    placeholders: list[Placeholder] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)  # of the far end's LAN, by the pseudowire here

    def ask(self, text: str, interface: str = "", value: object = "") -> None:
        """Remember a placeholder."""
        self.placeholders.append(Placeholder(text, interface, str(value)))

    @property
    def wan(self) -> str:
        return physical(self.near.gateway.dialect, 0)

    @property
    def lan(self) -> str:
        return physical(self.near.gateway.dialect, 1)

    @property
    def wires(self) -> tuple[Pseudowire, ...]:
        """What the tunnel carries frames by: that of its interface, or those that its selectors choose."""
        return wires_of(self.tunnel, self.near.gateway)

    @property
    def wire(self) -> Pseudowire | None:
        """That of its interface."""
        return next((wire for wire in self.wires if wire.protected), None)

    @property
    def is_keyed(self) -> bool:
        """Has the far end, one of many, a key with us of its own?"""
        named = {peer.address for peer in self.near.peers_of(self.tunnel)}
        parties = self.tunnel.parties if isinstance(self.tunnel, Ikev2Tunnel) else ()
        return self.there in named or any(party.address == self.there for party in parties)

    def ours_of(self, wire: Pseudowire) -> IPAddress | None:
        """Our end of a pseudowire, where an interface or the tunnel has that address."""
        source = wire.source_address
        named = self.near.addresses_of(source, self.version) if isinstance(source, str) else ()
        return next(iter(named), self.own)

    @property
    def name(self) -> str:
        return "VPN 10" if self.tunnel.policy_based else tunnel_name(self.near.gateway.dialect)


def far_end(gateway: Gateway, tunnel: Tunnel) -> FarEnd:
    """The router at the other end of a tunnel of `gateway`, in the same dialect. NoFarEndError."""
    near = Device("near", gateway)
    at = places(tunnel, near)
    draft = _Draft(near, tunnel, at.own, at.here, at.there, at.version)
    if tunnel.multipoint:
        _of_a_cloud(draft)
    unprotected = [wire for wire in draft.wires if not wire.protected]
    if draft.there is None and unprotected and isinstance(unprotected[0].peer, IPAddress):
        draft.there = unprotected[0].peer
    waits = draft.member is not None and draft.member.is_hub  # whoever registers, it need not be found
    unnamed = isinstance(tunnel, Ikev2Tunnel) and not tunnel.local.identity.data and draft.own is None
    lost = any(draft.ours_of(wire) is None for wire in unprotected)
    if draft.here is None and not waits and (tunnel.peer_address is ANY or unnamed or lost):
        # One end must find the other; who has no name, or ends a pseudowire, is known by its address.
        draft.own = draft.here = ip_address(_MADE_UP_HERE[draft.version])
        draft.ask(f"this end's address, which is not known here; {draft.here} is made up", value=draft.here)
    if at.is_translated:
        draft.ask(f"this end is behind a NAT ({draft.own} is private): the far end waits for it")
    elif draft.here is None and not waits:
        draft.ask("this end's address is not known here: the far end waits for it (peer of any address)")
    draft.ask(f"its name; {_HOSTNAME} is made up", value=_HOSTNAME)
    made, peers = _far_tunnel(draft)
    made = replace(made, source=None)
    interfaces, routes = _surroundings(draft)
    ends = [_end(wire, made, interfaces, draft) for wire in draft.wires]
    far = Gateway(
        dialect=gateway.dialect,
        unknown_peer_policy=made.ike if isinstance(made, Ikev2Tunnel) else gateway.unknown_peer_policy,
        hostname=_HOSTNAME,
        interfaces=interfaces,
        tunnels=(made,),
        routes=routes,
        ikev1_peers=peers,
        delete_notify=gateway.delete_notify,
        pseudowires=tuple(wire for wire, _ in ends),
        bridges=tuple(bridge for _, bridge in ends),
        multipoints=(draft.member.multipoint(made, draft.here),) if draft.member else (),
    )
    return FarEnd(far, made.interface, tuple(draft.placeholders))


def _end(
    wire: Pseudowire, tunnel: Tunnel, interfaces: Sequence[Interface], draft: _Draft
) -> tuple[Pseudowire, Bridge]:
    """The far end of a pseudowire, and the bridge that it is in."""
    port = next(i for i in interfaces if i.name == draft.ports[wire.interface])
    if wire.protected:
        return other_end(wire, port, tunnel.interface, tunnel.peer_address, tunnel.source_address)
    holder = next((i.name for i in interfaces if any(a.ip == wire.peer for a in i.addresses)), draft.wan)
    return other_end(wire, port, port.name, draft.ours_of(wire) or tunnel.peer_address, holder)


def _of_a_cloud(draft: _Draft) -> None:
    """The far end is another member; where it is is known as far as it is written down."""
    draft.member = member(draft.near.gateway, draft.tunnel)
    if draft.member is None:
        raise NoFarEndError(f"{draft.tunnel.interface} has many peers and no NHRP: nothing tells of any")
    draft.there = draft.member.nbma
    if draft.there is not None and draft.is_keyed:
        draft.tunnel = replace(towards(draft.tunnel, draft.there, draft.near.gateway), peer_address=ANY)
    for text, value in draft.member.asks:
        draft.ask(text, value=value)


def _far_tunnel(draft: _Draft) -> tuple[Tunnel, tuple[Ikev1Peer, ...]]:
    tunnel = draft.tunnel
    swapped = {
        "local_selectors": tunnel.ipsec.remote_selectors,
        "remote_selectors": tunnel.ipsec.local_selectors,
        "ethernet": exchanged(tunnel.ipsec.ethernet),
    }
    at: PeerAddress = draft.here if draft.here is not None and not tunnel.multipoint else ANY
    # Who is not found must begin, and who is met by one that never does.
    begun_here = tunnel.peer_address is not ANY and tunnel.connect is not ConnectType.NEVER
    connect = tunnel.connect if begun_here else ConnectType.ALWAYS
    if isinstance(tunnel, Ikev2Tunnel) and not tunnel.answers:
        connect = ConnectType.NEVER
    connect = ConnectType.ON_DEMAND if at is ANY else connect
    outgoing = tunnel.outgoing and OutgoingInterface(draft.wan)
    source = (tunnel.multipoint or tunnel.source_address) and (draft.there or draft.wan)
    if tunnel.policy_based:
        outgoing, source, connect = OutgoingInterface(draft.wan), draft.there or draft.wan, tunnel.connect
    common = {
        "interface": draft.name,
        "enabled": True,
        "peer_address": at,
        "connect": connect,
        "outgoing": outgoing,
        "source_address": source,
        "bypass": tuple(replace(b, local=b.remote, remote=b.local) for b in tunnel.bypass),
    }
    if isinstance(tunnel, Ikev2Tunnel):
        own, peer_side = _sides(tunnel, draft)
        ike = replace(tunnel.ike, start_rekey=tunnel.ike.start_rekey or tunnel.peer_address is ANY)
        return (
            replace(
                tunnel,
                ipsec=replace(tunnel.ipsec, **swapped),  # type: ignore[arg-type]
                local=own,
                peer=peer_side,
                answers=True,
                parties=(Party(draft.here, own, peer_side),) if tunnel.parties and draft.here else (),
                ike=replace(ike, start_rekey=ike.start_rekey and at is not ANY)
                if draft.near.gateway.dialect == "nec-ix"
                else ike,
                **common,  # type: ignore[arg-type]
            ),
            (),
        )
    if isinstance(tunnel, PlainTunnel):
        if at is ANY and not tunnel.multipoint:
            raise NoFarEndError(f"{tunnel.interface}: GRE needs our address, which is not known here")
        return replace(tunnel, **{**common, "source_address": draft.there or draft.wan}), ()  # type: ignore[arg-type]
    if not isinstance(tunnel, Ikev1Tunnel):
        raise NoFarEndError(f"{tunnel.interface} is of no version of IKE")
    is_named = draft.member is not None and draft.is_keyed and draft.here is not None
    peer = _far_peer(tunnel, draft.here if is_named and draft.here else at, draft)
    return (
        replace(
            tunnel,
            ipsec=replace(tunnel.ipsec, **swapped),  # type: ignore[arg-type]
            peers=(peer.name,),
            starts_phase2=True,
            answers_only_peers=at is not ANY or tunnel.answers_only_peers,
            name=tunnel.name or "VPN",
            **{**common, "connect": tunnel.connect if at is ANY or not _is_awplus(draft) else connect},  # type: ignore[arg-type]
        ),
        (peer,),
    )


def _is_awplus(draft: _Draft) -> bool:
    return draft.near.gateway.dialect == "awplus"


def _side(side: Authentication, address: IPAddress | None, whose: str, draft: _Draft) -> Authentication:
    if side.identity.data:
        return replace(side, source=None)
    if address is not None:
        return replace(side, identity=Identity.of_address(address), by_address=False, source=None)
    draft.ask(f"who {whose} says it is: its address is not known", value="unknown")
    return replace(side, identity=Identity.of(IdType.ID_FQDN, "unknown"), by_address=False, source=None)


def _sides(tunnel: Ikev2Tunnel, draft: _Draft) -> tuple[Authentication, Authentication]:
    """How the far end and this one prove who they are, as the far end says it."""
    ours, theirs = tunnel.local, tunnel.peer
    if draft.member is None or not theirs.anybody:
        return _side(theirs, draft.there, "the far end", draft), _side(ours, draft.own, "this end", draft)
    # Members take one another alike, and call themselves alike: each by its address, or each by a name.
    own = replace(ours, method=theirs.method, secret=theirs.secret, source=None)
    if ours.by_address or ours.identity.type in (IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR):
        there = draft.there
        own = replace(own, identity=Identity.of_address(there) if there else theirs.identity)
        own = replace(own, by_address=there is None)
    elif not ours.by_subject:
        own = _side(replace(own, identity=theirs.identity), None, "the far end", draft)
    within = theirs.within
    if draft.own is not None and within and not any(draft.own in network for network in within):
        within = (*within, ip_network(draft.own))
    return own, replace(theirs, method=ours.method, secret=ours.secret, within=within, source=None)


def _far_peer(tunnel: Ikev1Tunnel, towards: PeerAddress, draft: _Draft) -> Ikev1Peer:
    peers = draft.near.peers_of(tunnel)
    if not peers:
        raise NoFarEndError(f"{tunnel.interface}: with whom phase 1 is made is not known")
    peer = peers[0]
    if len(peers) > 1:
        draft.ask(f"which of {len(peers)} peers it is: {peer.name} is taken")
    expected: Identity | PeerIdentity = PeerIdentity.ADDRESS if towards is not ANY else PeerIdentity.ANYTHING
    if isinstance(peer.peer_identity, PeerIdentity) and peer.peer_identity is PeerIdentity.ANYTHING:
        expected = PeerIdentity.ANYTHING
    name = str(towards) if draft.near.gateway.dialect == CISCO else "here"
    own = peer.peer_identity if isinstance(peer.peer_identity, Identity) else None
    return replace(
        peer,
        name=draft.name if _is_awplus(draft) else name,
        address=towards,
        local_identity=own,
        peer_identity=peer.local_identity or expected,
        remote_access=_other_role(peer.remote_access, draft),
        source=None,
    )


def _other_role(access: RemoteAccess | None, draft: _Draft) -> RemoteAccess | None:
    if access is not None:
        draft.ask("the names and passwords of the login (XAUTH)")
    return None


def _surroundings(draft: _Draft) -> tuple[tuple[Interface, ...], tuple[Route, ...]]:
    """Interfaces and routes of the far end."""
    wan, hop = _wan(draft)
    routes = (
        []
        if hop is None
        else [Route(destination=ip_network("::/0" if draft.version == 6 else "0.0.0.0/0"), next_hop=hop)]
    )
    if draft.wire:
        return (wan, *_ports_of_wires(draft, 1), _tunnel_interface(draft)), tuple(routes)
    known = list(draft.member.lans) if draft.member else _routed(draft)
    chosen = (
        s for s in draft.tunnel.ipsec.remote_selectors if not any(takes(s, wire) for wire in draft.wires)
    )
    theirs = networks(chosen) or known
    lans = _lans(theirs, draft) if theirs or not draft.wires else []
    lans += _ports_of_wires(draft, 1 + len(lans))
    if hop is None and draft.here is not None:
        ours = dict.fromkeys(draft.ours_of(wire) for wire in draft.wires)
        routes += [
            Route(destination=ip_network(a), next_hop=draft.here) for a in ours if a and a != draft.here
        ]
    inner = _tunnel_interface(draft)
    if draft.member:
        routes += draft.member.routes(draft.name, _ours(draft))
    elif not draft.tunnel.policy_based:
        routes += [Route(destination=n, interface=draft.name) for n in _ours(draft) if n not in theirs]
    return (wan, *lans, inner), tuple(routes)


def _wan(draft: _Draft) -> tuple[Interface, IPAddress | None]:
    if draft.there is None:
        draft.ask("which port it is, and the far end's address: it is taken by DHCP", draft.wan)
        leased = Interface(
            name=draft.wan, kind=InterfaceKind.PHYSICAL, enabled=True, dhcp=True, dhcp_default_route=True
        )
        if draft.version == 4:
            return leased, None
        address = ip_interface(_MADE_UP_WAN[draft.version])
        return replace(leased, dhcp=False, dhcp_default_route=False, addresses=(address,)), address.network[1]
    near_wan = wan_of(draft.tunnel, draft.near)
    shared = next(
        (
            a.network
            for a in (near_wan.addresses if near_wan else ())
            if a.version == draft.version and draft.there in a.network
        ),
        None,
    )
    length = shared.prefixlen if shared else _PREFIX[draft.version]
    address = ip_interface(f"{draft.there}/{length}")
    wan = Interface(
        name=draft.wan,
        kind=InterfaceKind.PHYSICAL,
        enabled=True,
        addresses=(address,),
        ipv6_enabled=draft.version == 6,
    )
    if shared:
        draft.ask("which port faces this side", draft.wan)
        return wan, None
    hop = next(h for h in (address.network[1], address.network[2]) if h != address.ip)
    draft.ask(f"which port it is, its mask (/{length}) and the next hop {hop}", draft.wan, hop)
    return wan, hop


def _lans(theirs: list[IPNetwork], draft: _Draft) -> list[Interface]:
    """A port for each of its networks; one IPv4 and one IPv6 network share the first."""
    addresses: list[IPInterface] = [
        ip_interface(f"{n[1] if n.num_addresses > 2 else n[0]}/{n.prefixlen}") for n in theirs if n.prefixlen
    ]
    if not addresses:
        addresses = [ip_interface(_MADE_UP_LAN)]
        draft.ask(
            f"which port it is, and the far end's own network: {addresses[0].network} is made up", draft.lan
        )
        return [_port(draft.lan, addresses)]
    by_version = {v: [a for a in addresses if a.version == v] for v in (4, 6)}
    count = min(max(map(len, by_version.values())), _MOST_PORTS)
    ports = []
    for number in range(count):
        name = physical(draft.near.gateway.dialect, 1 + number)
        own = [found[number] for found in by_version.values() if number < len(found)]
        said = ", ".join(str(a) for a in own)
        draft.ask(f"which port it is, and its address in its network ({said})", name)
        ports.append(_port(name, own))
    left = [str(a.network) for found in by_version.values() for a in found[count:]]
    if left:
        draft.ask(f"where its other networks are: {', '.join(left)}")
    return ports


def _ports_of_wires(draft: _Draft, first: int) -> list[Interface]:
    """A port for each pseudowire, and the addresses of those that do not end at the far end's own one."""
    found = []
    for number, wire in enumerate(draft.wires, start=first):
        name = draft.ports[wire.interface] = physical(draft.near.gateway.dialect, number)
        draft.ask("which port it is; its LAN is that of this side, and the router has no address in it", name)
        found.append(_port(name, []))
    inner = (w.peer for w in draft.wires if not w.protected and isinstance(w.peer, IPAddress))
    for number, address in enumerate(a for a in dict.fromkeys(inner) if a != draft.there):
        name = loopback(draft.near.gateway.dialect, number)
        addresses = (ip_interface(address),)
        found.append(Interface(name=name, kind=InterfaceKind.LOOPBACK, enabled=True, addresses=addresses))
    return found


def _port(name: str, addresses: list[IPInterface]) -> Interface:
    return Interface(
        name=name,
        kind=InterfaceKind.PHYSICAL,
        enabled=True,
        addresses=tuple(addresses),
        ipv6_enabled=any(a.version == 6 for a in addresses),
    )


def _tunnel_interface(draft: _Draft) -> Interface:
    near = draft.near.interfaces.get(draft.tunnel.interface)
    made = Interface(name=draft.name, kind=InterfaceKind.TUNNEL, enabled=True)
    if draft.tunnel.policy_based:
        return replace(made, unnumbered=draft.wan)
    if near is None:
        return replace(made, unnumbered=draft.lan)
    numbered = tuple(other for a in near.addresses if (other := _other_host(a)) is not None)
    if draft.member:
        numbered = draft.member.addresses
    return replace(
        made,
        addresses=numbered,
        unnumbered=None if draft.wire or any(a.version == 4 for a in numbered) else draft.lan,
        unnumbered_ipv6=draft.lan if near.unnumbered_ipv6 else None,
        ipv6_enabled=near.ipv6_enabled,
        mtu=near.mtu,
        adjust_mss=near.adjust_mss,
        adjust_mss_ipv6=near.adjust_mss_ipv6,
    )


def _other_host(address: IPInterface) -> IPInterface | None:
    net = address.network
    for index in (1, 2):
        if net.num_addresses > index and net[index] != address.ip:
            return ip_interface(f"{net[index]}/{net.prefixlen}")
    return None


def _routed(draft: _Draft) -> list[IPNetwork]:
    """The networks that our routes lead into the tunnel for."""
    found = [r.destination for r in draft.near.gateway.routes if r.interface == draft.tunnel.interface]
    return [n for n in dict.fromkeys(found) if n.prefixlen]


def _ours(draft: _Draft) -> list[IPNetwork]:
    """Our own networks: those that the selectors name, else those of our interfaces."""
    named = networks(draft.tunnel.ipsec.local_selectors)
    if named:
        return named
    wan = wan_of(draft.tunnel, draft.near)
    return list(
        dict.fromkeys(
            a.network for i in draft.near.physical if wan is None or i.name != wan.name for a in i.addresses
        )
    )
