"""The Identification payloads (RFC 7296 section 3.5)."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import IdType, PayloadType
from kakehashi.wire.registry.open_enum import by_number

_TYPES: Final = by_number(IdType)
_ADDRESS_SIZES: Final = {IdType.ID_IPV4_ADDR: 4, IdType.ID_IPV6_ADDR: 16}


@dataclass(frozen=True, slots=True)
class Identification:
    """Who one side says it is. `reserved` is sent zero; it is kept because AUTH covers what was received.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   ID Type     |                 RESERVED                      |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                   Identification Data                         ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    id_type: IdType
    data: bytes
    reserved: bytes = bytes(3)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < 4:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        id_type, data = _TYPES[body[0]], body[4:]
        if len(data) != _ADDRESS_SIZES.get(id_type, len(data)):
            raise WireError(Reason.IDENTIFICATION_LENGTH)
        return cls(id_type, data, body[1:4])

    def encode(self) -> bytes:
        """What follows the generic header: the RestOf...IDPayload of RFC 7296 section 2.15."""
        return bytes([self.id_type]) + self.reserved + self.data


@dataclass(frozen=True, slots=True)
class IdentificationInitiator(Identification):
    """IDi: who the initiator is."""

    payload_type: ClassVar[PayloadType] = PayloadType.IDi


@dataclass(frozen=True, slots=True)
class IdentificationResponder(Identification):
    """IDr: who the responder is, or whom the initiator wants to meet."""

    payload_type: ClassVar[PayloadType] = PayloadType.IDr
