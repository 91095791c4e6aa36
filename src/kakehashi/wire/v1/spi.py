"""The size of an SPI."""

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import ProtocolId


def check_spi_size(protocol: ProtocolId, size: int) -> None:
    """WireError if an SPI of `protocol` cannot have `size` octets.

    AH and ESP have SPIs of 4 octets. IPCOMP has CPIs of 2 octets, which may also come in 4 (RFC 3173 section
    4.1). What an ISAKMP SA has depends on the payload, and is not judged here.
    """
    match protocol:
        case ProtocolId.AH | ProtocolId.ESP:
            fits = size == 4
        case ProtocolId.IPCOMP:
            fits = size in (2, 4)
        case _:
            fits = True
    if not fits:
        raise WireError(Reason.SPI_SIZE)
