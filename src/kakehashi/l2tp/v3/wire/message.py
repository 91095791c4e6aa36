"""A control message of version 3: a type and its AVPs (RFC 3931 sections 5 and 6)."""

import struct
from collections.abc import Iterable
from typing import ClassVar, Final

from kakehashi.l2tp.v3.wire.registry import AvpType, MessageType, PseudowireKind
from kakehashi.l2tp.v3.wire.rules import BOOK, RULES
from kakehashi.l2tp.wire import avp as version_2
from kakehashi.l2tp.wire import message
from kakehashi.l2tp.wire.avp import Avp
from kakehashi.l2tp.wire.message import Rulebook

MESSAGE_TYPE_SIZE: Final = 8  # octets of the first AVP


class Message(message.Message):
    """What a control message says, by the words and rules of version 3."""

    __slots__ = ()
    book: ClassVar[Rulebook] = BOOK

    @property
    def capabilities(self) -> frozenset[int]:
        """The pseudowire types that the sender supports."""
        value = self.values.get(AvpType.PSEUDOWIRE_CAPABILITIES, b"")
        return frozenset(PseudowireKind(n) for (n,) in struct.iter_unpack("!H", value[: len(value) & ~1]))


def encode_message(kind: MessageType, avps: Iterable[Avp] = ()) -> bytes:
    """The body of a control message, without its digest."""
    return message.encode_message(kind, avps)


def avp(kind: AvpType, value: bytes) -> Avp:
    """An AVP of ours, marked as RFC 3931 section 5.4 says; a value that is too long is cut."""
    return version_2.avp(kind, value, RULES)


def u16(kind: AvpType, number: int) -> Avp:
    """An AVP with 16 bits."""
    return avp(kind, struct.pack("!H", number))


def u32(kind: AvpType, number: int) -> Avp:
    """An AVP with 32 bits."""
    return avp(kind, struct.pack("!I", number))
