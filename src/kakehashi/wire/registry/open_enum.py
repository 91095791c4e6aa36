"""Enumerations that keep values which are not in the registry."""

import enum
from typing import ClassVar, Self


class OpenIntEnum(enum.IntEnum):
    """A registry of numbers of `bits` bits.

    A number without a name becomes a member of its own, named `UNKNOWN_n`, that compares and hashes as the
    number but is not remembered by the class: what the network sends cannot make the registry grow.
    ValueError for a number that does not fit into the field.
    """

    _bits: ClassVar[int]

    def __init_subclass__(cls, *, bits: int = 16) -> None:
        super().__init_subclass__()
        cls._bits = bits

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or not 0 <= value < 1 << cls._bits:
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value:d}"
        member._value_ = int(value)
        return member

    def __str__(self) -> str:
        return self.name
