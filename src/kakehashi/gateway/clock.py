"""The wall clock, as logs and histories show it."""

import time
from datetime import datetime, tzinfo

_MINUTE = 60  # a zone changes its offset when a minute begins, never within


class WallClock:
    """Called, it gives the time of now in the zone of the host, whose offset is asked for once a minute."""

    def __init__(self) -> None:
        self._zone: tzinfo | None = None
        self._minute = -1

    def __call__(self) -> datetime:
        now = time.time()
        minute = int(now) // _MINUTE
        if self._zone is None or minute != self._minute:
            self._zone, self._minute = datetime.fromtimestamp(now).astimezone().tzinfo, minute
        return datetime.fromtimestamp(now, self._zone)
