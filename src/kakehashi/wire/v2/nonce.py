"""The Nonce payload (RFC 7296 section 3.9)."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType

MIN_NONCE: Final = 16
MAX_NONCE: Final = 256


@dataclass(frozen=True, slots=True)
class Nonce:
    """Ni or Nr: random octets, 16 to 256, and at least half the key size of the prf (RFC 7296 section 2.10).

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
            raise WireError(Reason.NONCE_LENGTH)
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
