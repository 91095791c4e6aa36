"""The Nonce payload (RFC 2408 section 3.13)."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import PayloadType

MIN_NONCE: Final = 8
MAX_NONCE: Final = 256


@dataclass(frozen=True, slots=True)
class Nonce:
    """Ni or Nr: random octets, 8 to 256 (RFC 2409 section 5).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                            Nonce Data                         ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.NONCE

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if not MIN_NONCE <= len(body) <= MAX_NONCE:
            raise WireError(Reason.NONCE_LENGTH_V1)
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
