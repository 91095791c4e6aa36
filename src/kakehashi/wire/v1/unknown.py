"""A payload of a type that has no codec here (RFC 2408 section 3.2)."""

from dataclasses import dataclass

from kakehashi.wire.registry.ikev1 import PayloadType


@dataclass(frozen=True, slots=True)
class Unknown:
    """The octets after the generic header, as they are."""

    payload_type: PayloadType
    data: bytes

    def encode(self) -> bytes:
        """What follows the generic header."""
        return self.data
