"""The message of an exchange that we sent last, until its answer comes (RFC 2408 section 5.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kakehashi.ike.effects import EventName, Level
from kakehashi.model.address import Path

if TYPE_CHECKING:
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa

# How often a message that comes again is answered again: a stranger who has recorded it can send it at will.
MAX_REPEATS = 16


def digest(datagram: bytes) -> bytes:
    """What knows a message again."""
    return hashlib.blake2b(datagram, digest_size=16).digest()


class Flight:
    """Retransmission of ours, and recognition of the peer's.

    `due`: when the message is to be sent again, None if nobody waits. `datagrams`: the message, whole or in
    fragments.
    """

    __slots__ = ("_heard", "_repeats", "_waits", "datagrams", "due", "sent")

    def __init__(self) -> None:
        self.datagrams: Sequence[bytes] = ()
        self.due: float | None = None
        self.sent = 0
        self._waits: Sequence[float] = ()
        self._heard = b""
        self._repeats = 0

    def send(
        self,
        sa: IsakmpSa,
        datagrams: Sequence[bytes],
        now: float,
        waits: Sequence[float] = (),
        path: Path | None = None,
    ) -> None:
        """Send a message now, and again after each of `waits` seconds until `answered`.

        Without `waits` it is sent again only if the peer repeats what it answers. `path` None: the SA's.
        """
        self.datagrams, self._waits, self.sent = datagrams, waits, 1
        self.due = now + waits[0] if waits else None
        sa.transmit(datagrams, path or sa.path, now)
        sa.host.rearm(sa)

    def heard(self, digest: bytes) -> None:
        """The peer's message was taken: `is_repeat` knows it from now on."""
        self._heard = digest
        self._repeats = 0

    def is_repeat(self, digest: bytes) -> bool:
        """Is it the message that our last one answers?"""
        return self._heard == digest

    def repeat(self, sa: IsakmpSa, path: Path, now: float) -> None:
        """The peer has repeated its message, so ours may be lost: send it again, to where that came from."""
        self._repeats += 1
        if self._repeats <= MAX_REPEATS:
            sa.transmit(self.datagrams, path, now)

    def answered(self) -> None:
        """Nobody waits any more."""
        self.due = None

    def give_up_by(self, at: float) -> None:
        """Whoever waits for an answer waits until `at` and no longer, and sends nothing more."""
        if self.due is not None:
            self.due = min(self.due, at)
            self.sent = len(self._waits)

    def run(self, sa: IsakmpSa, now: float, what: str) -> bool:
        """Send the message again if it is due; False if the last wait is over and the peer is to be given up.

        `what` the message is, in a sentence.
        """
        if self.due is None or self.due > now:
            return True
        if self.sent >= len(self._waits):
            self.due = None
            return False
        self.due = now + self._waits[self.sent]
        self.sent += 1
        sa.tell(
            Level.INFO,
            EventName.RETRANSMIT,
            f"{sa.peer_text} has not answered {what}, it is sent again ({self.sent})",
        )
        sa.transmit(self.datagrams, sa.path, now)
        return True
