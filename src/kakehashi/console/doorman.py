"""Who may knock, how often, and how many may be in: no sockets, no clock of its own."""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_FAILURES = 5  # of one address within QUIET
QUIET = 60.0  # seconds
MOST_KNOCKING = 20  # that have not said yet who they are
MOST_OF_ONE = 8  # connections of one address
MOST_INSIDE = 16
MOST_REMEMBERED = 1000  # addresses
ATTEMPTS = 3  # of one connection


@dataclass(slots=True)
class Doorman:
    """Of one server. Times are seconds of any clock that only goes forward."""

    knocking: dict[str, int] = field(default_factory=dict)
    inside: int = 0
    _failures: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)

    def refuses(self, address: str, now: float) -> str:
        """Why nobody from there is let in now, "" if they are."""
        if self.inside >= MOST_INSIDE:
            return "too many sessions"
        if sum(self.knocking.values()) >= MOST_KNOCKING or self.knocking.get(address, 0) >= MOST_OF_ONE:
            return "too many connections that have not logged in"
        if len(self._recent(address, now)) >= MOST_FAILURES:
            return "too many failed logins"
        return ""

    def knocks(self, address: str) -> None:
        """A connection has begun."""
        self.knocking[address] = self.knocking.get(address, 0) + 1

    def knocks_no_more(self, address: str) -> None:
        """It has ended, or somebody has come in by it."""
        left = self.knocking.pop(address, 1) - 1
        if left > 0:
            self.knocking[address] = left

    def failed(self, address: str, now: float) -> None:
        """A password was wrong."""
        self._failures[address] = [*self._recent(address, now), now][-MOST_FAILURES:]
        self._failures.move_to_end(address)
        while len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def _recent(self, address: str, now: float) -> list[float]:
        return [then for then in self._failures.get(address, ()) if now - then < QUIET]
