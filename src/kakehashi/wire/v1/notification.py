"""The Notification payload (RFC 2408 section 3.14, RFC 2407 section 4.6.3)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import Doi, NotifyType, PayloadType, ProtocolId
from kakehashi.wire.registry.open_enum import by_number

_TYPES: Final = by_number(NotifyType)
_PROTOCOLS: Final = by_number(ProtocolId)
_NOTIFICATION: Final = Struct("!IBBH")


@dataclass(frozen=True, slots=True)
class Notification:
    """An error or a status.

    `spi`: for ISAKMP the two cookies, 16 octets, or none; for AH and ESP an SPI of 4 octets. Its size is not
    judged, because devices differ and a notification is a hint.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |              Domain of Interpretation  (DOI)                  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Protocol-ID  |   SPI Size    |      Notify Message Type      |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                Security Parameter Index (SPI)                 ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                       Notification Data                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.NOTIFICATION

    type: NotifyType
    protocol: ProtocolId = ProtocolId.ISAKMP
    spi: bytes = b""
    data: bytes = b""
    doi: Doi = Doi.IPSEC

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _NOTIFICATION.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        doi, protocol, spi_size, notify_type = _NOTIFICATION.unpack_from(body)
        end = _NOTIFICATION.size + spi_size
        if end > len(body):
            raise WireError(Reason.SPI_SIZE)
        return cls(
            _TYPES[notify_type], _PROTOCOLS[protocol], body[_NOTIFICATION.size : end], body[end:], Doi(doi)
        )

    def encode(self) -> bytes:
        """What follows the generic header."""
        fixed = _NOTIFICATION.pack(self.doi, self.protocol, len(self.spi), self.type)
        return fixed + self.spi + self.data
