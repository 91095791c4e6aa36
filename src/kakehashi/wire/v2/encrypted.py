"""The Encrypted payload (RFC 7296 section 3.14) and the Encrypted Fragment payload (RFC 7383 section 2.5).

Both are the last payload of their message, and their Next Payload is the type of the first payload within.
Where the IV ends and the Integrity Checksum Data begins depends on the algorithms; `body` is all of it.
"""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType

_FRAGMENT: Final = Struct("!HH")


@dataclass(frozen=True, slots=True)
class Encrypted:
    """SK: other payloads in encrypted form.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                     Initialization Vector                     |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                    Encrypted IKE Payloads                     ~
    +               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |               |             Padding (0-255 octets)            |
    +-+-+-+-+-+-+-+-+                               +-+-+-+-+-+-+-+-+
    |                                               |  Pad Length   |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                    Integrity Checksum Data                    ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.SK

    first_payload: PayloadType
    body: bytes

    @classmethod
    def decode(cls, first_payload: PayloadType, body: bytes) -> Self:
        """Read what follows the generic header; `first_payload` is from the generic header."""
        return cls(first_payload, body)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.body


@dataclass(frozen=True, slots=True)
class EncryptedFragment:
    """SKF: fragment `number`, counted from 1, of `total`. `first_payload` is NONE in all but the first.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |        Fragment Number        |        Total Fragments        |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                     Initialization Vector                     |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                      Encrypted content                        ~
    +               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |               |             Padding (0-255 octets)            |
    +-+-+-+-+-+-+-+-+                               +-+-+-+-+-+-+-+-+
    |                                               |  Pad Length   |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                    Integrity Checksum Data                    ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.SKF

    first_payload: PayloadType
    number: int
    total: int
    body: bytes

    @classmethod
    def decode(cls, first_payload: PayloadType, body: bytes) -> Self:
        """Read what follows the generic header; `first_payload` is from the generic header."""
        if len(body) < _FRAGMENT.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        number, total = _FRAGMENT.unpack_from(body)
        if not 0 < number <= total:
            raise WireError(Reason.FRAGMENT_NUMBER)
        return cls(first_payload, number, total, body[_FRAGMENT.size :])

    def encode(self) -> bytes:
        """What follows the generic header."""
        return _FRAGMENT.pack(self.number, self.total) + self.body
