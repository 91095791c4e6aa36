"""One Attribute-Value Pair (RFC 2661 section 4.1)."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.wire.hiding import hide
from kakehashi.l2tp.wire.registry import AvpType
from kakehashi.l2tp.wire.rules import MAX_VALUE, RULES, Rule
from kakehashi.wire.registry.open_enum import OpenIntEnum

_HEADER: Final = struct.Struct("!HHH")
_MANDATORY: Final = 0x8000  # M
_HIDDEN: Final = 0x4000  # H
_RESERVED: Final = 0x3C00
_LENGTH_MASK: Final = 0x03FF
MAX_AVPS: Final = 64


@dataclass(frozen=True, slots=True, repr=False)
class Avp:
    """One AVP as it is sent. `value` is ciphertext where `hidden`.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |M|H| rsvd  |      Length       |           Vendor ID           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |         Attribute Type        |        Attribute Value...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    type: OpenIntEnum
    value: bytes
    mandatory: bool = True
    hidden: bool = False
    vendor: int = 0
    reserved: int = 0

    def __repr__(self) -> str:
        # A value may be a challenge's response or a password that a LAC hands on.
        return f"Avp({self.type if not self.vendor else int(self.type)}, {len(self.value)} octets)"

    def is_known(self, rules: Mapping[int, Rule] = RULES) -> bool:
        """Is it one of these? Reserved bits that are set make an AVP unknown (RFC 2661 section 4.1)."""
        return self.vendor == 0 and self.reserved == 0 and self.type in rules

    def encode(self) -> bytes:
        """Header and value."""
        flags = (_MANDATORY if self.mandatory else 0) | (_HIDDEN if self.hidden else 0) | self.reserved
        return _HEADER.pack(flags | (_HEADER.size + len(self.value)), self.vendor, self.type) + self.value


def decode_avps(body: bytes, kinds: type[OpenIntEnum] = AvpType) -> list[Avp]:
    """Every AVP of a message, at most MAX_AVPS; `kinds`: their names. Malformed if one does not fit."""
    avps: list[Avp] = []
    at = 0
    while at < len(body):
        if len(avps) >= MAX_AVPS:
            raise Malformed(Drop.TOO_MANY_AVPS)
        if at + _HEADER.size > len(body):
            raise Malformed(Drop.AVP_LENGTH)
        flags, vendor, attribute = _HEADER.unpack_from(body, at)
        length = flags & _LENGTH_MASK
        if length < _HEADER.size or at + length > len(body):
            raise Malformed(Drop.AVP_LENGTH)
        value = body[at + _HEADER.size : at + length]
        mandatory, hidden = bool(flags & _MANDATORY), bool(flags & _HIDDEN)
        avps.append(Avp(kinds(attribute), value, mandatory, hidden, vendor, flags & _RESERVED))
        at += length
    return avps


def avp(kind: OpenIntEnum, value: bytes, rules: Mapping[int, Rule] = RULES) -> Avp:
    """An AVP of ours, marked as its rule says (RFC 2661 section 4.4); a value that is too long is cut."""
    return Avp(kind, value[:MAX_VALUE], rules[kind].mandatory)


def u16(kind: OpenIntEnum, number: int) -> Avp:
    """An AVP with 16 bits."""
    return avp(kind, struct.pack("!H", number))


def u32(kind: OpenIntEnum, number: int) -> Avp:
    """An AVP with 32 bits."""
    return avp(kind, struct.pack("!I", number))


def result(code: int, error: int = 0, message: str = "") -> Avp:
    """The Result Code AVP: result, error and a sentence in UTF-8 (RFC 2661 section 4.4.2)."""
    value = struct.pack("!H", code)
    if error or message:
        value += struct.pack("!H", error) + message.encode()
    return avp(AvpType.RESULT_CODE, value)


def hidden(
    avps: Iterable[Avp], secret: bytes, random_vector: bytes, rules: Mapping[int, Rule] = RULES
) -> list[Avp]:
    """The same with a Random Vector before them and every value hidden that may be."""
    made = [avp(AvpType.RANDOM_VECTOR, random_vector)]
    for one in avps:
        if one.is_known(rules) and rules[one.type].hideable:
            value = hide(one.type, one.value, secret, random_vector)
            made.append(Avp(one.type, value, one.mandatory, hidden=True))
        else:
            made.append(one)
    return made
