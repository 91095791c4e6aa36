"""The Key Exchange payload (RFC 2408 section 3.7)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from kakehashi.wire.registry.ikev1 import PayloadType


@dataclass(frozen=True, slots=True)
class KeyExchange:
    """A Diffie-Hellman public value, g^xi or g^xr, of the group that the SA or the exchange has agreed on.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                       Key Exchange Data                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.KE

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
