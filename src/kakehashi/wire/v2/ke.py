"""The Key Exchange payload (RFC 7296 section 3.4)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import KeyExchangeId, PayloadType
from kakehashi.wire.registry.open_enum import by_number

_GROUPS: Final = by_number(KeyExchangeId)
_KE: Final = Struct("!HH")


@dataclass(frozen=True, slots=True)
class KeyExchange:
    """A public value. Whether `data` fits `group` is for the key exchange method to say.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   Diffie-Hellman Group Num    |           RESERVED            |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                       Key Exchange Data                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.KE

    group: KeyExchangeId
    data: bytes

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _KE.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        group, _ = _KE.unpack_from(body)
        return cls(_GROUPS[group], body[_KE.size :])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return _KE.pack(self.group, 0) + self.data
