"""Enumerations that keep values which are not in the registry."""

import enum
from collections.abc import Mapping
from typing import ClassVar, Self, TypeVar


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


_E = TypeVar("_E", bound=OpenIntEnum)


def by_number(kind: type[_E]) -> Mapping[int, _E]:
    """A table where `table[n]` is `kind(n)`, for unknown numbers too, several times as fast for the known."""
    return _ByNumber(kind)


class _ByNumber(dict[int, _E]):
    def __init__(self, kind: type[_E]) -> None:
        super().__init__({int(member): member for member in kind})
        self._kind = kind

    def __missing__(self, number: int) -> _E:
        return self._kind(number)
