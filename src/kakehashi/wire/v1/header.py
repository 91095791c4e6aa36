"""The ISAKMP header (RFC 2408 section 3.1).

                     1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                          Initiator                            |
|                            Cookie                             |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                          Responder                            |
|                            Cookie                             |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|  Next Payload | MjVer | MnVer | Exchange Type | X X X X X A C E |
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
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType
from kakehashi.wire.registry.open_enum import by_number

_HEADER: Final = Struct("!8s8sBBBBII")
HEADER_SIZE: Final = _HEADER.size
MAX_MESSAGE: Final = 65535
MAJOR_VERSION: Final = 1
COOKIE_SIZE: Final = 8

_PAYLOAD_TYPES: Final = by_number(PayloadType)
_EXCHANGE_TYPES: Final = by_number(ExchangeType)

FLAG_ENCRYPTION: Final = 0x01
FLAG_COMMIT: Final = 0x02
FLAG_AUTHENTICATION_ONLY: Final = 0x04


@dataclass(frozen=True, slots=True)
class Header:
    """What every message begins with. Cookies are 8 octets, `length` counts the whole message in octets."""

    initiator_cookie: bytes
    responder_cookie: bytes
    next_payload: PayloadType
    major: int
    minor: int
    exchange_type: ExchangeType
    flags: int
    message_id: int
    length: int

    @property
    def encrypted(self) -> bool:
        """Is what follows the header ciphertext?

        A fragment never is, for it holds a piece of a message that has its own header; but its sender may
        copy the flag from there.
        """
        return bool(self.flags & FLAG_ENCRYPTION) and self.next_payload != PayloadType.FRAGMENT

    @property
    def commit(self) -> bool:
        """Does the sender ask to wait for CONNECTED?"""
        return bool(self.flags & FLAG_COMMIT)

    @property
    def authentication_only(self) -> bool:
        """Is the message authenticated but not encrypted? For notifications of the DOI's own alone."""
        return bool(self.flags & FLAG_AUTHENTICATION_ONLY)

    def encode(self) -> bytes:
        """The 28 octets. ValueError for a cookie that has not 8 octets."""
        if len(self.initiator_cookie) != COOKIE_SIZE or len(self.responder_cookie) != COOKIE_SIZE:
            raise ValueError("a cookie has 8 octets")
        return _HEADER.pack(
            self.initiator_cookie,
            self.responder_cookie,
            self.next_payload,
            self.major << 4 | self.minor,
            self.exchange_type,
            self.flags,
            self.message_id,
            self.length,
        )


def decode_header(data: bytes) -> Header:
    """Read the header of `data`, a whole message without non-ESP marker. WireError.

    Unknown flags are ignored. An initiator's cookie of zero is not refused here.
    """
    if len(data) < HEADER_SIZE:
        raise WireError(Reason.MESSAGE_TOO_SHORT)
    cky_i, cky_r, next_payload, version, exchange_type, flags, message_id, length = _HEADER.unpack_from(data)
    major, minor = version >> 4, version & 0xF
    # The version comes first: behind another one the rest may mean something else.
    if major != MAJOR_VERSION:
        raise WireError(Reason.MAJOR_VERSION_NOT_1)
    if minor:
        raise WireError(Reason.MINOR_VERSION_TOO_HIGH)
    if len(data) > MAX_MESSAGE:
        raise WireError(Reason.MESSAGE_TOO_LONG)
    if length != len(data):
        raise WireError(Reason.MESSAGE_LENGTH)
    return Header(
        cky_i,
        cky_r,
        _PAYLOAD_TYPES[next_payload],
        major,
        minor,
        _EXCHANGE_TYPES[exchange_type],
        flags,
        message_id,
        length,
    )
