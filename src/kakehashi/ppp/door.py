"""How a peer is let in: what PAP and CHAP have in common on the side that asks (RFC 1661 section 3.5)."""

from typing import Protocol

from kakehashi.ppp.drops import Drop
from kakehashi.ppp.users import Granted, Login, Verdict
from kakehashi.ppp.wire.packet import Packet


class Guard(Protocol):
    """The link, as an authentication protocol sees it."""

    def send(self, protocol: int, packet: Packet) -> None:
        """A packet for the peer."""

    def ask(self, login: Login) -> Verdict | None:
        """None: the verdict comes later."""

    def granted(self, login: Login, verdict: Granted, now: float) -> None:
        """The peer has been told that it may come in."""

    def refused(self, login: Login, reason: str, now: float) -> None:
        """The peer has been told that it may not."""

    def attempts_left(self) -> int:
        """How often it may still fail, this time not counted."""

    def entropy(self, octets: int) -> bytes:
        """Random octets."""


class Door:
    """One authentication protocol on one link. What has an answer gets the same answer if it comes again."""

    protocol: int

    def __init__(self, guard: Guard) -> None:
        self.due: float | None = None
        self.is_passed = False
        self._guard = guard
        self._pending: tuple[Packet, Login] | None = None
        self._answered: Packet | None = None
        self._answer: Packet | None = None

    def start(self, now: float) -> None:
        """The link is established."""

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `due`."""

    def receive(self, packet: Packet, now: float) -> Drop | None:
        """Take a packet. Why it came to nothing; None if it did not. Raises Malformed."""
        raise NotImplementedError

    def verdict(self, login: Login, verdict: Verdict, now: float) -> None:
        """Tell the peer, if it waits for that."""
        if self._pending is None or self._pending[1] != login:
            return
        packet = self._pending[0]
        self._pending = None
        self._answered = packet
        if isinstance(verdict, Granted):
            self.is_passed = True
            self.due = None
            self._answer = self._welcome(packet, verdict)
            self._guard.send(self.protocol, self._answer)
            self._guard.granted(login, verdict, now)
        else:
            self._answer = self._refusal(packet, verdict.message, self._guard.attempts_left() > 0)
            self._guard.send(self.protocol, self._answer)
            self._guard.refused(login, verdict.message, now)

    def _try(self, packet: Packet, login: Login, now: float) -> None:
        """Somebody wants in."""
        self._pending = packet, login
        verdict = self._guard.ask(login)
        if verdict is not None:
            self.verdict(login, verdict, now)

    def _again(self, packet: Packet) -> bool:
        """Was this answered before? Then the answer is sent again."""
        if packet != self._answered or self._answer is None:
            return False
        self._guard.send(self.protocol, self._answer)
        return True

    def _welcome(self, packet: Packet, verdict: Granted) -> Packet:
        raise NotImplementedError

    def _refusal(self, packet: Packet, message: str, again: bool) -> Packet:
        raise NotImplementedError


def user_name(octets: bytes) -> str:
    """A name as it came; what is no UTF-8 is replaced."""
    return octets.decode("utf-8", "replace")
