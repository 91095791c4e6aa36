"""The IKE header (RFC 7296 section 3.1).

                     1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                       IKE SA Initiator's SPI                  |
|                                                               |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                       IKE SA Responder's SPI                  |
|                                                               |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|  Next Payload | MjVer | MnVer | Exchange Type |  X X R V I X X X  |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                          Message ID                           |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                            Length                             |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import ExchangeType, PayloadType
from kakehashi.wire.registry.open_enum import by_number

_HEADER: Final = Struct("!8s8sBBBBII")
HEADER_SIZE: Final = _HEADER.size
MAX_MESSAGE: Final = 65535
MAJOR_VERSION: Final = 2
SPI_SIZE: Final = 8

_PAYLOAD_TYPES: Final = by_number(PayloadType)
_EXCHANGE_TYPES: Final = by_number(ExchangeType)

FLAG_INITIATOR: Final = 0x08
FLAG_VERSION: Final = 0x10  # we could speak a higher major version; sent zero, ignored on receipt
FLAG_RESPONSE: Final = 0x20


@dataclass(frozen=True, slots=True)
class Header:
    """What every message begins with. SPIs are 8 octets, `length` counts the whole message in octets."""

    spi_i: bytes
    spi_r: bytes
    next_payload: PayloadType
    major: int
    minor: int
    exchange_type: ExchangeType
    flags: int
    message_id: int
    length: int

    @property
    def is_initiator(self) -> bool:
        """Was it sent by the original initiator of the IKE SA?"""
        return bool(self.flags & FLAG_INITIATOR)

    @property
    def is_response(self) -> bool:
        """Does it answer the request of the same message ID?"""
        return bool(self.flags & FLAG_RESPONSE)

    def encode(self) -> bytes:
        """The 28 octets. ValueError for an SPI that has not 8 octets."""
        if len(self.spi_i) != SPI_SIZE or len(self.spi_r) != SPI_SIZE:
            raise ValueError("an IKE SPI has 8 octets")
        return _HEADER.pack(
            self.spi_i,
            self.spi_r,
            self.next_payload,
            self.major << 4 | self.minor,
            self.exchange_type,
            self.flags,
            self.message_id,
            self.length,
        )


def decode_header(data: bytes) -> Header:
    """Read the header of `data`, a whole message without non-ESP marker. WireError.

    A higher minor version and unknown flags are ignored. An initiator's SPI of zero is not refused, because
    INVALID_SPI outside of an IKE SA may have it (RFC 7296 section 1.5).
    """
    if len(data) < HEADER_SIZE:
        raise WireError(Reason.MESSAGE_TOO_SHORT)
    spi_i, spi_r, next_payload, version, exchange_type, flags, message_id, length = _HEADER.unpack_from(data)
    major, minor = version >> 4, version & 0xF
    # The version comes first: behind another one the rest may mean something else.
    if major != MAJOR_VERSION:
        above = major > MAJOR_VERSION
        raise WireError(Reason.MAJOR_VERSION_TOO_HIGH if above else Reason.MAJOR_VERSION_TOO_LOW)
    if len(data) > MAX_MESSAGE:
        raise WireError(Reason.MESSAGE_TOO_LONG)
    if length != len(data):
        raise WireError(Reason.MESSAGE_LENGTH)
    return Header(
        spi_i,
        spi_r,
        _PAYLOAD_TYPES[next_payload],
        major,
        minor,
        _EXCHANGE_TYPES[exchange_type],
        flags,
        message_id,
        length,
    )
