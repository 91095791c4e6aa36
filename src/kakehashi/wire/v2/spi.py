"""The size of an SPI."""

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import ProtocolId


def check_spi_size(protocol: ProtocolId, size: int) -> None:
    """WireError if an SPI of `protocol` cannot have `size` octets (RFC 7296 sections 3.3.1, 3.10, 3.11)."""
    match protocol:
        case ProtocolId.AH | ProtocolId.ESP:
            fits = size == 4
        case ProtocolId.IKE:
            fits = size in (0, 8)
        case _:
            fits = True
    if not fits:
        raise WireError(Reason.SPI_SIZE)
