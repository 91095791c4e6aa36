"""The Configuration payload (RFC 7296 section 3.15)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import ConfigurationAttributeType, ConfigurationType, PayloadType

MAX_ATTRIBUTES: Final = 256

_ATTRIBUTE: Final = Struct("!HH")
_TYPE_MASK: Final = 0x7FFF


@dataclass(frozen=True, slots=True)
class ConfigurationAttribute:
    """One thing asked for or given. An empty value asks.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |R|         Attribute Type      |            Length             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                             Value                             ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    type: ConfigurationAttributeType
    value: bytes = b""

    def encode(self) -> bytes:
        """The octets of the attribute."""
        return _ATTRIBUTE.pack(self.type, len(self.value)) + self.value


@dataclass(frozen=True, slots=True)
class Configuration:
    """CP: a host asks for what it needs in the other side's network.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   CFG Type    |                    RESERVED                   |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                   Configuration Attributes                    ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.CP

    type: ConfigurationType
    attributes: tuple[ConfigurationAttribute, ...] = ()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < 4:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        attributes: list[ConfigurationAttribute] = []
        offset = 4
        while offset < len(body):
            if len(attributes) == MAX_ATTRIBUTES:
                raise WireError(Reason.TOO_MANY_ATTRIBUTES)
            if len(body) - offset < _ATTRIBUTE.size:
                raise WireError(Reason.ATTRIBUTE_LENGTH)
            number, length = _ATTRIBUTE.unpack_from(body, offset)
            offset += _ATTRIBUTE.size
            if length > len(body) - offset:
                raise WireError(Reason.ATTRIBUTE_LENGTH)
            attribute_type = ConfigurationAttributeType(number & _TYPE_MASK)
            attributes.append(ConfigurationAttribute(attribute_type, body[offset : offset + length]))
            offset += length
        return cls(ConfigurationType(body[0]), tuple(attributes))

    def encode(self) -> bytes:
        """What follows the generic header."""
        return bytes([self.type, 0, 0, 0]) + b"".join(attribute.encode() for attribute in self.attributes)
