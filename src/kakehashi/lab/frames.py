"""Tunnels that carry Ethernet frames: the LANs at both ends are one, with a host at each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, ip_interface, ip_network

from kakehashi.check.pair import End, Pair
from kakehashi.lab.errors import LabError
from kakehashi.model.address import IPInterface, IPNetwork
from kakehashi.model.gateway import Gateway, InterfaceKind

_POOL = ip_network("192.168.0.0/16")
_FIRST_NETWORK = 128  # clear of what routed LANs are given
_FIRST_HOST = 10


def carries_frames(pair: Pair) -> bool:
    """Is the pair a pseudowire? One whose ends do not agree about that carries nothing."""
    return all(end.tunnel.ipsec.ethernet is not None for end in pair.ends)


def port_of(end: End, gateway: Gateway) -> str:
    """The interface whose frames go into the tunnel. LabError where there is none."""
    wire = gateway.pseudowire(end.tunnel.interface)
    bridge = gateway.bridge(wire.bridge) if wire is not None else None
    for name in bridge.ports if bridge else ():
        interface = gateway.interface(name)
        if interface is None or interface.kind is InterfaceKind.PHYSICAL:
            return name
    raise LabError(f"{end}: no interface shares a bridge with it, so there is no LAN for its frames")


def hosts_of(
    pair: Pair, pairs: Sequence[Pair], gateways: Mapping[str, Gateway], used: Collection[IPNetwork]
) -> Iterator[tuple[End, IPInterface]]:
    """A host at each end, in the network of the LAN that both share. `used`: networks that others have."""
    network = _network(pair, pairs, gateways, used)
    taken = {a.ip for end in pair.ends for i in gateways[end.device].interfaces for a in i.addresses}
    free = (network.network_address + n for n in range(_FIRST_HOST, network.num_addresses - 1))
    addresses = (a for a in free if a not in taken)
    for end in pair.ends:
        yield end, ip_interface(f"{next(addresses)}/{network.prefixlen}")


def _network(
    pair: Pair, pairs: Sequence[Pair], gateways: Mapping[str, Gateway], used: Collection[IPNetwork]
) -> IPv4Network:
    """That of a router which is itself in the LAN, else one of the lab's own."""
    for end in pair.ends:
        gateway = gateways[end.device]
        wire = gateway.pseudowire(end.tunnel.interface)
        bridge = gateway.bridge(wire.bridge) if wire is not None else None
        own = gateway.interface(bridge.interface) if bridge and bridge.interface else None
        for address in own.addresses if own else ():
            if isinstance(address.network, IPv4Network):
                return address.network
    number = _FIRST_NETWORK + pairs.index(pair)
    network = ip_network(f"{_POOL.network_address + (number << 8)}/24")
    if not isinstance(network, IPv4Network) or network in used:
        raise LabError("there is no network left for the hosts of a bridged LAN")
    return network
