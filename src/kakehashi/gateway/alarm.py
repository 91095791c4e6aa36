"""One timer of the event loop, for whatever is due next."""

import asyncio
from collections.abc import Callable, Iterable


class Alarm:
    """`ring` is called once, when the time has come that was set last."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def set(self, times: Iterable[float | None]) -> None:
        """To the first of these times of the loop's clock; None is never, as is no time at all."""
        due = min((time for time in times if time is not None), default=None)
        if self._timer and self._timer.when() != due:
            self.stop()
        if due is not None and self._timer is None:
            self._timer = self._loop.call_at(due, self._ringing)

    def stop(self) -> None:
        """It does not ring any more."""
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _ringing(self) -> None:
        self._timer = None
        self._ring()
