"""A control message: a type and its AVPs (RFC 2661 sections 4 and 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.wire.avp import Avp, decode_avps, u16
from kakehashi.l2tp.wire.hiding import reveal
from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.l2tp.wire.rules import REQUIRED, RULES, Rule
from kakehashi.wire.registry.open_enum import OpenIntEnum


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The words of one version of L2TP, and what is legal. `lenient`: an AVP of a wrong size is taken for one
    that is not known (RFC 3931 section 7.1), and reserved bits for nothing (section 5.1).
    """

    messages: type[OpenIntEnum]
    avps: type[OpenIntEnum]
    rules: Mapping[int, Rule]
    required: Mapping[int, frozenset[OpenIntEnum]]
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What a control message says.

    `values`: of the AVPs we know, in clear; the first counts if there are two. `must_be_known`: the type is
    marked mandatory. `unknown`: attributes of AVPs that are marked mandatory and are not known or cannot be
    revealed.
    """

    type: OpenIntEnum
    values: Mapping[OpenIntEnum, bytes] = field(repr=False)
    must_be_known: bool = True
    unknown: tuple[int, ...] = ()
    book: ClassVar[Rulebook] = Rulebook(MessageType, AvpType, RULES, REQUIRED)

    @classmethod
    def decode(cls, body: bytes, secret: bytes = b"") -> Self:
        """Read the AVPs of a control message; `secret` reveals those that are hidden. Raises Malformed."""
        book = cls.book
        avps = decode_avps(body, book.avps)
        first = avps[0] if avps else None
        if first is None or first.type != AvpType.MESSAGE_TYPE or not first.is_known() or first.hidden:
            raise Malformed(Drop.NO_MESSAGE_TYPE)
        values: dict[OpenIntEnum, bytes] = {}
        unknown: list[int] = []
        random_vector = b""
        for avp in avps:
            value = _value(avp, secret, random_vector, book)
            if value is None:
                if avp.mandatory:
                    unknown.append(int(avp.type))
                continue
            if avp.type == AvpType.RANDOM_VECTOR:
                random_vector = value  # counts for what follows, until the next (section 4.3)
            values.setdefault(avp.type, value)
        if len(first.value) != 2:
            raise Malformed(Drop.AVP_VALUE)
        kind = book.messages(int.from_bytes(first.value, "big"))
        return cls(kind, values, first.mandatory, tuple(unknown))

    @property
    def missing(self) -> frozenset[OpenIntEnum]:
        """What a message of this type must have and this one has not."""
        return self.book.required.get(self.type, frozenset()) - self.values.keys()

    def number(self, kind: OpenIntEnum) -> int | None:
        """The value as a number; None if it is not there."""
        value = self.values.get(kind)
        return None if value is None else int.from_bytes(value, "big")

    def text(self, kind: OpenIntEnum) -> str:
        """The value as text fit for a log line, at most 64 characters; "" if it is not there."""
        plain = self.values.get(kind, b"")[:64].decode("utf-8", "replace")
        return "".join(c if c.isprintable() else "." for c in plain)

    def result(self) -> tuple[int, int, str]:
        """The Result Code AVP: result, error, sentence (section 4.4.2)."""
        value = self.values.get(AvpType.RESULT_CODE, b"")
        plain = value[4:132].decode("utf-8", "replace")
        sentence = "".join(c if c.isprintable() else "." for c in plain)
        return int.from_bytes(value[:2], "big"), int.from_bytes(value[2:4], "big"), sentence


def encode_message(kind: OpenIntEnum, avps: Iterable[Avp] = ()) -> bytes:
    """The body of a control message."""
    return b"".join(avp.encode() for avp in (u16(AvpType.MESSAGE_TYPE, kind), *avps))


def _value(avp: Avp, secret: bytes, random_vector: bytes, book: Rulebook) -> bytes | None:
    """The AVP's value in clear; None if the AVP is not to be known. Malformed if it has the wrong size."""
    if book.lenient:
        avp = replace(avp, reserved=0)
    if not avp.is_known(book.rules):
        return None
    value: bytes | None = avp.value
    if avp.hidden:
        if not secret or not random_vector:
            return None
        value = reveal(avp.type, avp.value, secret, random_vector)
    rule = book.rules[avp.type]
    if value is not None and rule.least <= len(value) <= rule.most:
        return value
    if avp.hidden or book.lenient:
        return None  # as with another secret: an AVP that cannot be known
    raise Malformed(Drop.AVP_VALUE)
