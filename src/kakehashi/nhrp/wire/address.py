"""Addresses as NHRP has them: a length in one place, octets in another; none is a length of 0."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.wire.registry import AddressFamily, ProtocolType

IPAddress = IPv4Address | IPv6Address

LENGTHS: Final = {4: 4, 6: 16}  # octets by IP version
FAMILIES: Final = {4: AddressFamily.IPV4, 6: AddressFamily.IPV6}
PROTOCOLS: Final = {4: ProtocolType.IPV4, 6: ProtocolType.IPV6}
_FORMAT: Final = 0x40  # NSAP format or E.164 in a type and length octet (RFC 2332 section 5.1)


def length_of(octet: int) -> int:
    """The length in an octet of type and length. Malformed if the address is in E.164 format."""
    if octet & _FORMAT or octet > 0x3F:
        raise Malformed(Drop.ADDRESS)
    return octet


def read(octets: bytes, version: int) -> IPAddress | None:
    """An address of an IP version; no octets are None. Malformed if there are too few or too many."""
    if not octets:
        return None
    if len(octets) != LENGTHS[version]:
        raise Malformed(Drop.ADDRESS)
    return IPv4Address(octets) if version == 4 else IPv6Address(octets)


def octets_of(address: IPAddress | None) -> bytes:
    """What `read` reads."""
    return b"" if address is None else address.packed


class Reader:
    """Takes octets from the front."""

    __slots__ = ("at", "data", "drop")

    def __init__(self, data: bytes, drop: Drop) -> None:
        self.data = data
        self.drop = drop
        self.at = 0

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """So many octets. Malformed, with the reader's reason, if there are fewer."""
        if count > self.left:
            raise Malformed(self.drop)
        self.at += count
        return self.data[self.at - count : self.at]
