"""Values that the state of an SA guarantees."""

from typing import TypeVar

T = TypeVar("T")


def known(value: T | None) -> T:
    """The value. RuntimeError if it is not there: then this program is wrong, not the peer."""
    if value is None:
        raise RuntimeError("a value is missing that the state of the SA guarantees")
    return value
