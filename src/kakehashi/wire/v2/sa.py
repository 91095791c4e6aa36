"""The Security Association payload (RFC 7296 section 3.3): proposals, of transforms, of attributes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.attributes import read_attributes, write_attribute
from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import (
    EncryptionId,
    EsnId,
    GroupControllerAuthId,
    IntegrityId,
    KeyExchangeId,
    KeyWrapId,
    PayloadType,
    PrfId,
    ProtocolId,
    TransformAttributeType,
    TransformType,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum, by_number
from kakehashi.wire.v2.spi import check_spi_size

MAX_PROPOSALS: Final = 64
MAX_TRANSFORMS: Final = 512
"""In one SA payload, all proposals together."""
MAX_ATTRIBUTES: Final = 16
"""In one transform."""

TRANSFORM_IDS: Final[Mapping[int, type[OpenIntEnum]]] = {
    TransformType.ENCR: EncryptionId,
    TransformType.PRF: PrfId,
    TransformType.INTEG: IntegrityId,
    TransformType.KE: KeyExchangeId,
    TransformType.ESN: EsnId,
    TransformType.ADDKE1: KeyExchangeId,
    TransformType.ADDKE2: KeyExchangeId,
    TransformType.ADDKE3: KeyExchangeId,
    TransformType.ADDKE4: KeyExchangeId,
    TransformType.ADDKE5: KeyExchangeId,
    TransformType.ADDKE6: KeyExchangeId,
    TransformType.ADDKE7: KeyExchangeId,
    TransformType.KWA: KeyWrapId,
    TransformType.GCAUTH: GroupControllerAuthId,
}
"""What the transform IDs of each type are called; those of other types stay plain numbers."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A transform attribute. `value` is a number in the short form (AF bit 1), octets in the long one."""

    type: TransformAttributeType
    value: int | bytes

    def encode(self) -> bytes:
        """The octets of the attribute."""
        return write_attribute(self.type, self.value)


@dataclass(frozen=True, slots=True)
class Transform:
    """One algorithm. `id` is of the enumeration that TRANSFORM_IDS has for `type`.

    `key_bits` is the attribute Key Length, 0 if there is none. `attributes` are all others, none of which is
    known here: a transform that has any must not be chosen (RFC 7296 section 3.3.6).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Last Substruc |   RESERVED    |        Transform Length       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |Transform Type |   RESERVED    |          Transform ID         |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                                                               |
    ~                      Transform Attributes                     ~
    |                                                               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    type: TransformType
    id: OpenIntEnum | int
    key_bits: int = 0
    attributes: tuple[Attribute, ...] = ()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the Transform Length."""
        if len(body) < _TRANSFORM.size:
            raise WireError(Reason.TRANSFORM_LENGTH)
        transform_type, number = _TRANSFORM.unpack_from(body)
        ids = TRANSFORM_IDS.get(transform_type)
        kind, name = _TRANSFORM_TYPES[transform_type], ids(number) if ids else number
        match _attributes(body[_TRANSFORM.size :]):
            # In octets, zero, or not the first: such a Key Length is none of ours and stays to be seen.
            case [Attribute(TransformAttributeType.KEY_LENGTH, int(bits)), *others] if bits:
                return cls(kind, name, bits, tuple(others))
            case others:
                return cls(kind, name, 0, tuple(others))

    def encode(self) -> bytes:
        """What follows the Transform Length."""
        encoded = _TRANSFORM.pack(self.type, self.id)
        if self.key_bits:
            encoded += Attribute(TransformAttributeType.KEY_LENGTH, self.key_bits).encode()
        return encoded + b"".join(attribute.encode() for attribute in self.attributes)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to protect an SA: for each transform type, one of its transforms.

    `spi` is the sender's for the new SA: 4 octets for AH and ESP; for IKE 8, or none in IKE_SA_INIT.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Last Substruc |   RESERVED    |         Proposal Length       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Proposal Num  |  Protocol ID  |    SPI Size   |Num  Transforms|
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                        SPI (variable)                         ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                                                               |
    ~                        <Transforms>                           ~
    |                                                               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    number: int
    protocol: ProtocolId
    spi: bytes
    transforms: tuple[Transform, ...]

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the Proposal Length."""
        if len(body) < _PROPOSAL.size:
            raise WireError(Reason.PROPOSAL_LENGTH)
        number, protocol_number, spi_size, count = _PROPOSAL.unpack_from(body)
        protocol = _PROTOCOLS[protocol_number]
        check_spi_size(protocol, spi_size)
        end = _PROPOSAL.size + spi_size
        if end > len(body):
            raise WireError(Reason.SPI_SIZE)
        spi, rest = body[_PROPOSAL.size : end], body[end:]
        read = _remembered_transforms if len(rest) <= _REMEMBERED_SIZE else _transforms
        return cls(number, protocol, spi, read(rest, count))

    def encode(self) -> bytes:
        """What follows the Proposal Length."""
        fixed = _PROPOSAL.pack(self.number, self.protocol, len(self.spi), len(self.transforms))
        return fixed + self.spi + _join([t.encode() for t in self.transforms], _MORE_TRANSFORMS)


@dataclass(frozen=True, slots=True)
class SecurityAssociation:
    """What is offered, most preferred first; or the one proposal that was chosen.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Next Payload  |C|  RESERVED   |         Payload Length        |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                                                               |
    ~                          <Proposals>                          ~
    |                                                               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.SA

    proposals: tuple[Proposal, ...]

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        proposals: list[Proposal] = []
        transforms = 0
        for proposal in _substructures(body, _MORE_PROPOSALS, Reason.PROPOSAL_LENGTH):
            if len(proposals) == MAX_PROPOSALS:
                raise WireError(Reason.TOO_MANY_PROPOSALS)
            proposals.append(Proposal.decode(proposal))
            transforms += len(proposals[-1].transforms)
            if transforms > MAX_TRANSFORMS:
                raise WireError(Reason.TOO_MANY_TRANSFORMS)
        return cls(tuple(proposals))

    def encode(self) -> bytes:
        """What follows the generic header. ValueError if there is no proposal."""
        if not self.proposals:
            raise ValueError("an SA payload has at least one proposal")
        return _join([p.encode() for p in self.proposals], _MORE_PROPOSALS)


