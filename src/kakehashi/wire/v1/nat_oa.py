"""The NAT-OA payload (RFC 3947 section 5.2, and its drafts)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import IdType, PayloadType

NAT_OA_TYPES: Final = (PayloadType.NAT_OA, PayloadType.NAT_OA_DRAFTS)

_SIZES: Final[Mapping[int, int]] = {IdType.ID_IPV4_ADDR: 4, IdType.ID_IPV6_ADDR: 16}


@dataclass(frozen=True, slots=True)
class NatOriginalAddress:
    """An address before translation: NAT-OAi first, NAT-OAr second; for transport mode.

    `address` is 4 or 16 octets. `payload_type` is NAT_OA, or NAT_OA_DRAFTS where a draft was agreed on.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |    ID Type    |   RESERVED    |            RESERVED           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~          IPv4 (4 octets) or IPv6 address (16 octets)          ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    address: bytes
    payload_type: PayloadType = PayloadType.NAT_OA

    @classmethod
    def decode(cls, payload_type: PayloadType, body: bytes) -> Self:
        """Read what follows the generic header of a payload of either type."""
        if len(body) < 4:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        if len(body) - 4 != _SIZES.get(body[0]):
            raise WireError(Reason.IDENTIFICATION_LENGTH)
        return cls(body[4:], payload_type)

    def encode(self) -> bytes:
        """What follows the generic header. ValueError for what is no address."""
        if len(self.address) not in _SIZES.values():
            raise ValueError(f"an address of {len(self.address)} octets")
        id_type = IdType.ID_IPV4_ADDR if len(self.address) == 4 else IdType.ID_IPV6_ADDR
        return bytes([id_type, 0, 0, 0]) + self.address
