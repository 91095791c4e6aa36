"""The headers of control and data messages over IP and over UDP (RFC 3931 sections 3.2 and 4.1)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.v3.wire.registry import VERSION
from kakehashi.l2tp.wire.header import MAX_CONTROL

_CONTROL: Final = 0xC800  # T, L and S
_TYPE: Final = 0x8000
_VERSION_MASK: Final = 0x000F
_FIXED: Final = struct.Struct("!HHIHH")
_SESSION_ID: Final = struct.Struct("!I")
_UDP: Final = struct.Struct("!HHI")
_SEQUENCE_BIT: Final = 0x4000_0000  # S
_SEQUENCE_MASK: Final = 0x00FF_FFFF
CONTROL_HEADER: Final = _FIXED.size
SUBLAYER_SIZE: Final = 4
SEQUENCE_MODULUS: Final = 1 << 24


def is_control(packet: bytes, over_udp: bool) -> bool:
    """Over UDP the T bit is set; over IP the Session ID is zero (section 4.1.1.2)."""
    if over_udp:
        return len(packet) > 0 and packet[0] & 0x80 != 0
    return packet[:4] == bytes(4)


@dataclass(frozen=True, slots=True)
class ControlHeader:
    """A control message's header; over IP a Session ID of zero stands before it.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |T|L|x|x|S|x|x|x|x|x|x|x|  Ver  |            Length             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                     Control Connection ID                     |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |               Ns              |               Nr              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    connection_id: int
    ns: int
    nr: int

    @classmethod
    def decode(cls, message: bytes) -> tuple[Self, bytes]:
        """The header, and the AVPs behind it. `message`: behind UDP, or behind the Session ID of zero.

        Octets behind the Length are none. Raises Malformed.
        """
        if len(message) < _FIXED.size:
            raise Malformed(Drop.TOO_SHORT)
        flags, length, connection_id, ns, nr = _FIXED.unpack_from(message)
        if flags & _VERSION_MASK != VERSION:
            raise Malformed(Drop.VERSION)
        if flags & _CONTROL != _CONTROL:
            raise Malformed(Drop.FLAGS)
        if not _FIXED.size <= length <= len(message):
            raise Malformed(Drop.LENGTH)
        if length > MAX_CONTROL:
            raise Malformed(Drop.TOO_LONG)
        return cls(connection_id, ns, nr), message[_FIXED.size : length]

    def encode(self, body: bytes) -> bytes:
        """The whole control message, without what stands before it."""
        length = _FIXED.size + len(body)
        return _FIXED.pack(_CONTROL | VERSION, length, self.connection_id, self.ns, self.nr) + body


def framed(message: bytes, over_udp: bool) -> bytes:
    """A control message as UDP or IP carries it."""
    return message if over_udp else bytes(4) + message


def unframed(packet: bytes, over_udp: bool) -> bytes:
    """The control message in what UDP or IP has carried."""
    return packet if over_udp else packet[4:]


def encode_data(session_id: int, cookie: bytes, sequence: int | None, frame: bytes, over_udp: bool) -> bytes:
    """A data message. `sequence`: None without sublayer, -1 with a sublayer that has no number.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |T|x|x|x|x|x|x|x|x|x|x|x|  Ver  |          Reserved             |  over UDP alone
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                           Session ID                          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                 Cookie (optional, 4 or 8 octets)              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |x|S|x|x|x|x|x|x|        Sequence Number (optional)             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """
    head = _UDP.pack(VERSION, 0, session_id) if over_udp else _SESSION_ID.pack(session_id)
    sublayer = b""
    if sequence is not None:
        word = 0 if sequence < 0 else _SEQUENCE_BIT | sequence & _SEQUENCE_MASK
        sublayer = word.to_bytes(SUBLAYER_SIZE, "big")
    return head + cookie + sublayer + frame


def decode_data(packet: bytes, over_udp: bool) -> tuple[int, bytes]:
    """The Session ID, and what follows: cookie, sublayer and frame, as long as that session has them."""
    if not over_udp:
        if len(packet) < _SESSION_ID.size:
            raise Malformed(Drop.TOO_SHORT)
        return int(_SESSION_ID.unpack_from(packet)[0]), packet[_SESSION_ID.size :]
    if len(packet) < _UDP.size:
        raise Malformed(Drop.TOO_SHORT)
    flags, _, session_id = _UDP.unpack_from(packet)
    if flags & (_TYPE | _VERSION_MASK) != VERSION:
        raise Malformed(Drop.VERSION)
    return session_id, packet[_UDP.size :]


def decode_sublayer(rest: bytes) -> tuple[int | None, bytes]:
    """The sequence number of a Default L2-Specific Sublayer (section 4.6), None without, and the frame."""
    if len(rest) < SUBLAYER_SIZE:
        raise Malformed(Drop.TOO_SHORT)
    word = int.from_bytes(rest[:SUBLAYER_SIZE], "big")
    return (word & _SEQUENCE_MASK if word & _SEQUENCE_BIT else None), rest[SUBLAYER_SIZE:]
