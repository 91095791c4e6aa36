"""Tunnels of many peers as they are for one of them."""

from dataclasses import replace

from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel


def towards(tunnel: Tunnel, address: IPAddress, gateway: Gateway) -> Tunnel:
    """The tunnel with the peer at `address` alone, which it need not name."""
    if isinstance(tunnel, Ikev2Tunnel):
        return replace(tunnel.towards(address) or tunnel, peer_address=address)
    if isinstance(tunnel, Ikev1Tunnel):
        there = tuple(p.name for p in gateway.ikev1_peers if p.name in tunnel.peers and p.address == address)
        return replace(tunnel, peer_address=address, peers=there or tunnel.peers)
    return replace(tunnel, peer_address=address)


def of_each_peer(gateway: Gateway) -> tuple[Tunnel, ...]:
    """Every tunnel; one with many peers once for each that the configuration names, if it names any."""
    found: list[Tunnel] = []
    for tunnel in gateway.tunnels:
        of_many = gateway.multipoint(tunnel.interface) if tunnel.multipoint else None
        named = dict.fromkeys(hop.nbma for hop in of_many.endpoints) if of_many else {}
        found += [towards(tunnel, address, gateway) for address in named] or [tunnel]
    return tuple(found)
