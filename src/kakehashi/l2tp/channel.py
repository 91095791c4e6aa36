"""The reliable control channel: Ns and Nr, windows, retransmission (RFC 2661 section 5.8, appendix A).

The channel keeps bodies, not datagrams: what is sent again carries the Nr of then.
"""

import enum
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.sequence import MODULUS, ahead
from kakehashi.l2tp.settings import Timing


class Numbered(Protocol):
    """The header of a control message, of any version of L2TP."""

    @property
    def ns(self) -> int:
        """Its sequence number."""


_Header = TypeVar("_Header", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours: the peer's session ID (in version 2 a part of the header), and the AVPs."""

    session_id: int
    body: bytes


class Arrival(enum.Enum):
    """What Ns says about a message."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    EARLY = "early"
    OUTSIDE = "outside"


class Channel(Generic[_Header]):
    """Both directions of one control connection. `peer_window`: what the peer takes at once."""

    def __init__(self, timing: Timing, window: int, peer_window: int, ns: int, nr: int) -> None:
        self.nr = nr  # the message that we expect
        self.due: float | None = None
        self._timing = timing
        self._window = window
        self._peer_window = max(peer_window, 1)
        self._first = ns  # the number of the oldest that is not acknowledged
        self._waiting: deque[Outgoing] = deque()
        self._flying = 0  # of those that wait, how many were sent since the last time-out
        self._reached = 0  # and how many ever
        self._congestion = 1
        self._threshold = self._peer_window
        self._credit = 0
        self._retries = 0
        self._early: dict[int, tuple[_Header, bytes]] = {}

    @property
    def ns(self) -> int:
        """The number that the next new message gets; a ZLB carries it too, and does not use it up."""
        return (self._first + self._reached) % MODULUS

    @property
    def backlog(self) -> int:
        """How many messages of ours are not acknowledged."""
        return len(self._waiting)

    def peer_takes(self, window: int) -> None:
        """The peer has said how many messages it takes at once."""
        self._peer_window = self._threshold = max(window, 1)

    def queue(self, message: Outgoing) -> None:
        """It leaves by `take` as soon as the windows allow."""
        self._waiting.append(message)

    def only(self, message: Outgoing) -> None:
        """The last message of all: what was never sent is forgotten."""
        while len(self._waiting) > self._reached:
            self._waiting.pop()
        self._waiting.append(message)

    def take(self, now: float) -> list[tuple[int, Outgoing]]:
        """What is to be sent now, with its Ns."""
        taken = []
        allowed = min(self._peer_window, self._congestion, len(self._waiting))
        while self._flying < allowed:
            taken.append(((self._first + self._flying) % MODULUS, self._waiting[self._flying]))
            self._flying += 1
        self._reached = max(self._reached, self._flying)
        if taken and self.due is None:
            self.due = now + self._wait()
        return taken

    def acknowledge(self, nr: int, now: float) -> bool:
        """The peer expects `nr`. False if that was never sent."""
        count = ahead(nr, self._first)
        if count <= 0:
            return True  # an old message, or nothing new
        if count > self._reached:
            return False
        for _ in range(count):
            self._waiting.popleft()
            self._open_window()
        self._first = nr
        self._reached -= count
        self._flying = max(self._flying - count, 0)
        self._retries = 0
        self.due = now + self._wait() if self._flying else None
        return True

    def timeout(self, now: float) -> bool:
        """The wait is over: the oldest goes again, the others behind it. False: the peer is given up."""
        self._retries += 1
        if self._retries > self._timing.retries:
            return False
        self._threshold = max(self._flying // 2, 1)
        self._congestion = 1
        self._credit = 0
        self._flying = 0
        self.due = now + self._wait()
        return True

    def arrival(self, header: _Header, body: bytes) -> Arrival:
        """Look at a message that is no ZLB; one that is early is kept for `next_early`."""
        distance = ahead(header.ns, self.nr)
        if distance < 0:
            return Arrival.DUPLICATE
        if distance >= self._window:
            return Arrival.OUTSIDE
        if distance > 0:
            self._early[header.ns] = (header, body)
            return Arrival.EARLY
        return Arrival.NEXT

    def accept(self) -> None:
        """The expected message is taken."""
        self._early.pop(self.nr, None)
        self.nr = (self.nr + 1) % MODULUS

    def next_early(self) -> tuple[_Header, bytes] | None:
        """The expected message, if it came early."""
        return self._early.get(self.nr)

    def taken(
        self, header: _Header, body: bytes, most: int, drop: Callable[[Drop], None]
    ) -> Iterator[tuple[_Header, bytes]]:
        """The messages to handle now that this one has come: it, and those behind it that were early.

        `most`: with so many of ours not acknowledged none is taken. `drop` is told why there are none.
        """
        match self.arrival(header, body):
            case Arrival.DUPLICATE:
                drop(Drop.DUPLICATE)
            case Arrival.OUTSIDE:
                drop(Drop.OUTSIDE_WINDOW)
            case Arrival.NEXT if self.backlog >= most:
                # Not taken, so not acknowledged: it comes again when the peer has read what it caused.
                drop(Drop.BACKLOG)
            case Arrival.NEXT:
                following: tuple[_Header, bytes] | None = (header, body)
                while following is not None:
                    self.accept()
                    yield following
                    following = self.next_early()

    def _wait(self) -> float:
        return self._timing.wait(self._retries)

    def _open_window(self) -> None:
        """Slow start up to the threshold, then one more for each full window (appendix A)."""
        if self._congestion < self._threshold:
            self._congestion += 1
            return
        self._credit += 1
        if self._credit >= self._congestion:
            self._credit = 0
            self._congestion = min(self._congestion + 1, self._peer_window)
