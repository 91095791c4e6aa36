"""The other side of a tunnel as this side knows it; what it does not know is a placeholder, and said."""

from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_interface, ip_network

from kakehashi.bridge.abilities import CISCO
from kakehashi.bridge.adapt import networks
from kakehashi.bridge.names import physical
from kakehashi.bridge.names import tunnel as tunnel_name
from kakehashi.bridge.places import places, wan_of
from kakehashi.check.device import Device
from kakehashi.model.address import ANY, IPAddress, IPInterface, IPNetwork, PeerAddress
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.identity import Authentication, Identity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel, PeerIdentity, RemoteAccess
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface, Tunnel
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
    placeholders: list[Placeholder] = field(default_factory=list)

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
    def name(self) -> str:
        return "VPN 10" if self.tunnel.policy_based else tunnel_name(self.near.gateway.dialect)


def far_end(gateway: Gateway, tunnel: Tunnel) -> FarEnd:
    """The router at the other end of a tunnel of `gateway`, in the same dialect. NoFarEndError."""
    near = Device("near", gateway)
    at = places(tunnel, near)
    draft = _Draft(near, tunnel, at.own, at.here, at.there, at.version)
    unnamed = isinstance(tunnel, Ikev2Tunnel) and not tunnel.local.identity.data and draft.own is None
    if draft.here is None and (tunnel.peer_address is ANY or unnamed):
        # One end must find the other; and who has no name is known by its address.
        draft.own = draft.here = ip_address(_MADE_UP_HERE[draft.version])
        draft.ask(f"this end's address, which is not known here; {draft.here} is made up", value=draft.here)
    if at.is_translated:
        draft.ask(f"this end is behind a NAT ({draft.own} is private): the far end waits for it")
    elif draft.here is None:
        draft.ask("this end's address is not known here: the far end waits for it (peer of any address)")
    draft.ask(f"its name; {_HOSTNAME} is made up", value=_HOSTNAME)
    made, peers = _far_tunnel(draft)
    made = replace(made, source=None)
    interfaces, routes = _surroundings(draft)
    far = Gateway(
        dialect=gateway.dialect,
        unknown_peer_policy=made.ike if isinstance(made, Ikev2Tunnel) else gateway.unknown_peer_policy,
        hostname=_HOSTNAME,
        interfaces=interfaces,
        tunnels=(made,),
        routes=routes,
        ikev1_peers=peers,
        delete_notify=gateway.delete_notify,
    )
    return FarEnd(far, made.interface, tuple(draft.placeholders))


def _far_tunnel(draft: _Draft) -> tuple[Tunnel, tuple[Ikev1Peer, ...]]:
    tunnel = draft.tunnel
    swapped = {
        "local_selectors": tunnel.ipsec.remote_selectors,
        "remote_selectors": tunnel.ipsec.local_selectors,
    }
    towards: PeerAddress = draft.here if draft.here is not None else ANY
    # Who is not found must begin, and who is met by one that never does.
    begun_here = tunnel.peer_address is not ANY and tunnel.connect is not ConnectType.NEVER
    connect = tunnel.connect if begun_here else ConnectType.ALWAYS
    connect = ConnectType.ON_DEMAND if towards is ANY else connect
    outgoing = tunnel.outgoing and OutgoingInterface(draft.wan)
    source = tunnel.source_address and (draft.there or draft.wan)
    if tunnel.policy_based:
        outgoing, source, connect = OutgoingInterface(draft.wan), draft.there or draft.wan, tunnel.connect
    common = {
        "interface": draft.name,
        "enabled": True,
        "peer_address": towards,
        "connect": connect,
        "outgoing": outgoing,
        "source_address": source,
        "bypass": tuple(replace(b, local=b.remote, remote=b.local) for b in tunnel.bypass),
    }
    if isinstance(tunnel, Ikev2Tunnel):
        ike = replace(tunnel.ike, start_rekey=tunnel.ike.start_rekey or tunnel.peer_address is ANY)
        return (
            replace(
                tunnel,
                ipsec=replace(tunnel.ipsec, **swapped),  # type: ignore[arg-type]
                local=_side(tunnel.peer, draft.there, "the far end", draft),
                peer=_side(tunnel.local, draft.own, "this end", draft),
                ike=replace(ike, start_rekey=ike.start_rekey and towards is not ANY)
                if draft.near.gateway.dialect == "nec-ix"
                else ike,
                **common,  # type: ignore[arg-type]
            ),
            (),
        )
    if not isinstance(tunnel, Ikev1Tunnel):
        raise NoFarEndError(f"{tunnel.interface} is of no version of IKE")
    peer = _far_peer(tunnel, towards, draft)
    return (
        replace(
            tunnel,
            ipsec=replace(tunnel.ipsec, **swapped),  # type: ignore[arg-type]
            peers=(peer.name,),
            starts_phase2=True,
            answers_only_peers=towards is not ANY or tunnel.answers_only_peers,
            name=tunnel.name or "VPN",
            **{**common, "connect": tunnel.connect if towards is ANY or not _is_awplus(draft) else connect},  # type: ignore[arg-type]
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
    theirs = networks(draft.tunnel.ipsec.remote_selectors) or _routed(draft)
    lans = _lans(theirs, draft)
    inner = _tunnel_interface(draft)
    routes = (
        []
        if hop is None
        else [Route(destination=ip_network("::/0" if draft.version == 6 else "0.0.0.0/0"), next_hop=hop)]
    )
    if not draft.tunnel.policy_based:
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
    return replace(
        made,
        addresses=numbered,
        unnumbered=None if any(a.version == 4 for a in numbered) else draft.lan,
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
