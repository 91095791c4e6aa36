"""Tells that a router on the way of our ESP and AH packets has found one too large (RFC 1191, RFC 8201)."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

ESP, AH, UDP = 50, 51, 17
READ_SIZE = 2048
SOL_RAW, ICMP_FILTER = 255, 1  # linux/icmp.h: a set bit keeps a type out
ICMPV6_FILTER = 1  # linux/icmpv6.h: likewise
DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, PACKET_TOO_BIG = 3, 4, 2
ALL_TYPES = 0xFFFFFFFF
INTERVAL = 1.0


class PathMtuBell:
    """Calls `changed` when ICMP says so of a packet that may be ours.

    The number is the kernel's to remember, which believes only what concerns a socket of this host; it is
    read there. Whoever can send us ICMP can make us look, once a second, and no more. OSError: raw sockets
    are not permitted.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._pause: asyncio.TimerHandle | None = None
        self._rang = -INTERVAL
        self._sockets = [
            opened for opened in (_open(socket.AF_INET), _open(socket.AF_INET6)) if opened is not None
        ]
        for opened in self._sockets:
            asyncio.get_running_loop().add_reader(opened, self._read, opened)

    def _read(self, opened: socket.socket) -> None:
        is_ours = is_about_esp_v4 if opened.family == socket.AF_INET else is_about_esp_v6
        rings = False
        # As many as there may be at once: others have their turn as well.
        with contextlib.suppress(BlockingIOError, OSError):
            for _ in range(64):
                rings |= is_ours(opened.recv(READ_SIZE))
        if rings and self._pause is None:
            loop = asyncio.get_running_loop()
            self._pause = loop.call_at(max(loop.time(), self._rang + INTERVAL), self._ring)

    def _ring(self) -> None:
        self._pause, self._rang = None, asyncio.get_running_loop().time()
        self._changed()

    def close(self) -> None:
        """Stop listening."""
        if self._pause is not None:
            self._pause.cancel()
        for opened in self._sockets:
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()


def is_about_esp_v4(packet: bytes) -> bool:
    """Is it "fragmentation needed" about ESP, AH or UDP? `packet` begins with its own IP header."""
    header = (packet[0] & 15) * 4 if packet else 0
    message, quoted = packet[header : header + 8], packet[header + 8 :]
    return (
        message[:2] == bytes([DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED])
        and len(quoted) >= 20
        and quoted[9] in (ESP, AH, UDP)
    )


def is_about_esp_v6(message: bytes) -> bool:
    """Is it Packet Too Big about ESP, AH or UDP? The kernel keeps the IP header to itself."""
    return message[:1] == bytes([PACKET_TOO_BIG]) and len(message) >= 48 and message[14] in (ESP, AH, UDP, 44)


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
