"""IKEv2 message fragmentation (RFC 7383)."""

from kakehashi.wire.registry.ikev2 import PayloadType

MAX_FRAGMENTS = 64
MAX_OCTETS = 65535

# Datagrams of 1280 octets with the IPv6 and UDP headers and the non-ESP marker pass everywhere, and RFC 7383
# section 2.5.1 suggests that size.
MAX_MESSAGE = 1280 - 40 - 8 - 4


class BadFragment(ValueError):  # noqa: N818
    """A fragment that cannot be part of the message it claims."""


class Reassembly:
    """The fragments of one message, each already known to be authentic. Bounded in number and octets."""

    __slots__ = ("_first_payload", "_message_id", "_parts", "_total")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._message_id = -1
        self._total = 0
        self._first_payload = PayloadType.NONE
        self._parts: dict[int, bytes] = {}

    def add(
        self, message_id: int, number: int, total: int, first_payload: PayloadType, plaintext: bytes
    ) -> tuple[PayloadType, bytes] | None:
        """The inner payloads when the message is whole, else None. BadFragment."""
        if not 1 <= number <= total or total > MAX_FRAGMENTS:
            raise BadFragment(f"fragment {number} of {total}")
        if message_id != self._message_id or total > self._total:
            # More fragments of the same message: the peer has gone to a smaller size (section 2.5.2).
            self.forget()
            self._message_id, self._total = message_id, total
        if total < self._total:
            raise BadFragment(f"fragment {number} of {total} while a message of {self._total} is collected")
        if number == 1:
            self._first_payload = first_payload
        self._parts[number] = plaintext
        if sum(map(len, self._parts.values())) > MAX_OCTETS:
            self.forget()
            raise BadFragment(f"a message of more than {MAX_OCTETS} octets")
        if len(self._parts) < total:
            return None
        whole = b"".join(self._parts[n] for n in range(1, total + 1))
        first = self._first_payload
        self.forget()
        return first, whole


def split(plaintext: bytes, room: int) -> list[bytes]:
    """Cut the inner payloads into parts of `room` octets. ValueError beyond MAX_FRAGMENTS."""
    parts = [plaintext[start : start + room] for start in range(0, len(plaintext), room)]
    if len(parts) > MAX_FRAGMENTS:
        raise ValueError(f"a message of {len(plaintext)} octets takes more than {MAX_FRAGMENTS} fragments")
    return parts
