"""Echo requests and their answers: ICMP (RFC 792), ICMPv6 (RFC 4443 section 4).

0                   1                   2                   3
|     Type      |     Code      |          Checksum             |
|           Identifier          |        Sequence Number        |
|     Data ...
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from kakehashi.model.address import IPAddress
from kakehashi.wire.internet_checksum import internet_checksum

TOKEN_SIZE = 16  # octets of data that nobody can guess: who answers has seen the request
READ_SIZE = 2048
READS = 64  # at a time, so that a flood of answers that nobody asked for leaves room for the rest
_HEADER = struct.Struct("!BBHHH")
_REQUEST, _REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
_PKTINFO4, _PKTINFO6 = struct.Struct("=i4s4s"), struct.Struct("=16si")  # ip(7), ipv6(7)
IP_PKTINFO, SOL_RAW = 8, 255  # linux/in.h, linux/socket.h
_ICMP_FILTER, _ICMPV6_FILTER = 1, 1  # raw(7); linux/icmpv6.h


def request(version: int, identifier: int, sequence: int, token: bytes) -> bytes:
    """An echo request. Of IPv6 the kernel makes the checksum, which counts the addresses in."""
    body = _HEADER.pack(_REQUEST[version], 0, 0, identifier, sequence) + token
    if version == 6:
        return body
    return _HEADER.pack(_REQUEST[4], 0, internet_checksum(body), identifier, sequence) + token


def answered(version: int, packet: bytes) -> bytes | None:
    """The data of an echo reply, as a raw socket gives it; None: it is something else."""
    if version == 4:
        if len(packet) < 20:
            return None
        packet = packet[(packet[0] & 0x0F) * 4 :]
    if len(packet) < _HEADER.size or packet[0] != _REPLY[version] or packet[1] != 0:
        return None
    return packet[_HEADER.size :]


class EchoSocket:
    """One IP version's socket. `heard` gets the data of each echo reply, who sent it, and the index of the
    device by which it came. OSError where the version is not there, or we may not.
    """

    def __init__(self, version: int, heard: Callable[[bytes, IPAddress, int], None]) -> None:
        self._version = version
        self._heard = heard
        self._sequence = 0
        family, protocol = (
            (socket.AF_INET, socket.IPPROTO_ICMP)
            if version == 4
            else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        )
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        try:
            self._prepare()
        except OSError:
            self._socket.close()
            raise
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, host: IPAddress, device: int, source: IPAddress | None, token: bytes) -> None:
        """Ask the host. `device`: the index of the one by which it has to leave, 0 for any. OSError."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        packet = request(self._version, self._socket.fileno() & 0xFFFF, self._sequence, token)
        if self._version == 4:
            own = source.packed if source else bytes(4)
            level, kind, info = socket.IPPROTO_IP, IP_PKTINFO, _PKTINFO4.pack(device, own, bytes(4))
        else:
            own = source.packed if source else bytes(16)
            level, kind, info = socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, _PKTINFO6.pack(own, device)
        self._socket.sendmsg([packet], [(level, kind, info)], 0, (str(host), 0))

    def close(self) -> None:
        """Hear no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _prepare(self) -> None:
        if self._version == 4:
            only = struct.pack("=I", ~(1 << _REPLY[4]) & 0xFFFFFFFF)
            self._socket.setsockopt(SOL_RAW, _ICMP_FILTER, only)
            self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            return
        blocked = [0xFFFFFFFF] * 8
        blocked[_REPLY[6] >> 5] &= ~(1 << (_REPLY[6] & 31))
        self._socket.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, struct.pack("=8I", *blocked))
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            for _ in range(READS):
                packet, ancillary, _, sender = self._socket.recvmsg(READ_SIZE, 256)
                data = answered(self._version, packet)
                if data is not None:
                    self._heard(data, _address(sender[0]), _device(ancillary))


def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text.partition("%")[0])


def _device(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The index of the device by which a packet came, 0 if it is not told."""
    for level, kind, info in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
            return int(_PKTINFO4.unpack(info)[0])
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            return int(_PKTINFO6.unpack(info)[1])
    return 0
