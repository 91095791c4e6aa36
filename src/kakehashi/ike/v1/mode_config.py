"""Mode configuration: addresses for remote-access clients (draft-ietf-ipsec-isakmp-mode-cfg-04).

Here is what stands in its messages, and which addresses of a pool are lent.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Generic, TypeVar

from kakehashi.model.ikev1 import AddressPool
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute as Name
from kakehashi.wire.registry.ikev1 import ConfigurationType
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.configuration import Configuration

B = TypeVar("B", bound=Hashable)

_MAX_LISTED = 16  # name servers or networks of an answer that are kept
_UNITY_NETWORK = 14  # octets: address, mask, and protocol and ports that nobody uses


@dataclass(frozen=True, slots=True)
class Assigned:
    """What mode configuration gives a client. `split`: what it reaches through the tunnel, empty: all."""

    address: IPv4Address
    dns: tuple[IPv4Address, ...] = ()
    split: tuple[IPv4Network, ...] = ()


class Pools(Generic[B]):
    """Who has which address. A borrower is whoever compares equal to himself; `is_gone` knows his end."""

    def __init__(self, is_gone: Callable[[B], bool]) -> None:
        self._is_gone = is_gone
        self._lent: dict[str, dict[B, IPv4Address]] = {}  # by peer of the configuration
        self._next: dict[str, Iterator[IPv4Address]] = {}

    def lend(self, peer: str, pool: AddressPool, borrower: B) -> IPv4Address | None:
        """An address of the pool, the same one for who has it already. None if all are lent."""
        lent = self._lent.setdefault(peer, {})
        held = lent.get(borrower)
        if held is not None and held in pool.network:
            return held
        for other in [b for b in lent if self._is_gone(b)]:
            del lent[other]
        taken = set(lent.values())
        # In a circle, so that an address that was given back rests as long as there are others.
        for _ in range(2):
            hosts = self._next.setdefault(peer, iter(pool.network.hosts()))
            for address in hosts:
                if address in pool.network and address not in taken:
                    lent[borrower] = address
                    return address
            del self._next[peer]
        return None


def request(identifier: int, unity: bool) -> Configuration:
    """The client asks for what it needs. `unity`: the server knows Cisco's attributes."""
    names = [Name.INTERNAL_IP4_ADDRESS, Name.INTERNAL_IP4_NETMASK, Name.INTERNAL_IP4_DNS]
    if unity:
        names.append(Name.UNITY_SPLIT_INCLUDE)
    return Configuration(ConfigurationType.REQUEST, identifier, tuple(Attribute(name) for name in names))


def asks_for_address(configuration: Configuration) -> bool:
    """Does a client want an address?"""
    return configuration.get(Name.INTERNAL_IP4_ADDRESS) is not None


def reply(asked: Configuration, given: Assigned | None) -> Configuration:
    """The server's answer: of what was asked what there is."""
    attributes: list[Attribute] = []
    wanted = {a.type for a in asked.attributes}
    if given is not None:
        if Name.INTERNAL_IP4_ADDRESS in wanted:
            attributes.append(Attribute(Name.INTERNAL_IP4_ADDRESS, given.address.packed))
        if Name.INTERNAL_IP4_NETMASK in wanted:
            attributes.append(Attribute(Name.INTERNAL_IP4_NETMASK, b"\xff\xff\xff\xff"))
        if Name.INTERNAL_IP4_DNS in wanted:
            attributes += [Attribute(Name.INTERNAL_IP4_DNS, server.packed) for server in given.dns]
        if Name.UNITY_SPLIT_INCLUDE in wanted and given.split:
            networks = b"".join(_unity_network(network) for network in given.split)
            attributes.append(Attribute(Name.UNITY_SPLIT_INCLUDE, networks))
    return Configuration(ConfigurationType.REPLY, asked.identifier, tuple(attributes))


def acknowledge(pushed: Configuration) -> Configuration:
    """What was set is taken: the attributes come back empty."""
    names = tuple(Attribute(a.type) for a in pushed.attributes)
    return Configuration(ConfigurationType.ACK, pushed.identifier, names)


def assigned(answer: Configuration) -> Assigned | None:
    """What a server gives; None if there is no address in it. What makes no sense is left out."""
    address = answer.get(Name.INTERNAL_IP4_ADDRESS)
    if address is None or len(address.octets) != 4 or not any(address.octets):
        return None
    servers = [a.octets for a in answer.attributes if a.type == Name.INTERNAL_IP4_DNS]
    networks = [a.octets for a in answer.attributes if a.type == Name.UNITY_SPLIT_INCLUDE]
    return Assigned(
        IPv4Address(address.octets),
        tuple(IPv4Address(octets) for octets in servers if len(octets) == 4)[:_MAX_LISTED],
        tuple(_networks(b"".join(networks)))[:_MAX_LISTED],
    )


def _unity_network(network: IPv4Network) -> bytes:
    return (network.network_address.packed + network.netmask.packed).ljust(_UNITY_NETWORK, b"\0")


def _networks(octets: bytes) -> Iterator[IPv4Network]:
    for start in range(0, len(octets) - _UNITY_NETWORK + 1, _UNITY_NETWORK):
        address, mask = octets[start : start + 4], octets[start + 4 : start + 8]
        try:
            yield IPv4Network(f"{IPv4Address(address)}/{IPv4Address(mask)}", strict=False)
        except ValueError:
            continue
