"""The Authentication payload (RFC 7296 section 3.8)."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import AuthMethod, PayloadType
from kakehashi.wire.registry.open_enum import by_number

_METHODS: Final = by_number(AuthMethod)


@dataclass(frozen=True, slots=True)
class Authentication:
    """The proof of who one side is.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Auth Method   |                RESERVED                       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                      Authentication Data                      ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.AUTH

    method: AuthMethod
    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < 4:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        return cls(_METHODS[body[0]], body[4:])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return bytes([self.method, 0, 0, 0]) + self.data
