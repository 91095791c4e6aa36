"""A control message: a type and its AVPs (RFC 2661 sections 4 and 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.wire.avp import Avp, decode_avps, u16
from kakehashi.l2tp.wire.hiding import reveal
from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.l2tp.wire.rules import REQUIRED, RULES


@dataclass(frozen=True, slots=True)
class Message:
    """What a control message says.

    `values`: of the AVPs we know, in clear; the first counts if there are two. `must_be_known`: the type is
    marked mandatory. `unknown`: attributes of AVPs that are marked mandatory and are not known or cannot be
    revealed.
    """

    type: MessageType
    values: Mapping[AvpType, bytes] = field(repr=False)
    must_be_known: bool = True
    unknown: tuple[int, ...] = ()

    @classmethod
    def decode(cls, body: bytes, secret: bytes = b"") -> Self:
        """Read the AVPs of a control message; `secret` reveals those that are hidden. Raises Malformed."""
        avps = decode_avps(body)
        if not avps or avps[0].type is not AvpType.MESSAGE_TYPE or not avps[0].is_known or avps[0].hidden:
            raise Malformed(Drop.NO_MESSAGE_TYPE)
        values: dict[AvpType, bytes] = {}
        unknown: list[int] = []
        random_vector = b""
        for avp in avps:
            value = _value(avp, secret, random_vector)
            if value is None:
                if avp.mandatory:
                    unknown.append(int(avp.type))
                continue
            if avp.type is AvpType.RANDOM_VECTOR:
                random_vector = value  # counts for what follows, until the next (section 4.3)
            values.setdefault(avp.type, value)
        kind = MessageType(int.from_bytes(values[AvpType.MESSAGE_TYPE], "big"))
        return cls(kind, values, avps[0].mandatory, tuple(unknown))

    @property
    def missing(self) -> frozenset[AvpType]:
        """What a message of this type must have and this one has not."""
        return REQUIRED.get(self.type, frozenset()) - self.values.keys()

    def number(self, kind: AvpType) -> int | None:
        """The value as a number; None if it is not there."""
        value = self.values.get(kind)
        return None if value is None else int.from_bytes(value, "big")

    def text(self, kind: AvpType) -> str:
        """The value as text fit for a log line, at most 64 characters; "" if it is not there."""
        plain = self.values.get(kind, b"")[:64].decode("utf-8", "replace")
        return "".join(c if c.isprintable() else "." for c in plain)

    def result(self) -> tuple[int, int, str]:
        """The Result Code AVP: result, error, sentence (section 4.4.2)."""
        value = self.values.get(AvpType.RESULT_CODE, b"")
        plain = value[4:132].decode("utf-8", "replace")
        sentence = "".join(c if c.isprintable() else "." for c in plain)
        return int.from_bytes(value[:2], "big"), int.from_bytes(value[2:4], "big"), sentence


def encode_message(kind: MessageType, avps: Iterable[Avp] = ()) -> bytes:
    """The body of a control message."""
    return b"".join(avp.encode() for avp in (u16(AvpType.MESSAGE_TYPE, kind), *avps))


def _value(avp: Avp, secret: bytes, random_vector: bytes) -> bytes | None:
    """The AVP's value in clear; None if the AVP is not to be known. Malformed if it has the wrong size."""
    if not avp.is_known:
        return None
    value: bytes | None = avp.value
    if avp.hidden:
        if not secret or not random_vector:
            return None
        value = reveal(avp.type, avp.value, secret, random_vector)
    rule = RULES[avp.type]
    if value is not None and rule.least <= len(value) <= rule.most:
        return value
    if avp.hidden:
        return None  # as with another secret: an AVP that cannot be known
    raise Malformed(Drop.AVP_VALUE)
