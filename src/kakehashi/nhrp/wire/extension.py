"""Extensions: what follows the mandatory part (RFC 2332 section 5.3)."""

import struct
from dataclasses import dataclass
from typing import Final

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.wire.address import Reader
from kakehashi.nhrp.wire.registry import ExtensionType

_HEADER: Final = struct.Struct("!HH")
_COMPULSORY: Final = 0x8000
_TYPE: Final = 0x3FFF
MAX_EXTENSIONS: Final = 16
_END: Final = _HEADER.pack(_COMPULSORY | ExtensionType.END, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Extension:
    """One extension. `compulsory`: who does not know it must not act on the packet, and says so.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |C|u|        Type               |        Length                 |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                         Value...                              |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    type: ExtensionType
    value: bytes = b""
    compulsory: bool = True

    def __repr__(self) -> str:
        # The value may be an authentication string.
        return f"Extension({self.type}, {len(self.value)} octets)"

    @property
    def is_known(self) -> bool:
        """Do we know what it means?"""
        return self.type in _KNOWN

    def encode(self) -> bytes:
        """Header and value."""
        kind = self.type | (_COMPULSORY if self.compulsory else 0)
        return _HEADER.pack(kind, len(self.value)) + self.value


_KNOWN: Final = frozenset(ExtensionType)


def encode_extensions(extensions: tuple[Extension, ...]) -> bytes:
    """All, with the end of the list behind them; nothing if there is none."""
    return b"".join(e.encode() for e in extensions) + _END if extensions else b""


def decode_extensions(data: bytes) -> tuple[Extension, ...]:
    """Extensions up to End, at most MAX_EXTENSIONS. Malformed if one does not fit or End is missing."""
    reader = Reader(data, Drop.EXTENSION)
    extensions: list[Extension] = []
    while True:
        kind, length = _HEADER.unpack(reader.take(_HEADER.size))
        value = reader.take(length)
        if kind & _TYPE == ExtensionType.END:
            return tuple(extensions)
        if len(extensions) >= MAX_EXTENSIONS:
            raise Malformed(Drop.TOO_MANY_EXTENSIONS)
        extensions.append(Extension(ExtensionType(kind & _TYPE), value, bool(kind & _COMPULSORY)))
