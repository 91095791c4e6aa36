"""How much one peer may ask of us."""

from typing import Final

from kakehashi.model.address import IPAddress

_MAX_REMEMBERED: Final = 4096


class Limiter:
    """A bucket of tokens for each NBMA address; of addresses that were forgotten it is full."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[IPAddress, tuple[float, float]] = {}

    def allows(self, who: IPAddress, now: float) -> bool:
        """May it send one more?"""
        tokens, since = self._buckets.pop(who, (float(self._burst), now))
        tokens = min(tokens + max(now - since, 0) * self._rate, self._burst)
        allowed = tokens >= 1
        self._buckets[who] = (tokens - allowed, now)
        if len(self._buckets) > _MAX_REMEMBERED:
            del self._buckets[next(iter(self._buckets))]
        return allowed
