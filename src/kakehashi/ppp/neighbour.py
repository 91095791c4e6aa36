"""IPv6 of the link itself, as the side that is dialed: a router that has little to say (RFC 4861, RFC 5072).

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Type      |     Code      |          Checksum             |  ICMPv6 (RFC 4443 section 2.1)
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Cur Hop Limit |M|O|  Reserved |       Router Lifetime         |  Router Advertisement (RFC 4861 section
    |                         Reachable Time                        |  4.2), options behind it
    |                          Retrans Timer                        |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

The link has no addresses of its own below, so no message has a link-layer address (RFC 5072 section 5).
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from kakehashi.wire.internet_checksum import internet_checksum

ROUTER_LIFETIME: Final = 1800  # seconds, of each advertisement
PREFIX_LIFETIME: Final = 7200, 3600  # seconds: valid, preferred; it ends with the session anyway
_ICMPV6: Final = 58
_HOP_LIMIT: Final = 64
_ON_LINK_ONLY: Final = 255  # of what no router has passed on (RFC 4861 section 6.1)
_ECHO_REQUEST, _ECHO_REPLY = 128, 129
_SOLICITATION, _ADVERTISEMENT = 133, 134
_NEIGHBOR_SOLICITATION, _NEIGHBOR_ADVERTISEMENT = 135, 136
_ALL_NODES: Final = IPv6Address("ff02::1")
_ALL_ROUTERS: Final = IPv6Address("ff02::2")
_NOBODY: Final = IPv6Address("::")
_HEADER: Final = 40
_PREFIX_INFORMATION, _MTU = 3, 5
_AUTONOMOUS: Final = 0x40
_SMALLEST_MTU: Final = 1280
_IS_ROUTER_AND_ASKED: Final = 0xE000_0000  # router, solicited, override
_LONGEST: Final = 1280


def link_local(identifier: bytes) -> IPv6Address:
    """The address of an interface identifier of 8 octets (RFC 5072 section 5)."""
    return IPv6Address(b"\xfe\x80" + bytes(6) + identifier)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A link where IPV6CP is open. `ours`, `peer`: the interface identifiers; `prefix`: what the peer is told
    to take its addresses from, None: nothing; `mtu`: octets.
    """

    ours: bytes
    peer: bytes
    prefix: IPv6Network | None
    mtu: int

    def advertisement(self) -> bytes:
        """A Router Advertisement for all on the link. Who has no prefix has no default router either."""
        lifetime = ROUTER_LIFETIME if self.prefix else 0
        body = struct.pack("!BBHII", _HOP_LIMIT, 0, lifetime, 0, 0)
        if self.mtu >= _SMALLEST_MTU:
            body += struct.pack("!BBHI", _MTU, 1, 0, self.mtu)
        if self.prefix:
            # Not on-link: whatever the address, there is nobody here but us (RFC 4861 section 6.3.4).
            valid, preferred = PREFIX_LIFETIME
            place = self.prefix.prefixlen, _AUTONOMOUS, valid, preferred, 0
            body += struct.pack("!BBBBIII", _PREFIX_INFORMATION, 4, *place)
            body += self.prefix.network_address.packed
        return self._packet(_ALL_NODES, _ADVERTISEMENT, body)

    def answer(self, packet: bytes) -> bytes | None:
        """The answer to an IPv6 packet for the link alone; None: it needs none, or makes no sense."""
        if not _HEADER + 4 <= len(packet) <= _LONGEST or packet[0] >> 4 != 6 or packet[6] != _ICMPV6:
            return None
        length = int.from_bytes(packet[4:6], "big")
        source, target = IPv6Address(packet[8:24]), IPv6Address(packet[24:40])
        message = packet[_HEADER : _HEADER + length]
        if len(message) != length or length < 8 or _checksum(source, target, message):
            return None
        kind, code, is_of_link = message[0], message[1], packet[7] == _ON_LINK_ONLY
        ours = link_local(self.ours)
        if kind == _ECHO_REQUEST and target in (ours, _ALL_NODES, _ALL_ROUTERS) and source.is_link_local:
            return self._packet(source, _ECHO_REPLY, message[4:], _HOP_LIMIT)
        if not is_of_link or code:
            return None
        if kind == _SOLICITATION and target in (ours, _ALL_ROUTERS):
            return self.advertisement()
        if kind == _NEIGHBOR_SOLICITATION and length >= 24 and message[8:24] == ours.packed:
            return self._packet(
                _ALL_NODES if source == _NOBODY else source,
                _NEIGHBOR_ADVERTISEMENT,
                struct.pack("!I", _IS_ROUTER_AND_ASKED) + ours.packed,
            )
        return None

    def _packet(self, target: IPv6Address, kind: int, body: bytes, hops: int = _ON_LINK_ONLY) -> bytes:
        source = link_local(self.ours)
        message = bytes([kind, 0, 0, 0]) + body
        message = message[:2] + _checksum(source, target, message).to_bytes(2, "big") + message[4:]
        header = struct.pack("!IHBB", 6 << 28, len(message), _ICMPV6, hops)
        return header + source.packed + target.packed + message


def _checksum(source: IPv6Address, target: IPv6Address, message: bytes) -> int:
    """Over the pseudo-header and the message (RFC 8200 section 8.1); 0 where it is right already."""
    pseudo_header = source.packed + target.packed + struct.pack("!II", len(message), _ICMPV6)
    return internet_checksum(pseudo_header + message)
