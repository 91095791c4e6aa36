"""IKE fragmentation, Cisco's and Microsoft's ([MS-IKEE] sections 2.2.3.1 and 3.1.5): messages in pieces.

Nothing proves a fragment, so what is kept of them is bounded, and what does not fit begins anew.
"""

from kakehashi.wire.registry.ikev1 import ExchangeType
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.message import Message, encode

MAX_FRAGMENTS = 64
MAX_OCTETS = 65535

# Datagrams of 1280 octets with the IPv6 and UDP headers and the non-ESP marker pass everywhere.
MAX_MESSAGE = 1280 - 40 - 8 - 4
_OVERHEAD = 28 + 4 + 4  # ISAKMP header, generic header, and what a Fragment payload has before its data


class BadFragment(ValueError):  # noqa: N818
    """A fragment that cannot be part of any message."""


class Reassembly:
    """The fragments of one message at a time. Bounded in number and octets."""

    __slots__ = ("_id", "_last", "_octets", "_parts")

    def __init__(self) -> None:
        self._id = -1
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._parts: dict[int, bytes] = {}
        self._last = 0  # the number of the last fragment, 0 while that has not come
        self._octets = 0

    def add(self, fragment: Fragment) -> bytes | None:
        """The message when it is whole, else None. BadFragment.

        Some peers give all messages one ID: a number that comes again with other data is of another message.
        """
        number = fragment.number
        if number > MAX_FRAGMENTS:
            raise BadFragment(f"fragment {number}, the most is {MAX_FRAGMENTS}")
        other_message = fragment.id != self._id or self._parts.get(number, fragment.data) != fragment.data
        beyond_end = (self._last and number > self._last) or (
            fragment.is_last and any(n > number for n in self._parts)
        )
        if other_message or beyond_end:
            self.forget()
            self._id = fragment.id
        if number not in self._parts:
            self._octets += len(fragment.data)
            self._parts[number] = fragment.data
        if self._octets > MAX_OCTETS:
            self.forget()
            raise BadFragment(f"a message of more than {MAX_OCTETS} octets")
        if fragment.is_last:
            self._last = number
        if not self._last or len(self._parts) < self._last:
            return None
        whole = b"".join(self._parts[n] for n in range(1, self._last + 1))
        self.forget()
        return whole


def split(
    datagram: bytes, cookies: tuple[bytes, bytes], exchange_type: ExchangeType, fragment_id: int
) -> list[bytes]:
    """A message, header and all, in datagrams that pass everywhere; as it is if it is small, or too large."""
    room = MAX_MESSAGE - _OVERHEAD
    parts = [datagram[start : start + room] for start in range(0, len(datagram), room)]
    if len(datagram) <= MAX_MESSAGE or len(parts) > MAX_FRAGMENTS:
        return [datagram]
    # The message ID is in the pieces; in front of them other implementations have 0.
    return [
        encode(
            Message(*cookies, exchange_type, 0, (Fragment(fragment_id, number, number == len(parts), part),))
        )
        for number, part in enumerate(parts, 1)
    ]
