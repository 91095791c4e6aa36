"""The Hash payload (RFC 2408 section 3.11)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.registry.ikev1 import PayloadType


@dataclass(frozen=True, slots=True)
class Hash:
    """HASH_I, HASH_R, HASH(1), HASH(2) or HASH(3): as many octets as the hash or prf has.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                           Hash Data                           ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.HASH

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
