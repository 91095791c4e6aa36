"""The Vendor ID payload (RFC 7296 section 3.12)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.registry.ikev2 import PayloadType


@dataclass(frozen=True, slots=True)
class VendorId:
    """What an implementation is or can do, in its maker's own octets.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                        Vendor ID (VID)                        ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.VENDOR_ID

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
