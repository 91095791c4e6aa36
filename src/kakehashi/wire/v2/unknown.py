"""A payload of a type that has no codec here (RFC 7296 section 3.2)."""

from dataclasses import dataclass

from kakehashi.wire.registry.ikev2 import PayloadType


@dataclass(frozen=True, slots=True)
class Unknown:
    """The octets after the generic header, as they are. One that is `critical` is never received."""

    type: PayloadType
    critical: bool
    data: bytes

    @property
    def payload_type(self) -> PayloadType:
        """As every payload has it."""
        return self.type

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
