"""The Identification payload (RFC 2408 section 3.8, RFC 2407 section 4.6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import IdType, PayloadType
from kakehashi.wire.registry.open_enum import by_number

ADDRESS_SIZES: Final[Mapping[IdType, int]] = {
    IdType.ID_IPV4_ADDR: 4,
    IdType.ID_IPV4_ADDR_SUBNET: 8,
    IdType.ID_IPV4_ADDR_RANGE: 8,
    IdType.ID_IPV6_ADDR: 16,
    IdType.ID_IPV6_ADDR_SUBNET: 32,
    IdType.ID_IPV6_ADDR_RANGE: 32,
}
"""Octets of the data of each type that is made of addresses: one, address and mask, or first and last."""

_IDENTIFICATION: Final = Struct("!BBH")
_TYPES: Final = by_number(IdType)


@dataclass(frozen=True, slots=True)
class Identification:
    """IDii, IDir: who a side is. IDci, IDcr: for what traffic an SA is.

    `protocol` 0 is any; `port` 0 is any. In phase 1 both are zero, or UDP and 500, or UDP and 4500 with NAT
    traversal (RFC 2407 section 4.6.2, RFC 3947 section 4).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   ID Type     |  Protocol ID  |             Port              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                     Identification Data                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.ID

    id_type: IdType
    data: bytes
    protocol: int = 0
    port: int = 0

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _IDENTIFICATION.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        number, protocol, port = _IDENTIFICATION.unpack_from(body)
        id_type, data = _TYPES[number], body[_IDENTIFICATION.size :]
        if len(data) != ADDRESS_SIZES.get(id_type, len(data)):
            raise WireError(Reason.IDENTIFICATION_LENGTH)
        return cls(id_type, data, protocol, port)

    def encode(self) -> bytes:
        """What follows the generic header: IDii_b and the like of RFC 2409 section 3.2."""
        return _IDENTIFICATION.pack(self.id_type, self.protocol, self.port) + self.data
