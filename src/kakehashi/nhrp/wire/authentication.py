"""The Authentication extension (RFC 2332 section 5.3.4), as Cisco sends it: the string itself, in clear.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |           Reserved            | Security Parameter Index (SPI)|
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                  Authentication Data ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

The RFC has the sender's address before the data and a keyed digest for them. Routers send neither: the SPI
is 1, and the data are the configured string. It keeps networks apart; what protects them is IPsec.
"""

import hmac
import struct
from typing import Final

from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.registry import ExtensionType

_CLEARTEXT: Final = 1


def authentication(secret: bytes) -> Extension:
    """The extension that proves that we know the string."""
    return Extension(ExtensionType.AUTHENTICATION, struct.pack("!HH", 0, _CLEARTEXT) + secret)


def proves(extension: Extension | None, secret: bytes) -> bool:
    """Does it carry this string? Compared in constant time."""
    value = b"" if extension is None else extension.value
    return hmac.compare_digest(value, authentication(secret).value)
