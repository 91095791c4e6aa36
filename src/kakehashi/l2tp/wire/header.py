"""The header of control and data messages (RFC 2661 section 3.1)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.wire.registry import VERSION

TYPE: Final = 0x8000  # T
_LENGTH: Final = 0x4000  # L
_SEQUENCE: Final = 0x0800  # S
_OFFSET: Final = 0x0200  # O
_PRIORITY: Final = 0x0100  # P
_VERSION_MASK: Final = 0x000F
_CONTROL: Final = TYPE | _LENGTH | _SEQUENCE
_FIXED: Final = struct.Struct("!HHHHHH")
MAX_CONTROL: Final = 4096  # octets of a control message that we look at


def is_control(datagram: bytes) -> bool:
    """Is the T bit set?"""
    return len(datagram) > 0 and datagram[0] & 0x80 != 0


@dataclass(frozen=True, slots=True)
class ControlHeader:
    """A control message's header; `body` of an acknowledgment alone (ZLB) is empty.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |            Length             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |           Tunnel ID           |           Session ID          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |              Ns               |              Nr               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    tunnel_id: int
    session_id: int
    ns: int
    nr: int

    @classmethod
    def decode(cls, datagram: bytes) -> tuple[Self, bytes]:
        """The header and the AVPs behind it. Octets behind the Length are none. Raises Malformed."""
        if len(datagram) < _FIXED.size:
            raise Malformed(Drop.TOO_SHORT)
        flags, length, tunnel_id, session_id, ns, nr = _FIXED.unpack_from(datagram)
        if flags & _VERSION_MASK != VERSION:
            raise Malformed(Drop.VERSION)
        if flags & (_CONTROL | _OFFSET | _PRIORITY) != _CONTROL:
            raise Malformed(Drop.FLAGS)
        if not _FIXED.size <= length <= len(datagram):
            raise Malformed(Drop.LENGTH)
        if length > MAX_CONTROL:
            raise Malformed(Drop.TOO_LONG)
        return cls(tunnel_id, session_id, ns, nr), datagram[_FIXED.size : length]

    def encode(self, body: bytes) -> bytes:
        """The whole control message."""
        length = _FIXED.size + len(body)
        return (
            _FIXED.pack(_CONTROL | VERSION, length, self.tunnel_id, self.session_id, self.ns, self.nr) + body
        )


@dataclass(frozen=True, slots=True)
class DataHeader:
    """A data message's header. `ns`: its sequence number; None: it has none."""

    tunnel_id: int
    session_id: int
    ns: int | None = None

    @classmethod
    def decode(cls, datagram: bytes) -> tuple[Self, bytes]:
        """The header and the PPP frame behind it and behind the offset padding. Malformed if it is none."""
        fields = _Fields(datagram)
        flags = fields.take()
        if flags & _VERSION_MASK != VERSION:
            raise Malformed(Drop.VERSION)
        end = len(datagram)
        if flags & _LENGTH:
            end = fields.take()
        tunnel_id, session_id = fields.take(), fields.take()
        ns = None
        if flags & _SEQUENCE:
            ns = fields.take()
            fields.take()  # Nr is reserved in data messages
        start = fields.take() if flags & _OFFSET else 0
        start += fields.at
        if not fields.at <= end <= len(datagram):
            raise Malformed(Drop.LENGTH)
        if start > end:
            raise Malformed(Drop.OFFSET)
        return cls(tunnel_id, session_id, ns), datagram[start:end]

    def encode(self, frame: bytes) -> bytes:
        """The whole data message, without Length and offset."""
        if self.ns is None:
            return struct.pack("!HHH", VERSION, self.tunnel_id, self.session_id) + frame
        flags = _SEQUENCE | VERSION
        return struct.pack("!HHHHH", flags, self.tunnel_id, self.session_id, self.ns, 0) + frame


class _Fields:
    """Takes 16 bits at a time."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self) -> int:
        if self.at + 2 > len(self.data):
            raise Malformed(Drop.TOO_SHORT)
        self.at += 2
        return int.from_bytes(self.data[self.at - 2 : self.at], "big")
