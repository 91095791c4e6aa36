"""Many SAs, found by what they have in common."""

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


class Index(Generic[K, V]):
    """The values of each key, in the order in which they came."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[K, dict[V, None]] = {}

    def add(self, key: K, value: V) -> None:
        """File a value, which may be there already."""
        self._values.setdefault(key, {})[value] = None

    def remove(self, key: K, value: V) -> None:
        """Forget a value, which need not be there."""
        values = self._values.get(key, {})
        values.pop(value, None)
        if not values:
            self._values.pop(key, None)

    def of(self, key: K) -> list[V]:
        """The values of a key. What is done to the index meanwhile does no harm."""
        return list(self._values.get(key, ()))
