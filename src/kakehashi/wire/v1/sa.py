"""The Security Association payload (RFC 2408 sections 3.4 to 3.6, RFC 2407 section 4.6.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import (
    AhTransform,
    Doi,
    EspTransform,
    IpcompTransform,
    IpsecAttribute,
    IsakmpTransform,
    LifeType,
    PayloadType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum, by_number
from kakehashi.wire.v1.attributes import Attribute, decode_attributes, encode_attributes, lifetimes
from kakehashi.wire.v1.spi import check_spi_size

MAX_PROPOSALS: Final = 64
MAX_TRANSFORMS: Final = 512
"""In one SA payload, all proposals together."""
SIT_IDENTITY_ONLY: Final = 1
"""The one situation that is read here (RFC 2407 section 4.2.1)."""

TRANSFORM_IDS: Final[Mapping[int, type[OpenIntEnum]]] = {
    ProtocolId.ISAKMP: IsakmpTransform,
    ProtocolId.AH: AhTransform,
    ProtocolId.ESP: EspTransform,
    ProtocolId.IPCOMP: IpcompTransform,
}
"""What the transforms of each protocol are called; those of other protocols stay plain numbers."""


@dataclass(frozen=True, slots=True)
class Transform:
    """One choice. `id` is of the enumeration that TRANSFORM_IDS has for the proposal's protocol.

    The types of `attributes` are Phase1Attribute in a proposal for ISAKMP, else IpsecAttribute. A chosen
    transform is returned as it came, `number` and order of attributes included (RFC 2408 section 4.2).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Next Payload  |   RESERVED    |        Payload Length         |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Transform #  |  Transform-Id |           RESERVED2           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                        SA Attributes                          ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    number: int
    id: OpenIntEnum | int
    attributes: tuple[Attribute, ...] = ()

    def get(self, attribute_type: OpenIntEnum) -> int | None:
        """The number that the first attribute of that type has; None if there is none."""
        return next((a.number for a in self.attributes if a.type == attribute_type), None)

    @classmethod
    def decode(cls, protocol: ProtocolId, body: bytes) -> Self:
        """Read what follows the Payload Length of a transform of `protocol`."""
        if len(body) < _TRANSFORM.size:
            raise WireError(Reason.TRANSFORM_LENGTH)
        number, transform_id = _TRANSFORM.unpack_from(body)
        ids = TRANSFORM_IDS.get(protocol)
        attributes = decode_attributes(body[_TRANSFORM.size :], _attribute_types(protocol))
        return cls(number, ids(transform_id) if ids else transform_id, attributes)

    def encode(self) -> bytes:
        """What follows the Payload Length."""
        return _TRANSFORM.pack(self.number, self.id) + encode_attributes(self.attributes)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A protocol with the transforms of which one is to be chosen, most preferred first.

    `spi` is the sender's: 4 octets for AH and ESP, 2 or 4 for IPCOMP; for ISAKMP it has up to 16 octets that
    mean nothing (RFC 2408 section 3.5).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Next Payload  |   RESERVED    |         Payload Length        |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Proposal #   |  Protocol-Id  |    SPI Size   |# of Transforms|
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                        SPI (variable)                         ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         <Transforms>                          ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    number: int
    protocol: ProtocolId
    spi: bytes
    transforms: tuple[Transform, ...]

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the Payload Length."""
        if len(body) < _PROPOSAL.size:
            raise WireError(Reason.PROPOSAL_LENGTH)
        number, protocol_number, spi_size, count = _PROPOSAL.unpack_from(body)
        protocol = _PROTOCOLS[protocol_number]
        check_spi_size(protocol, spi_size)
        end = _PROPOSAL.size + spi_size
        if end > len(body) or (protocol == ProtocolId.ISAKMP and spi_size > _MAX_ISAKMP_SPI):
            raise WireError(Reason.SPI_SIZE)
        return cls(number, protocol, body[_PROPOSAL.size : end], _transforms(protocol, body[end:], count))

    def encode(self) -> bytes:
        """What follows the Payload Length."""
        fixed = _PROPOSAL.pack(self.number, self.protocol, len(self.spi), len(self.transforms))
        transforms = [transform.encode() for transform in self.transforms]
        return fixed + self.spi + _join(transforms, PayloadType.TRANSFORM)


@dataclass(frozen=True, slots=True)
class SecurityAssociation:
    """What is offered, most preferred first; or what was chosen.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |              Domain of Interpretation  (DOI)                  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                           Situation                           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                          <Proposals>                          ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.SA

    proposals: tuple[Proposal, ...]
    doi: Doi = Doi.IPSEC
    situation: int = SIT_IDENTITY_ONLY

    @property
    def suites(self) -> tuple[tuple[Proposal, ...], ...]:
        """The alternatives: proposals in a row with one number go together (RFC 2408 section 4.2)."""
        return tuple(tuple(together) for _, together in groupby(self.proposals, key=lambda p: p.number))

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _SA.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        doi, situation = _SA.unpack_from(body)
        # Of another DOI, or with labels (RFC 2407 section 4.6.1), the proposals begin elsewhere.
        if doi != Doi.IPSEC:
            raise WireError(Reason.DOI)
        if situation != SIT_IDENTITY_ONLY:
            raise WireError(Reason.SITUATION)
        proposals: list[Proposal] = []
        transforms = 0
        for proposal in _substructures(body[_SA.size :], PayloadType.PROPOSAL, Reason.PROPOSAL_LENGTH):
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
        proposals = [proposal.encode() for proposal in self.proposals]
        return _SA.pack(self.doi, self.situation) + _join(proposals, PayloadType.PROPOSAL)


