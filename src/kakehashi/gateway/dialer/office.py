"""Whom the laptop dials: what the server's configuration says, from the other side."""

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, ip_network

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel, PeerIdentity
from kakehashi.model.l2tp import PORT
from kakehashi.model.l2tp_server import Caller, L2tpServer
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import ConnectType

TUNNEL = "laptop"
_UDP = 17
_PATIENCE = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds after each transmission


class NobodyDialsError(Exception):
    """No laptop can dial in; the text says why."""


@dataclass(frozen=True, slots=True)
class Office:
    """A server, the user as whom is dialed in, and IKE's configuration for that."""

    server: L2tpServer
    caller: Caller
    laptop: Gateway = field(repr=False)


def office(gateway: Gateway, name: str, own: IPv4Address, address: IPv4Address) -> Office:
    """The server at the tunnel `name`, for a laptop at `own` that finds it at `address`. NobodyDialsError."""
    server, tunnel = gateway.l2tp_server(name), gateway.tunnel(name)
    if server is None or not isinstance(tunnel, Ikev1Tunnel):
        raise NobodyDialsError(f"{name} is no server of L2TP under IKEv1")
    if not server.callers or not server.local_users:
        raise NobodyDialsError("the configuration knows no user whose password it has")
    known = [p for p in gateway.ikev1_peers if (p.name in tunnel.peers if tunnel.peers else not p.is_fixed)]
    peers = [p for p in known if p.secret is not None]
    if not peers:
        raise NobodyDialsError("there is no pre-shared key for peers of unknown address")
    return Office(server, server.callers[0], _laptop(gateway, tunnel, peers[0], own, address))


def _laptop(
    gateway: Gateway, tunnel: Ikev1Tunnel, peer: Ikev1Peer, own: IPv4Address, address: IPv4Address
) -> Gateway:
    """It offers what the server has; UDP port 1701 of both is what the SAs are for (RFC 3193 section 4)."""
    proposals = tuple(p for p in peer.proposals if p.authentication is AuthenticationMethod.PSK)
    ipsec = replace(
        tunnel.ipsec,
        mode=EncapsulationMode.TRANSPORT,
        sends_identities=True,
        filters=True,
        local_selectors=(_port_of(own),),
        remote_selectors=(_port_of(address),),
    )
    office_ = replace(
        peer,
        name="office",
        address=address,
        proposals=proposals,
        local_identity=None,
        peer_identity=PeerIdentity.ANYTHING,
        retransmit=_PATIENCE,
    )
    dialed = Ikev1Tunnel(
        interface=TUNNEL,
        enabled=True,
        peer_address=address,
        connect=ConnectType.ON_DEMAND,
        ipsec=ipsec,
        peers=(office_.name,),
    )
    return Gateway(
        dialect=gateway.dialect,
        unknown_peer_policy=gateway.unknown_peer_policy,
        tunnels=(dialed,),
        ikev1_peers=(office_,),
    )


def _port_of(address: IPv4Address) -> TrafficSelector:
    whole = TrafficSelector.of(ip_network(address))
    return TrafficSelector(whole.start, whole.end, _UDP, PORT, PORT)
