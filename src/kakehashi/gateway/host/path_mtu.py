"""Hears routers say that a packet of ours was too large for them (RFC 1191, RFC 8201)."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from kakehashi.gateway.path_mtus import AH, ESP, UDP, TooBig
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.wire.internet_checksum import internet_checksum

READ_SIZE = 2048
SOL_RAW, ICMP_FILTER = 255, 1  # linux/icmp.h: a set bit keeps a type out
ICMPV6_FILTER = 1  # linux/icmpv6.h: likewise
DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, PACKET_TOO_BIG = 3, 4, 2
ALL_TYPES = 0xFFFFFFFF
INTERVAL = 1.0
MESSAGES_MAX = 500
"""In one interval. What is missed comes again, with each packet that is too large."""
ICMP_HEADER, IPV4_HEADER, IPV6_HEADER, FRAGMENT_HEADER = 8, 20, 40, 8
HOP_BY_HOP, FRAGMENT, DESTINATION_OPTIONS = 0, 44, 60
EXTENSIONS_MAX = 4
SPI_AT = {ESP: 0, AH: 4, UDP: 8}
GRE_CHECKSUM, GRE_KEY = 0x80, 0x20  # RFC 2784 section 2.1, RFC 2890 section 2


class PathMtuBell:
    """Gives what it hears to `hear`, and calls `changed` where that has had an effect, once a second at most.

    It reads raw sockets for ICMP alone: on those that carry the packets, an error would be one of the next
    packet. Whoever can send us ICMP has us read so many messages a second and no more. OSError: raw sockets
    are not permitted.
    """

    def __init__(self, hear: Callable[[TooBig], bool], changed: Callable[[], None]) -> None:
        self._hear = hear
        self._changed = changed
        self._pause: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._rang = -INTERVAL
        self._read_since, self._messages = -INTERVAL, 0
        self._sockets = [
            opened for opened in (_open(socket.AF_INET), _open(socket.AF_INET6)) if opened is not None
        ]
        self._listen()

    def _listen(self) -> None:
        self._rest = None
        for opened in self._sockets:
            asyncio.get_running_loop().add_reader(opened, self._read, opened)

    def _read(self, opened: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._read_since >= INTERVAL:
            self._read_since, self._messages = loop.time(), 0
        read = read_v4 if opened.family == socket.AF_INET else read_v6
        rings = False
        # As many as there may be at once: others have their turn as well.
        with contextlib.suppress(BlockingIOError, OSError):
            for _ in range(64):
                message = read(opened.recv(READ_SIZE))
                self._messages += 1
                rings |= message is not None and self._hear(message)
        if rings and self._pause is None:
            self._pause = loop.call_at(max(loop.time(), self._rang + INTERVAL), self._ring)
        if self._messages >= MESSAGES_MAX and self._rest is None:
            for each in self._sockets:
                loop.remove_reader(each)
            self._rest = loop.call_at(self._read_since + INTERVAL, self._listen)

    def _ring(self) -> None:
        self._pause, self._rang = None, asyncio.get_running_loop().time()
        self._changed()

    def close(self) -> None:
        """Stop listening."""
        for timer in (self._pause, self._rest):
            if timer is not None:
                timer.cancel()
        for opened in self._sockets:
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()


def read_v4(packet: bytes) -> TooBig | None:
    """ICMP's "fragmentation needed" about ESP, AH, UDP or GRE. `packet` begins with its own IP header.

    ```text
    | 3 | 4 | checksum | 0 | next-hop MTU | IP header and more of the packet      RFC 792, RFC 1191 section 4
    ```
    None: it is something else, malformed, or about a fragment that is not the first.
    """
    header = (packet[0] & 15) * 4 if packet else 0
    message = packet[header:]
    if message[:2] != bytes([DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED]) or internet_checksum(message):
        return None
    quoted = message[ICMP_HEADER:]
    if len(quoted) < IPV4_HEADER or quoted[0] >> 4 != 4 or int.from_bytes(quoted[6:8]) & 0x1FFF:
        return None
    ends = IPv4Address(quoted[12:16]), IPv4Address(quoted[16:20])
    size, upper = int.from_bytes(quoted[2:4]), quoted[(quoted[0] & 15) * 4 :]
    return _too_big(ends, quoted[9], upper, size, int.from_bytes(message[6:8]))


def read_v6(message: bytes) -> TooBig | None:
    """Packet Too Big about ESP, AH, UDP or GRE. The kernel keeps the IP header, and has seen to the checksum.

    ```text
    | 2 | 0 | checksum | MTU | IP header and more of the packet                    RFC 4443 section 3.2
    ```
    """
    quoted = message[ICMP_HEADER:]
    if message[:1] != bytes([PACKET_TOO_BIG]) or len(quoted) < IPV6_HEADER or quoted[0] >> 4 != 6:
        return None
    ends = IPv6Address(quoted[8:24]), IPv6Address(quoted[24:40])
    protocol, upper = quoted[6], quoted[IPV6_HEADER:]
    for _ in range(EXTENSIONS_MAX):
        if protocol not in (HOP_BY_HOP, FRAGMENT, DESTINATION_OPTIONS):
            break
        if len(upper) < FRAGMENT_HEADER or (protocol == FRAGMENT and int.from_bytes(upper[2:4]) & 0xFFF8):
            return None
        extension = FRAGMENT_HEADER if protocol == FRAGMENT else upper[1] * 8 + 8
        protocol, upper = upper[0], upper[extension:]
    size = IPV6_HEADER + int.from_bytes(quoted[4:6])
    return _too_big(ends, protocol, upper, size, int.from_bytes(message[4:8]))


def _too_big(
    ends: tuple[IPv4Address, IPv4Address] | tuple[IPv6Address, IPv6Address],
    protocol: int,
    upper: bytes,
    size: int,
    mtu: int,
) -> TooBig | None:
    """`upper`: what is quoted behind the IP header."""
    if protocol != GRE and protocol not in SPI_AT:
        return None
    ports = (0, 0)
    if protocol == UDP:
        ports = int.from_bytes(upper[:2]), int.from_bytes(upper[2:4])
    spi = _gre_key(upper) if protocol == GRE else _word(upper, SPI_AT[protocol])
    return TooBig(ends=ends, protocol=protocol, ports=ports, spi=spi, size=size, mtu=mtu)


def _gre_key(header: bytes) -> int | None:
    """0 without one; None where too little is quoted."""
    if not header[0:1]:
        return None
    if not header[0] & GRE_KEY:
        return 0
    return _word(header, 8 if header[0] & GRE_CHECKSUM else 4)


def _word(octets: bytes, at: int) -> int | None:
    return int.from_bytes(octets[at : at + 4]) if len(octets) >= at + 4 else None


def _open(family: socket.AddressFamily) -> socket.socket | None:
    """None: the host has no such family."""
    is_v6 = family == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP
    try:
        opened = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
    except PermissionError:
        raise
    except OSError:
        return None
    if is_v6:
        words = [ALL_TYPES] * 8
        words[0] &= ~(1 << PACKET_TOO_BIG)
        opened.setsockopt(socket.IPPROTO_ICMPV6, ICMPV6_FILTER, struct.pack("=8I", *words))
    else:
        opened.setsockopt(
            SOL_RAW, ICMP_FILTER, struct.pack("=I", ALL_TYPES & ~(1 << DESTINATION_UNREACHABLE))
        )
    return opened
