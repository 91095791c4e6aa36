"""The Signature payload (RFC 2408 section 3.12)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.registry.ikev1 import PayloadType


@dataclass(frozen=True, slots=True)
class Signature:
    """SIG_I or SIG_R (RFC 2409 section 5.1).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         Signature Data                        ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.SIG

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
