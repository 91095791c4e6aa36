"""Message IDs and retransmission: one request under way in each direction (RFC 7296 sections 2.1 to 2.3)."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

Datagrams = tuple[bytes, ...]  # one message: as it is, or in fragments


@dataclass(slots=True)
class Request:
    """A request of ours that waits for its response."""

    message_id: int
    datagrams: Datagrams
    waits: Sequence[float]
    due: float
    sent: int = 1


class Requests:
    """Our requests. `waits`: seconds after each transmission; after the last one the peer is given up."""

    __slots__ = ("next_id", "waiting")

    def __init__(self) -> None:
        self.next_id = 0
        self.waiting: Request | None = None

    def send(self, datagrams: Datagrams, waits: Sequence[float], now: float) -> None:
        """The request `next_id` leaves now."""
        self.waiting = Request(self.next_id, datagrams, waits, now + waits[0])
        self.next_id += 1

    def begin_again(self) -> None:
        """IKE_SA_INIT with a cookie or another group is message 0 once more (RFC 7296 section 2.2)."""
        self.next_id = 0
        self.waiting = None

    def is_waiting_for(self, message_id: int) -> bool:
        """Is a response with this ID welcome?"""
        return self.waiting is not None and self.waiting.message_id == message_id

    def answered(self) -> None:
        """The response has come."""
        self.waiting = None

    def retransmit(self, now: float) -> Datagrams | None:
        """What is to be sent again at `due`; None if the last wait is over."""
        request = self.waiting
        if request is None or request.sent >= len(request.waits):
            return None
        request.due = now + request.waits[request.sent]
        request.sent += 1
        return request.datagrams


class Freshness(enum.Enum):
    """What a request's message ID says about it."""

    NEW = "new"
    DUPLICATE = "duplicate"
    OUTSIDE = "outside"


class Responses:
    """The peer's requests, and our last response for its retransmissions."""

    __slots__ = ("expected_id", "last")

    def __init__(self) -> None:
        self.expected_id = 0
        self.last: Datagrams = ()

    def classify(self, message_id: int) -> Freshness:
        """With a window of one only the next request is new, and only the last one is remembered."""
        if message_id == self.expected_id:
            return Freshness.NEW
        if message_id == self.expected_id - 1:
            return Freshness.DUPLICATE
        return Freshness.OUTSIDE

    def answered(self, datagrams: Datagrams) -> None:
        """The expected request was answered with these."""
        self.last = datagrams
        self.expected_id += 1
