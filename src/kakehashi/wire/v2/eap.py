"""The EAP payload (RFC 7296 section 3.16)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType

_EAP: Final = Struct("!BBH")


@dataclass(frozen=True, slots=True)
class Eap:
    """One EAP message (RFC 3748), whole.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Code      | Identifier    |           Length              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Type      | Type_Data...                                  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.EAP

    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _EAP.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        _, _, length = _EAP.unpack_from(body)
        if length != len(body):
            raise WireError(Reason.EAP_LENGTH)
        return cls(body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