def phase1_lifetimes(transform: Transform) -> tuple[tuple[LifeType, int], ...]:
    """The lifetimes that a transform for ISAKMP has, in its order."""
    return lifetimes(transform.attributes, Phase1Attribute.LIFE_TYPE, Phase1Attribute.LIFE_DURATION)


def ipsec_lifetimes(transform: Transform) -> tuple[tuple[LifeType, int], ...]:
    """The lifetimes that a transform for AH, ESP or IPCOMP has, in its order."""
    return lifetimes(transform.attributes, IpsecAttribute.SA_LIFE_TYPE, IpsecAttribute.SA_LIFE_DURATION)


_PROTOCOLS: Final = by_number(ProtocolId)
_MAX_ISAKMP_SPI: Final = 16

_SA: Final = Struct("!II")
_SUBSTRUCTURE: Final = Struct("!BBH")
_PROPOSAL: Final = Struct("!BBBB")
_TRANSFORM: Final = Struct("!BBxx")


def _attribute_types(protocol: ProtocolId) -> type[OpenIntEnum]:
    return Phase1Attribute if protocol == ProtocolId.ISAKMP else IpsecAttribute


def _substructures(data: bytes, kind: PayloadType, wrong_length: Reason) -> Iterator[bytes]:
    """Cut `data` into proposals or transforms, each without its generic header. At least one."""
    offset, rest = 0, len(data)
    while True:
        if rest < _SUBSTRUCTURE.size:
            raise WireError(wrong_length)
        following, reserved, length = _SUBSTRUCTURE.unpack_from(data, offset)
        if not _SUBSTRUCTURE.size <= length <= rest:
            raise WireError(wrong_length)
        rest -= length
        if following != (kind if rest else PayloadType.NONE):
            raise WireError(Reason.LAST_SUBSTRUCTURE)
        if reserved:
            raise WireError(Reason.RESERVED_FIELD)
        yield data[offset + _SUBSTRUCTURE.size : offset + length]
        if not rest:
            return
        offset += length


def _transforms(protocol: ProtocolId, data: bytes, count: int) -> tuple[Transform, ...]:
    transforms: list[Transform] = []
    for transform in _substructures(data, PayloadType.TRANSFORM, Reason.TRANSFORM_LENGTH) if data else ():
        if len(transforms) == count:
            raise WireError(Reason.TRANSFORM_COUNT)
        transforms.append(Transform.decode(protocol, transform))
    if len(transforms) != count:
        raise WireError(Reason.TRANSFORM_COUNT)
    return tuple(transforms)


def _join(bodies: list[bytes], kind: PayloadType) -> bytes:
    last = len(bodies) - 1
    return b"".join(
        _SUBSTRUCTURE.pack(0 if index == last else kind, 0, _SUBSTRUCTURE.size + len(body)) + body
        for index, body in enumerate(bodies)
    )
