"""Sequence numbers of 16 bits that wrap (RFC 2661 section 5.8)."""

from typing import Final

MODULUS: Final = 1 << 16
_HALF: Final = MODULUS // 2


def ahead(number: int, reference: int) -> int:
    """How far `number` is ahead of `reference`: -32768 to 32767; what is behind is negative."""
    distance = (number - reference) % MODULUS
    return distance - MODULUS if distance >= _HALF else distance
