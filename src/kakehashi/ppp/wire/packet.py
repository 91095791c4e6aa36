"""The packets of LCP, the NCPs, PAP and CHAP: all have the same header (RFC 1661 section 5)."""

import struct
from dataclasses import dataclass, field
from typing import Final, Self

from kakehashi.ppp.drops import Drop, Malformed

_HEADER: Final = struct.Struct("!BBH")
MAX_PACKET: Final = 2048


@dataclass(frozen=True, slots=True)
class Packet:
    """A control packet.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Code      |  Identifier   |            Length             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |    Data ...
    +-+-+-+-+
    """

    code: int
    identifier: int
    data: bytes = field(default=b"", repr=False)  # it may be a password

    @classmethod
    def decode(cls, information: bytes) -> Self:
        """Read the Information of a frame; what is behind the Length is padding. Malformed if it is none."""
        if len(information) < _HEADER.size:
            raise Malformed(Drop.PACKET_TOO_SHORT)
        code, identifier, length = _HEADER.unpack_from(information)
        if not _HEADER.size <= length <= len(information):
            raise Malformed(Drop.PACKET_LENGTH)
        if length > MAX_PACKET:
            raise Malformed(Drop.PACKET_TOO_LONG)
        return cls(code, identifier, information[_HEADER.size : length])

    def encode(self) -> bytes:
        """The Information of a frame."""
        return _HEADER.pack(self.code, self.identifier, _HEADER.size + len(self.data)) + self.data
