"""When a tunnel got its first Child SA and when it lost its last one (V2-51)."""

from collections import deque
from datetime import datetime

from kakehashi.model.status import HistoryEntry

KEPT = 10


class History:
    """Follows the Child SAs of every tunnel; keeps the last ten creations and losses of each."""

    def __init__(self) -> None:
        self._children: dict[str, set[int]] = {}
        self._entries: dict[str, deque[HistoryEntry]] = {}

    def installed(self, tunnel: str, spi_in: int, time: datetime) -> None:
        """A Child SA was made. A rekeyed one beside an old one is no news."""
        children = self._children.setdefault(tunnel, set())
        if not children:
            self._note(tunnel, HistoryEntry(time, "Create"))
        children.add(spi_in)

    def removed(self, tunnel: str, spi_in: int, reason: str, time: datetime) -> None:
        """A Child SA went, for `reason`; it is news when it was the last one."""
        children = self._children.get(tunnel, set())
        if spi_in not in children:
            return
        children.remove(spi_in)
        if not children:
            self._note(tunnel, HistoryEntry(time, "Delete", reason))

    def has_sa(self, tunnel: str) -> bool:
        """Does the tunnel have a Child SA now?"""
        return bool(self._children.get(tunnel))

    def entries(self, tunnel: str) -> tuple[HistoryEntry, ...]:
        """The last ten, oldest first."""
        return tuple(self._entries.get(tunnel, ()))

    def forget(self, tunnel: str) -> None:
        """The tunnel is no longer configured."""
        self._children.pop(tunnel, None)
        self._entries.pop(tunnel, None)

    def _note(self, tunnel: str, entry: HistoryEntry) -> None:
        self._entries.setdefault(tunnel, deque(maxlen=KEPT)).append(entry)
