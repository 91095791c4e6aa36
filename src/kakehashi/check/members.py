"""Who is in one cloud: multipoint interfaces of several devices, and which of them know each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.model.address import Hostname, IPAddress, IPInterface
from kakehashi.model.gateway import Gateway
from kakehashi.model.multipoint import Multipoint, NextHopServer


@dataclass(frozen=True, slots=True)
class Member:
    """A multipoint interface with the addresses of its device."""

    device: str
    gateway: Gateway
    multipoint: Multipoint

    @property
    def nbma(self) -> frozenset[IPAddress]:
        """Where others may reach it below the tunnel."""
        source = self.multipoint.source_address
        if isinstance(source, str):
            found = self.gateway.interface(source)
            return frozenset(a.ip for a in found.addresses) if found else frozenset()
        return frozenset() if source is None else frozenset({source})

    def inside(self, version: int) -> IPInterface | None:
        """Its address in the tunnel."""
        found = self.gateway.interface(self.multipoint.interface)
        return next((a for a in found.addresses if a.version == version), None) if found else None

    def __str__(self) -> str:
        return f"{self.device} {self.multipoint.interface}"


def members_of(gateways: Mapping[str, Gateway]) -> list[Member]:
    """The multipoint interfaces that are switched on, in the order of the devices."""
    return [
        Member(name, gateway, multipoint)
        for name, gateway in gateways.items()
        for multipoint in gateway.multipoints
        if multipoint.enabled
    ]


def knows(member: Member, other: Member) -> bool:
    """Does the configuration of one name the other?"""
    if member.device == other.device:
        return False
    named = {hop.nbma for hop in member.multipoint.next_hops}
    registers = any(is_server(other, s, n.version) for n in member.multipoint.nhrp for s in n.servers)
    return registers or not named.isdisjoint(other.nbma)


def is_server(member: Member, server: NextHopServer, version: int) -> bool:
    """Is it the next hop server that is meant? A name does not tell; then its address in the tunnel does."""
    if isinstance(server.nbma, Hostname):
        inside = member.inside(version)
        return inside is not None and inside.ip == server.address
    return server.nbma in member.nbma
