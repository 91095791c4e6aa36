"""The Attributes payload, of mode configuration and XAUTH (draft-ietf-ipsec-isakmp-mode-cfg-04)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute, ConfigurationType, PayloadType
from kakehashi.wire.v1.attributes import Attribute, decode_attributes, encode_attributes

MAX_ATTRIBUTES: Final = 256

_CONFIGURATION: Final = Struct("!BxH")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A host asks for what it needs, or a gateway asks who its user is. The same `identifier` answers.

    The types of `attributes` are ConfigurationAttribute; an empty value asks.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Type      |   RESERVED    |           Identifier          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                           Attributes                          ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    payload_type: ClassVar[PayloadType] = PayloadType.ATTRIBUTES

    type: ConfigurationType
    identifier: int
    attributes: tuple[Attribute, ...] = ()

    def get(self, attribute_type: ConfigurationAttribute) -> Attribute | None:
        """The first attribute of that type."""
        return next((a for a in self.attributes if a.type == attribute_type), None)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < _CONFIGURATION.size:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        number, identifier = _CONFIGURATION.unpack_from(body)
        attributes = decode_attributes(body[_CONFIGURATION.size :], ConfigurationAttribute, MAX_ATTRIBUTES)
        return cls(ConfigurationType(number), identifier, attributes)

    def encode(self) -> bytes:
        """What follows the generic header."""
        return _CONFIGURATION.pack(self.type, self.identifier) + encode_attributes(self.attributes)
