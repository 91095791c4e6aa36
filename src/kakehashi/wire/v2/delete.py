"""The Delete payload (RFC 7296 section 3.11)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType, ProtocolId
from kakehashi.wire.v2.spi import check_spi_size

_DELETE: Final = Struct("!BBH")


@dataclass(frozen=True, slots=True)
class Delete:
    """SAs that the sender has forgotten: its inbound SPIs, or none for the IKE SA itself.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Protocol ID   |   SPI Size    |          Num of SPIs          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~               Security Parameter Index(es) (SPI)              ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.DELETE

    protocol: ProtocolId
    spis: tuple[bytes, ...] = ()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _DELETE.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        protocol_number, size, count = _DELETE.unpack_from(body)
        protocol, spis = ProtocolId(protocol_number), body[_DELETE.size :]
        if protocol == ProtocolId.IKE and size:
            raise WireError(Reason.SPI_SIZE)
        check_spi_size(protocol, size)
        # Without octets there are no SPIs, or 65535 empty ones could be listed for nothing.
        if len(spis) != size * count or bool(count) != bool(spis):
            raise WireError(Reason.SPI_COUNT)
        return cls(protocol, tuple(spis[i : i + size] for i in range(0, len(spis), size)) if spis else ())

    def encode(self) -> bytes:
        """What follows the generic header. ValueError for SPIs of different sizes."""
        sizes = {len(spi) for spi in self.spis}
        if len(sizes) > 1:
            raise ValueError("the SPIs of one Delete payload have the same size")
        size = sizes.pop() if sizes else (4 if self.protocol in (ProtocolId.AH, ProtocolId.ESP) else 0)
        return _DELETE.pack(self.protocol, size, len(self.spis)) + b"".join(self.spis)
