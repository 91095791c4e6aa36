"""The Vendor ID payload (RFC 2408 section 3.16)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.registry.ikev1 import PayloadType


@dataclass(frozen=True, slots=True)
class VendorId:
    """What an implementation is or can do, in its maker's own octets; see `vendor_ids`.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                        Vendor ID (VID)                        ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.VID

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
