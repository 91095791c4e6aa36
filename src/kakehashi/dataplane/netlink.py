"""netlink(7), as far as the kernel's ESP needs it: a request, its answers; attributes; what the kernel tells.

    0                   1                   2                   3
    |                            length                           |
    |             type              |             flags           |
    |                           sequence                          |
    |                        sender's number                      |

The kernel answers within the call that sends, so a request never waits. Numbers are in the host's order.
"""

import errno
import os
import socket
import struct
from collections.abc import Iterator, Mapping

ROUTE, XFRM = 0, 6  # families of linux/netlink.h
F_REQUEST, F_ACK, F_DUMP = 0x1, 0x4, 0x300
F_REPLACE, F_EXCLUSIVE, F_CREATE = 0x100, 0x200, 0x400
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_LARGEST = 1 << 20
_SO_RCVBUFFORCE = 33
_EVENTS_BUFFER = 4 << 20
_AT_ONCE = 128
_TYPE = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER


class NetlinkSocket:
    """One socket of one family. OSError from each method: what the kernel refuses."""

    def __init__(self, family: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._socket.bind((0, 0))
        self._sequence = 0

    def request(self, kind: int, payload: bytes, flags: int = 0) -> list[bytes]:
        """Send one request, and wait until it is done: the payloads of its answers."""
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        wanted = flags | F_REQUEST | (0 if flags & F_DUMP == F_DUMP else F_ACK)
        size = _HEADER.size + len(payload)
        self._socket.send(_HEADER.pack(size, kind, wanted, self._sequence, 0) + payload)
        answers: list[bytes] = []
        while True:
            for answer, sequence, content in _messages(self._socket.recv(_LARGEST)):
                if sequence != self._sequence:
                    continue  # the rest of an answer that somebody did not wait for
                if answer == _ERROR:
                    (code,) = struct.unpack_from("=i", content)
                    if code:
                        raise OSError(-code, os.strerror(-code))
                    return answers
                if answer == _DONE:
                    return answers
                answers.append(content)

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._socket.close()


class NetlinkEvents:
    """What the kernel tells everybody who has joined `groups`."""

    def __init__(self, family: int, groups: tuple[int, ...]) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, family
        )
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _EVENTS_BUFFER)
        self._socket.bind((0, sum(1 << group - 1 for group in groups)))

    def fileno(self) -> int:
        """Readable while something waits."""
        return self._socket.fileno()

    def take(self) -> Iterator[tuple[int, bytes]]:
        """The messages that wait, each with its type; of many some."""
        for _ in range(_AT_ONCE):
            try:
                datagram = self._socket.recv(_LARGEST)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # there were too many; those that are lost come again
                    raise
                continue
            for kind, _, content in _messages(datagram):
                yield kind, content

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


def attribute(kind: int, content: bytes) -> bytes:
    """One attribute, padded to four octets."""
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(content), kind) + content + bytes(-len(content) % 4)


def attributes(octets: bytes, offset: int) -> Mapping[int, bytes]:
    """The attributes from `offset` on, by their type. What is cut off is left out."""
    found: dict[int, bytes] = {}
    while offset + _ATTRIBUTE.size <= len(octets):
        length, kind = _ATTRIBUTE.unpack_from(octets, offset)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _TYPE] = octets[offset + _ATTRIBUTE.size : offset + length]
        offset += length + -length % 4
    return found


def _messages(datagram: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, sequence and payload of each message."""
    offset = 0
    while offset + _HEADER.size <= len(datagram):
        length, kind, _, sequence, _ = _HEADER.unpack_from(datagram, offset)
        if length < _HEADER.size:
            return
        yield kind, sequence, datagram[offset + _HEADER.size : offset + length]
        offset += length + -length % 4
