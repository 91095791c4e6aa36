"""Informational exchanges that the peer begins (RFC 2409 section 5.7): deletes, errors, status, dead peer
detection.
"""

from __future__ import annotations

from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.v1 import begin, delete, dpd
from kakehashi.ike.v1.establish import responder_lifetime
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.failures import notify_name
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.quick_initiator import Initiator
from kakehashi.ike.v1.quick_mode import QuickMode, is_proved_by_hash_1
from kakehashi.wire.registry.ikev1 import NotifyType, ProtocolId
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.notification import Notification

_YOUTH = 5.0  # seconds


def accept(sa: IsakmpSa, received: Received, now: float) -> None:
    """One message, which counts only if its hash proves it. Nobody answers, but to R-U-THERE."""
    if not is_proved_by_hash_1(sa, received):
        return
    sa.believe(received, now)
    # What tells of a new start comes before what it is told of.
    for notification in received.all(Notification):
        if sa.state is not State.GONE:
            _notified(sa, notification, now)
    for payload in received.all(Delete):
        if sa.state is not State.GONE:
            delete.received(sa, payload, now)


def _notified(sa: IsakmpSa, notification: Notification, now: float) -> None:
    match notification.type:
        case NotifyType.R_U_THERE:
            dpd.answer(sa, notification, now)
        case NotifyType.R_U_THERE_ACK:
            if sa.dpd is not None and len(notification.data) == 4:
                sa.dpd.acknowledged(sa, int.from_bytes(notification.data, "big"), now)
        case NotifyType.INITIAL_CONTACT:
            begin.starts_anew(sa, now)
        case NotifyType.CONNECTED:
            _connected(sa, notification, now)
        case NotifyType.RESPONDER_LIFETIME if notification.protocol == ProtocolId.ISAKMP:
            responder_lifetime(sa, notification)
        case NotifyType.INVALID_SPI:
            _invalid_spi(sa, notification, now)
        case kind if kind.is_error:
            _error(sa, notification, now)
        case kind:
            _tell(sa, Level.INFO, kind)


def _connected(sa: IsakmpSa, notification: Notification, now: float) -> None:
    """CONNECTED under a message ID of its own: of the quick mode with that SPI, else of the only one."""
    quick = _meant(sa, notification)
    if quick is not None:
        quick.connected(sa, now)


def _invalid_spi(sa: IsakmpSa, notification: Notification, now: float) -> None:
    """The peer has lost an SA that we send by: it makes no sense to keep ours. The next packet makes another.

    A packet may have overtaken the message that made the SA: of a young one this proves nothing.
    """
    for octets in (notification.data, notification.spi):
        pair = sa.host.pairs.by_peer_spi(sa, octets) if len(octets) == 4 else None
        if pair is not None and now - pair.born > _YOUTH:
            sa.host.pairs.remove(pair, "the peer does not know it (INVALID-SPI)")
            return
    if _meant(sa, notification) is not None:
        _error(sa, notification, now)
    else:
        _tell(sa, Level.INFO, notification.type)


def _error(sa: IsakmpSa, notification: Notification, now: float) -> None:
    """An error outside of its exchange: of the quick mode with its SPI, else of the only one under way."""
    quick = _meant(sa, notification)
    if isinstance(quick, Initiator):
        quick.refused(sa, notification.type, now)
    else:
        _tell(sa, Level.WARNING, notification.type)


def _meant(sa: IsakmpSa, notification: Notification) -> Initiator | None:
    """The quick mode of ours that a notification is about."""
    open_ones = [x for x in sa.exchanges.values() if isinstance(x, Initiator) and not x.is_over]
    for quick in open_ones:
        if notification.spi == quick.spi_in.to_bytes(4, "big"):
            return quick
    under_way = [x for x in sa.exchanges.values() if isinstance(x, QuickMode) and not x.is_over]
    return open_ones[0] if len(open_ones) == 1 and len(under_way) == 1 else None


def _tell(sa: IsakmpSa, level: Level, kind: NotifyType) -> None:
    sa.tell(level, EventName.NOTIFY_RECEIVED, f"{sa.peer_text} tells {notify_name(kind)}")
