"""One configured peer: the control connection to it, and when the next one is attempted."""

from kakehashi.l2tp.v3.connection import Connection, State
from kakehashi.l2tp.v3.settings import Peer
from kakehashi.l2tp.v3.shared import Shared


class Peering:
    """`current`: the connection that is made or stands; those that end are not. `retry`: when to begin."""

    def __init__(self, shared: Shared, peer: Peer, now: float) -> None:
        self._shared = shared
        self.peer = peer
        self.current: Connection | None = None
        self.retry: float | None = now if self._begins else None
        self._failures = 0

    def settle(self, now: float) -> None:
        """Something has happened to a connection."""
        if self.current is None:
            return
        if self.current.state is State.ESTABLISHED:
            self._failures = 0
            self.retry = None
        elif self.current.state is not State.WAIT_REPLY:
            self.current = None
            self.pause(now)

    def pause(self, now: float, at_least: float = 0) -> None:
        """Begin after a while that grows, and that is not the same at both ends."""
        if not self._begins:
            self.retry = None
            return
        wait = min(float(1 << min(self._failures, 16)), self._shared.settings.longest_pause)
        self._failures += 1
        self.retry = now + max(wait, at_least) * (1 + self._shared.entropy(1)[0] / 256)

    @property
    def _begins(self) -> bool:
        control = self.peer.control
        return control is not None and control.begins and bool(self.peer.negotiated)
