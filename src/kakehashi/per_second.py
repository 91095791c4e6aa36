"""How much a stranger may cause in a second, in whatever protocol."""


class PerSecond:
    """So many in a second, and no more."""

    def __init__(self) -> None:
        self._second = 0.0
        self._count = 0

    def take(self, limit: int, now: float) -> bool:
        """May there be one more?"""
        if now - self._second >= 1:
            self._second, self._count = now, 0
        self._count += 1
        return self._count <= limit