_PROTOCOLS: Final = by_number(ProtocolId)
_TRANSFORM_TYPES: Final = by_number(TransformType)

_SUBSTRUCTURE: Final = Struct("!BxH")
_PROPOSAL: Final = Struct("!BBBB")
_TRANSFORM: Final = Struct("!BxH")

# Values of Last Substruc where it is not the last; there it is 0. They are ISAKMP's payload types.
_MORE_PROPOSALS: Final = 2
_MORE_TRANSFORMS: Final = 3


def _substructures(data: bytes, more: int, wrong_length: Reason) -> Iterator[bytes]:
    """Cut `data` into proposals or transforms, each without its first four octets. At least one."""
    offset, rest = 0, len(data)
    while True:
        if rest < _SUBSTRUCTURE.size:
            raise WireError(wrong_length)
        marker, length = _SUBSTRUCTURE.unpack_from(data, offset)
        if not _SUBSTRUCTURE.size <= length <= rest:
            raise WireError(wrong_length)
        rest -= length
        if marker != (more if rest else 0):
            raise WireError(Reason.LAST_SUBSTRUCTURE)
        yield data[offset + _SUBSTRUCTURE.size : offset + length]
        if not rest:
            return
        offset += length


def _transforms(data: bytes, count: int) -> tuple[Transform, ...]:
    transforms: list[Transform] = []
    for transform in _substructures(data, _MORE_TRANSFORMS, Reason.TRANSFORM_LENGTH) if data else ():
        if len(transforms) == count:
            raise WireError(Reason.TRANSFORM_COUNT)
        transforms.append(Transform.decode(transform))
    if len(transforms) != count:
        raise WireError(Reason.TRANSFORM_COUNT)
    return tuple(transforms)


# Peers offer the same with every negotiation. Only short ones are remembered, for anyone may send them.
_REMEMBERED_SIZE: Final = 256
_remembered_transforms: Final = lru_cache(maxsize=256)(_transforms)


def _join(bodies: list[bytes], more: int) -> bytes:
    last = len(bodies) - 1
    return b"".join(
        _SUBSTRUCTURE.pack(0 if index == last else more, _SUBSTRUCTURE.size + len(body)) + body
        for index, body in enumerate(bodies)
    )


def _attributes(data: bytes) -> list[Attribute]:
    found = read_attributes(data, MAX_ATTRIBUTES)
    return [Attribute(TransformAttributeType(number), value) for number, value in found]
