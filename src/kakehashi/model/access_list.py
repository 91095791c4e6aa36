"""Access lists: which packets pass an interface. The first entry that fits decides; without one it is no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_network

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.source import Source

Ports = tuple[tuple[int, int], ...]  # ranges, both ends included; empty is any port
TCP, UDP = 6, 17


@dataclass(frozen=True)
class AddressMatch:
    """The addresses that agree with `address` in every bit that is 0 in `wildcard`."""

    address: IPAddress
    wildcard: int = 0

    @classmethod
    def of(cls, network: IPNetwork) -> "AddressMatch":
        """The addresses of a network."""
        return cls(network.network_address, int(network.hostmask))

    @cached_property
    def network(self) -> IPNetwork | None:
        """The same as one network; None where the wildcard leaves out bits in between."""
        if self.wildcard & (self.wildcard + 1):
            return None
        length = self.address.max_prefixlen - self.wildcard.bit_length()
        return ip_network((self.address, length), strict=False)

    def __contains__(self, address: IPAddress) -> bool:
        return (
            address.version == self.address.version
            and (int(address) ^ int(self.address)) & ~self.wildcard & _all_ones(self.address) == 0
        )

    def __str__(self) -> str:
        if self.network is not None:
            return str(self.network)
        return f"{self.address} wildcard {type(self.address)(self.wildcard)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What an access list looks at. Ports are those of TCP, UDP and their like, else None."""

    source_address: IPAddress
    destination_address: IPAddress
    protocol: int
    source_port: int | None = None
    destination_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """One line of an access list. `protocol` None is any.

    `established`: only TCP that answers (ACK or RST). `fragments`: only fragments that are not the first.
    `icmp_type`, `icmp_code`: None is any. `number`: its place in the list, as the device counts.
    """

    permit: bool
    source_address: AddressMatch
    destination_address: AddressMatch
    protocol: int | None = None
    source_ports: Ports = ()
    destination_ports: Ports = ()
    icmp_type: int | None = None
    icmp_code: int | None = None
    established: bool = False
    fragments: bool = False
    log: bool = False
    number: int | None = field(default=None, compare=False)
    source: Source | None = field(default=None, compare=False)

    def fits(self, packet: Packet) -> bool:
        """Is it about such a packet? Of ICMP, TCP flags and fragments a `Packet` knows nothing: no."""
        return (
            self.protocol in (None, packet.protocol)
            and not (self.established or self.fragments or self.icmp_type is not None)
            and packet.source_address in self.source_address
            and packet.destination_address in self.destination_address
            and _among(packet.source_port, self.source_ports)
            and _among(packet.destination_port, self.destination_ports)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """A named list of entries. A list without entries denies nothing: that is how devices treat it.

    `standard`: the device knows sources only in it.
    """

    name: str
    entries: tuple[AccessEntry, ...] = ()
    standard: bool = field(default=False, compare=False)
    source: Source | None = field(default=None, compare=False)

    def has(self, version: int) -> bool:
        """Has it entries of an IP version?"""
        return any(e.source_address.address.version == version for e in self.entries)

    def decides(self, packet: Packet) -> AccessEntry | None:
        """The entry that decides about a packet; None where none fits."""
        return next((e for e in self.entries if e.fits(packet)), None)

    def permits(self, packet: Packet) -> bool:
        """Does a packet pass?"""
        entry = self.decides(packet)
        return entry.permit if entry else not self.entries


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketFilter:
    """What packets of an IP version must pass that come in, or go out, by an interface.

    `lists`: names of access lists in their order; the first entry of all of them that fits decides. `own`:
    packets that the device itself sends are looked at too. `neighbours`: neighbour discovery of IPv6 passes
    without an entry. `missing_passes`: where none of the lists is there, everything passes; else nothing.
    """

    lists: tuple[str, ...]
    inbound: bool
    version: int
    own: bool = False
    neighbours: bool = True
    missing_passes: bool = True
    source: Source | None = field(default=None, compare=False)


def joined(packet_filter: PacketFilter, lists: Mapping[str, AccessList]) -> AccessList | None:
    """What a filter asks, as one list of its IP version; None: everything passes.

    With no entry of its IP version a list refuses nothing, unless the filter says that it does.
    """
    found = [lists[name] for name in packet_filter.lists if name in lists]
    version = packet_filter.version
    entries = tuple(
        e for rules in found for e in rules.entries if e.source_address.address.version == version
    )
    if not entries and packet_filter.missing_passes:
        return None
    if len(found) == 1 and entries:
        return found[0]
    source = found[0].source if found else packet_filter.source
    if not entries:
        anything = AddressMatch.of(ip_network("0.0.0.0/0" if version == 4 else "::/0"))
        entries = (AccessEntry(permit=False, source_address=anything, destination_address=anything),)
    return AccessList(name=" ".join(packet_filter.lists), entries=entries, source=source)


def _among(port: int | None, ports: Ports) -> bool:
    return not ports or (port is not None and any(low <= port <= high for low, high in ports))


def _all_ones(address: IPAddress) -> int:
    return (1 << address.max_prefixlen) - 1
