"""Who wants to be woken when."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")


class Timers(Generic[T]):
    """The next timeout of each owner, monotonic seconds; `due` says when that is."""

    def __init__(self, due: Callable[[T], float | None]) -> None:
        self._due = due
        self._heap: list[tuple[float, int, T]] = []
        self._armed: dict[T, float] = {}
        self._order = count()

    def rearm(self, owner: T) -> None:
        """The owner's next timeout may be another one now."""
        at = self._due(owner)
        if at is None:
            self._armed.pop(owner, None)
        elif self._armed.get(owner) != at:
            self._armed[owner] = at
            heapq.heappush(self._heap, (at, next(self._order), owner))
            if len(self._heap) > 4 * len(self._armed) + 64:
                # Most of the heap is timers that were moved: sweep them out.
                self._heap = [(at, next(self._order), owner) for owner, at in self._armed.items()]
                heapq.heapify(self._heap)

    def next(self) -> float | None:
        """The earliest of all timeouts."""
        while self._heap and self._armed.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> T | None:
        """One owner whose time has come; it is armed no more. None if there is none."""
        while self._heap and self._heap[0][0] <= now:
            at, _, owner = heapq.heappop(self._heap)
            if self._armed.get(owner) == at:
                del self._armed[owner]
                return owner
        return None
