"""The Notify payload (RFC 7296 section 3.10)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import NotifyType, PayloadType, ProtocolId
from kakehashi.wire.registry.open_enum import by_number
from kakehashi.wire.v2.spi import check_spi_size

_TYPES: Final = by_number(NotifyType)
_PROTOCOLS: Final = by_number(ProtocolId)
_NOTIFY: Final = Struct("!BBH")


@dataclass(frozen=True, slots=True)
class Notify:
    """An error or a status. `protocol` and `spi` name a Child SA; without SPI the protocol means nothing.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Protocol ID  |   SPI Size    |      Notify Message Type      |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                Security Parameter Index (SPI)                 ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                       Notification Data                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.NOTIFY

    type: NotifyType
    protocol: ProtocolId = ProtocolId.NONE
    spi: bytes = b""
    data: bytes = b""

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _NOTIFY.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        protocol_number, spi_size, notify_type = _NOTIFY.unpack_from(body)
        # "If the SPI field is empty, this field MUST be sent as zero and MUST be ignored on receipt."
        if not spi_size:
            return cls(_TYPES[notify_type], data=body[_NOTIFY.size :])
        protocol = _PROTOCOLS[protocol_number]
        check_spi_size(protocol, spi_size)
        end = _NOTIFY.size + spi_size
        if end > len(body):
            raise WireError(Reason.SPI_SIZE)
        return cls(_TYPES[notify_type], protocol, body[_NOTIFY.size : end], body[end:])

    def encode(self) -> bytes:
        """What follows the generic header."""
        protocol = self.protocol if self.spi else ProtocolId.NONE
        return _NOTIFY.pack(protocol, len(self.spi), self.type) + self.spi + self.data
