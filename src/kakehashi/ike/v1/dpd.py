"""Dead peer detection (RFC 3706): R-U-THERE, and R-U-THERE-ACK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.ike.effects import AskActivity, EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.ipsec_sa import ASK_AHEAD
from kakehashi.model.ikev1 import DeadPeerDetection, DpdStyle
from kakehashi.wire.registry.ikev1 import NotifyType, ProtocolId
from kakehashi.wire.v1.notification import Notification

if TYPE_CHECKING:
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa

_WINDOW = 1 << 32
_FIRST_MASK = 0x7FFFFFFF  # RFC 3706 section 7.1: the first number's top bit is 0


class Dpd:
    """The questions of one ISAKMP SA. `settings`: of its peer; when to ask is decided by its style.

    A moment before something is decided the data plane is asked what it has heard of the peer.
    """

    def __init__(self, settings: DeadPeerDetection, first: bytes, now: float) -> None:
        """`first`: 4 random octets for the first sequence number."""
        self._settings = settings
        self._sequence = int.from_bytes(first, "big") & _FIRST_MASK
        self._unanswered = 0
        self._asked_at = now  # the last R-U-THERE, or the beginning
        self._due = now + settings.interval
        self._has_asked_plane = False

    def next_timeout(self, sa: IsakmpSa) -> float | None:
        """When `run` wants to be called, monotonic seconds. Not for an SA whose work another one does."""
        if not sa.is_up:
            return None
        return self._due if self._has_asked_plane else max(self._asked_at, self._due - ASK_AHEAD)

    def run(self, sa: IsakmpSa, now: float) -> None:
        """Do what is due."""
        due = self.next_timeout(sa)
        if due is None or now < due:
            return
        if _is_dangling(sa):
            # Without phase 2 nobody needs to know (V1-07).
            self._unanswered = 0
            self._asked_at = now
            self._wait_until(now + self._settings.interval)
            return
        if not self._has_asked_plane:
            self._has_asked_plane = True
            spis = tuple(pair.spi_in for pair in sa.host.pairs.of_sa(sa))
            if spis:
                sa.host.emit(AskActivity(spis))
            if now < self._due:
                return
        self._has_asked_plane = False
        heard = max(
            [sa.last_received, *(p.last_in for p in sa.host.pairs.of_sa(sa) if p.last_in is not None)]
        )
        if heard > self._asked_at:
            self._unanswered = 0
        if self._unanswered > self._settings.retries:
            _dead(sa, self._unanswered, now)
        elif self._unanswered:
            self._ask(sa, now)
        else:
            self._maybe_ask(sa, heard, now)

    def acknowledged(self, sa: IsakmpSa, sequence: int, now: float) -> None:
        """R-U-THERE-ACK came: to one of those that are open, or it says nothing (RFC 3706 section 5.4)."""
        behind = (self._sequence - sequence) % _WINDOW
        if not 1 <= behind <= self._unanswered:
            return
        self._unanswered = 0
        self._wait_until(now + self._settings.interval)
        sa.host.rearm(sa)
        sa.tell(Level.INFO, EventName.DPD, f"{sa.peer_text} is alive")

    def ask_now(self, sa: IsakmpSa, now: float) -> None:
        """There is a reason to doubt that the peer lives. Anybody can give one: ask, but not all the time."""
        if not self._unanswered and now - self._asked_at >= self._settings.retry_interval:
            self._ask(sa, now)
            sa.host.rearm(sa)

    def _maybe_ask(self, sa: IsakmpSa, heard: float, now: float) -> None:
        interval = self._settings.interval
        match self._settings.style:
            case DpdStyle.IDLE:
                silent = heard + interval <= now
                again = heard + interval
            case DpdStyle.PERIODIC:
                silent, again = True, now + interval
            case DpdStyle.ON_DEMAND:
                # Nobody worries about a peer that nobody has anything to say to.
                sent = [p.last_out for p in sa.host.pairs.of_sa(sa) if p.last_out is not None]
                silent = heard + interval <= now and max(sent, default=heard) > heard
                again = max(heard, now - interval / 2) + interval
        if silent:
            self._ask(sa, now)
        else:
            self._wait_until(again)

    def _ask(self, sa: IsakmpSa, now: float) -> None:
        data = self._sequence.to_bytes(4, "big")
        self._sequence = (self._sequence + 1) % _WINDOW
        self._unanswered += 1
        self._asked_at = now
        self._wait_until(now + self._settings.retry_interval)
        sa.tell(Level.INFO, EventName.DPD, f"{sa.peer_text} is asked whether it is alive")
        send_notice(sa, [_notification(sa, NotifyType.R_U_THERE, data)], now)

    def _wait_until(self, due: float) -> None:
        self._due = due
        self._has_asked_plane = False


def answer(sa: IsakmpSa, question: Notification, now: float) -> None:
    """R-U-THERE: yes. RFC 3706 section 5.4: with the same number, and the cookies for SPI."""
    if len(question.data) == 4:
        send_notice(sa, [_notification(sa, NotifyType.R_U_THERE_ACK, question.data)], now)


def _is_dangling(sa: IsakmpSa) -> bool:
    return sa.peer is not None and sa.peer.suppress_dangling and not sa.host.pairs.of_sa(sa)


def _dead(sa: IsakmpSa, questions: int, now: float) -> None:
    """The peer does not answer: everything that we have with it ends, without a word."""
    why = f"{sa.peer_text} has not answered {questions} times whether it is alive"
    peer, pairs = known(sa.peer), sa.host.pairs.of_sa(sa)
    tunnels = list(dict.fromkeys(pair.tunnel.interface for pair in pairs)) or [sa.tunnel_name]
    for tunnel in tunnels:
        sa.tell(Level.WARNING, EventName.PEER_DEAD, f"{why}: it is given up", tunnel=tunnel)
    for pair in pairs:
        sa.host.pairs.remove(pair, why)
    for other in sa.host.sas_with(peer.name, sa.peer_identity):
        if sa.is_at(other.path.remote):
            other.close(why, now)


def _notification(sa: IsakmpSa, kind: NotifyType, data: bytes) -> Notification:
    return Notification(kind, ProtocolId.ISAKMP, sa.initiator_cookie + sa.responder_cookie, data)
