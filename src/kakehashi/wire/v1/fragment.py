"""The Fragment payload of IKE fragmentation, Cisco's and Microsoft's ([MS-IKEE] section 2.2.3.1)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import PayloadType

FLAG_LAST: Final = 0x01

_FRAGMENT: Final = Struct("!HBB")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a message, which is cut with its ISAKMP header and put together in the order of `number`.

    `number` counts from 1; `id` is the same in all pieces of one message. It is alone in its message, which
    is never encrypted as a whole.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |          Fragment ID          |Fragment Number|     Flags     |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         Fragment Data                         ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.FRAGMENT

    id: int
    number: int
    is_last: bool
    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _FRAGMENT.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        identifier, number, flags = _FRAGMENT.unpack_from(body)
        if not number:
            raise WireError(Reason.FRAGMENT_NUMBER)
        return cls(identifier, number, bool(flags & FLAG_LAST), body[_FRAGMENT.size :])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return _FRAGMENT.pack(self.id, self.number, FLAG_LAST if self.is_last else 0) + self.data
