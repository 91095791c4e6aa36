"""The Delete payload (RFC 2408 section 3.15)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import Doi, PayloadType, ProtocolId
from kakehashi.wire.v1.spi import check_spi_size

_DELETE: Final = Struct("!IBBH")
_ISAKMP_SPI: Final = 16


@dataclass(frozen=True, slots=True)
class Delete:
    """SAs that the sender has forgotten: its inbound SPIs, or for ISAKMP the two cookies, initiator's first.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |              Domain of Interpretation  (DOI)                  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Protocol-Id  |   SPI Size    |           # of SPIs           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~               Security Parameter Index(es) (SPI)              ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.DELETE

    protocol: ProtocolId
    spis: tuple[bytes, ...]
    doi: Doi = Doi.IPSEC

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _DELETE.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        doi, protocol_number, size, count = _DELETE.unpack_from(body)
        protocol, spis = ProtocolId(protocol_number), body[_DELETE.size :]
        check_spi_size(protocol, size)
        if protocol == ProtocolId.ISAKMP and size != _ISAKMP_SPI:
            raise WireError(Reason.SPI_SIZE)
        # Without octets there are no SPIs, or 65535 empty ones could be listed for nothing.
        if len(spis) != size * count or not spis:
            raise WireError(Reason.SPI_COUNT)
        return cls(protocol, tuple(spis[i : i + size] for i in range(0, len(spis), size)), Doi(doi))

    def encode(self) -> bytes:
        """What follows the generic header. ValueError for no SPIs, or SPIs of different sizes."""
        sizes = {len(spi) for spi in self.spis}
        if len(sizes) != 1:
            raise ValueError("a Delete payload has SPIs, all of the same size")
        fixed = _DELETE.pack(self.doi, self.protocol, sizes.pop(), len(self.spis))
        return fixed + b"".join(self.spis)
