"""Data attributes as both versions of IKE have them (RFC 2408 section 3.3, RFC 7296 section 3.3.5).

                     1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|A|       Attribute Type        |    AF=0  Attribute Length     |
|F|                             |    AF=1  Attribute Value      |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
|                   AF=0  Attribute Value                       |
|                   AF=1  Not Transmitted                       |
+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
"""

from struct import Struct
from typing import Final

from kakehashi.wire.errors import Reason, WireError

_ATTRIBUTE: Final = Struct("!HH")
_AF: Final = 0x8000


def read_attributes(data: bytes, most: int, short_form: bool = True) -> list[tuple[int, int | bytes]]:
    """Type and value of each attribute up to the end of `data`: a number where AF is 1, else octets.

    At most `most` of them. `short_form` False: every one has its length, and the first bit means nothing.
    WireError.
    """
    found: list[tuple[int, int | bytes]] = []
    offset = 0
    while offset < len(data):
        if len(found) == most:
            raise WireError(Reason.TOO_MANY_ATTRIBUTES)
        if len(data) - offset < _ATTRIBUTE.size:
            raise WireError(Reason.ATTRIBUTE_LENGTH)
        head, value = _ATTRIBUTE.unpack_from(data, offset)
        offset += _ATTRIBUTE.size
        number = head & ~_AF
        if short_form and number != head:
            found.append((number, value))
            continue
        if value > len(data) - offset:
            raise WireError(Reason.ATTRIBUTE_LENGTH)
        found.append((number, data[offset : offset + value]))
        offset += value
    return found


def write_attribute(number: int, value: int | bytes) -> bytes:
    """The octets of one attribute."""
    if isinstance(value, int):
        return _ATTRIBUTE.pack(_AF | number, value)
    return _ATTRIBUTE.pack(number, len(value)) + value
