"""The Configuration payload (RFC 7296 section 3.15)."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from kakehashi.wire.attributes import read_attributes, write_attribute
from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import ConfigurationAttributeType, ConfigurationType, PayloadType

MAX_ATTRIBUTES: Final = 256


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
        return write_attribute(self.type, self.value)


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
        attributes = tuple(
            ConfigurationAttribute(ConfigurationAttributeType(number), value)
            for number, value in read_attributes(body[4:], MAX_ATTRIBUTES, short_form=False)
            if isinstance(value, bytes)
        )
        return cls(ConfigurationType(body[0]), attributes)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return bytes([self.type, 0, 0, 0]) + b"".join(attribute.encode() for attribute in self.attributes)
