"""The NAT-D payload (RFC 3947 section 3.2, and its drafts)."""

from dataclasses import dataclass
from typing import Final

from kakehashi.wire.registry.ikev1 import PayloadType

NAT_D_TYPES: Final = (PayloadType.NAT_D, PayloadType.NAT_D_DRAFTS)


@dataclass(frozen=True, slots=True)
class NatDetection:
    """HASH(CKY-I | CKY-R | IP | Port). The first in a message is of the address that it is sent to.

    `payload_type` is NAT_D, or NAT_D_DRAFTS where a draft was agreed on.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                 HASH of the address and port                  ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    data: bytes
    payload_type: PayloadType = PayloadType.NAT_D

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
