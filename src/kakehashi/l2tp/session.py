"""One incoming call at the LNS (RFC 2661 section 7.4.2): wait-connect, then established."""

from dataclasses import dataclass

from kakehashi.l2tp.effects import SessionId
from kakehashi.l2tp.sequence import MODULUS, ahead


@dataclass(slots=True)
class Session:
    """A call. `due`: until when the ICCN has to come; None once it is established. Idle is no state: a call
    that has ended is forgotten.
    """

    id: SessionId
    peer_session: int
    calling_number: str
    due: float | None
    sequencing: bool = False
    ns: int = 0  # of our next data message
    expected: int = 0  # of the peer's next one

    @property
    def is_established(self) -> bool:
        """May frames pass?"""
        return self.due is None

    def next_ns(self) -> int | None:
        """For the header of a data message of ours; None if it needs none."""
        if not self.sequencing:
            return None
        self.ns = (self.ns + 1) % MODULUS
        return (self.ns - 1) % MODULUS

    def is_fresh(self, ns: int | None) -> bool:
        """Is a data message none that was overtaken or came before (section 5.4)? What is lost is lost."""
        if ns is None:
            return True
        if ahead(ns, self.expected) < 0:
            return False
        self.expected = (ns + 1) % MODULUS
        return True
