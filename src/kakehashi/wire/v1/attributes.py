"""Data attributes (RFC 2408 section 3.3): of transforms, of RESPONDER-LIFETIME, of mode configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kakehashi.wire.attributes import read_attributes, write_attribute
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute, LifeType
from kakehashi.wire.registry.open_enum import OpenIntEnum, by_number

MAX_ATTRIBUTES: Final = 32
"""In one transform, or in one notification."""

_LONGEST_NUMBER: Final = 64  # octets, zeros in front included
_MOST: Final = (1 << 64) - 1
_LIFE_TYPES: Final = by_number(LifeType)
_SECRETS: Final = frozenset(
    {
        ConfigurationAttribute.XAUTH_USER_PASSWORD,
        ConfigurationAttribute.XAUTH_PASSCODE,
        ConfigurationAttribute.XAUTH_NEXT_PIN,
        ConfigurationAttribute.XAUTH_ANSWER,
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class Attribute:
    """`value` is a number of 16 bits in the basic form (AF bit 1), octets in the variable one.

    `type` is of the registry of the place: Phase1Attribute, IpsecAttribute, ConfigurationAttribute.
    """

    type: OpenIntEnum
    value: int | bytes = b""

    @property
    def number(self) -> int:
        """The value as a number, whichever form it has; what needs more than 64 bits is 2^64 - 1."""
        if isinstance(self.value, int):
            return self.value
        digits = self.value.lstrip(b"\0")
        return int.from_bytes(digits, "big") if len(digits) <= 8 else _MOST

    @property
    def octets(self) -> bytes:
        """The value as octets, whichever form it has: two in the basic form."""
        return self.value.to_bytes(2, "big") if isinstance(self.value, int) else self.value

    @property
    def is_short(self) -> bool:
        """Can it be a number? The answer to a proposal returns it, and must fit into a message, too."""
        return isinstance(self.value, int) or len(self.value) <= _LONGEST_NUMBER

    def encode(self) -> bytes:
        """The octets of the attribute."""
        return write_attribute(self.type, self.value)

    def __repr__(self) -> str:
        # What a user of XAUTH typed belongs into no log.
        shown = "***" if self.type in _SECRETS else repr(self.value)
        return f"Attribute({self.type}, {shown})"


def life_duration(duration_type: OpenIntEnum, value: int) -> Attribute:
    """A lifetime of `value`: in the basic form if it fits, else in four octets, which is the most.

    What has over 16 bits is a variable attribute (RFC 2407 section 4.5). ValueError above 32 bits.
    """
    if value >> 32:
        raise ValueError(f"a lifetime of {value}")
    return Attribute(duration_type, value if value <= 0xFFFF else value.to_bytes(4, "big"))


def lifetimes(
    attributes: Iterable[Attribute], life_type: OpenIntEnum, life_duration: OpenIntEnum
) -> tuple[tuple[LifeType, int], ...]:
    """Each life type with the duration that follows it (RFC 2407 section 4.5), in their order.

    `life_type` and `life_duration` are the two attribute types of the phase. A duration without the type
    that must stand before it is taken for seconds.
    """
    found: list[tuple[LifeType, int]] = []
    unit = LifeType.SECONDS
    for attribute in attributes:
        if attribute.type == life_type:
            unit = _LIFE_TYPES[min(attribute.number, 0xFFFF)]
        elif attribute.type == life_duration:
            found.append((unit, attribute.number))
            unit = LifeType.SECONDS
    return tuple(found)


def decode_attributes(
    data: bytes, types: type[OpenIntEnum], most: int = MAX_ATTRIBUTES
) -> tuple[Attribute, ...]:
    """Read attributes up to the end of `data`, `most` of them, with types of `types`. WireError."""
    return tuple(Attribute(types(number), value) for number, value in read_attributes(data, most))


def encode_attributes(attributes: Sequence[Attribute]) -> bytes:
    """The octets of all."""
    return b"".join(attribute.encode() for attribute in attributes)
