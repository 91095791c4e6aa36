"""Who wants to be woken when."""

import heapq
from typing import Final

_SLACK: Final = 64


class Alarms:
    """One time for each owner, monotonic seconds."""

    def __init__(self) -> None:
        self._set: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []

    def set(self, owner: int, at: float | None) -> None:
        """The owner's only alarm; None: it has none."""
        if at is None:
            self._set.pop(owner, None)
        elif self._set.get(owner) != at:
            self._set[owner] = at
            heapq.heappush(self._heap, (at, owner))
            if len(self._heap) > 4 * len(self._set) + _SLACK:
                self._heap = [(time, who) for who, time in self._set.items()]
                heapq.heapify(self._heap)

    def next(self) -> float | None:
        """The earliest of all."""
        while self._heap and self._set.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> int | None:
        """One owner whose time has come; it has no alarm any more."""
        at = self.next()
        if at is None or at > now:
            return None
        _, owner = heapq.heappop(self._heap)
        del self._set[owner]
        return owner
