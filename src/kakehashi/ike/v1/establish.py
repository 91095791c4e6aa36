"""Phase 1 is over: how long the ISAKMP SA lives, and what becomes of the one before it."""

from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.model.status import NatSide, Phase1Step, Role
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev1 import LifeType, Phase1Attribute
from kakehashi.wire.v1.attributes import decode_attributes, lifetimes
from kakehashi.wire.v1.notification import Notification

# Between two ends with the same lifetime the responder waits this many seconds more before it renews, so that
# the two do not always collide.
RESPONDER_PATIENCE = 10.0


def establish(sa: IsakmpSa, now: float) -> None:
    """The peer has proved who it is."""
    peer = known(sa.peer)
    sa.step = Phase1Step.ESTABLISHED
    sa.established_at = sa.last_received = now
    set_lifetime(sa)
    if NatSide.LOCAL in sa.nat and peer.nat_keepalive is not None:
        sa.keepalive_at = now + peer.nat_keepalive
    sa.host.proven(sa)


def come_up(sa: IsakmpSa, now: float) -> None:
    """Everything that comes before phase 2 is over."""
    sa.state = State.ESTABLISHED
    replaced = _supersede(sa)
    name = EventName.IKE_SA_REKEYED if replaced else EventName.IKE_SA_ESTABLISHED
    done = "renewed" if replaced else "established"
    sa.tell(
        Level.DEBUG if replaced else Level.WARNING,
        name,
        f"ISAKMP SA with {sa.peer_text} ({sa.peer_identity}) is {done} by {sa.mode.value} mode: {sa.suite}",
        {"role": sa.role.value, "mode": sa.mode.value, "peer_identity": str(sa.peer_identity)},
    )
    sa.host.phase1_established(sa, now)
    sa.host.rearm(sa)


def set_lifetime(sa: IsakmpSa) -> None:
    """When the SA ends, and when it is renewed: never before half of its life."""
    peer, suite, begin = known(sa.peer), known(sa.suite), known(sa.established_at)
    sa.expires_at = begin + suite.lifetime
    after = max(suite.lifetime - peer.renew_before_end, suite.lifetime / 2)
    if sa.role is Role.RESPONDER:
        after = min(after + RESPONDER_PATIENCE, suite.lifetime)
    # A peer of unknown address begins by itself (V1-10).
    may_begin = sa.role is Role.INITIATOR or peer.is_fixed
    sa.renew_at = begin + after if may_begin and not sa.superseded else None


def responder_lifetime(sa: IsakmpSa, notification: Notification) -> None:
    """RESPONDER-LIFETIME for the ISAKMP SA: the responder's lifetime is shorter (RFC 2407 section 4.6.3.1).

    To be called for an authentic notification alone. What makes no sense is ignored.
    """
    try:
        attributes = decode_attributes(notification.data, Phase1Attribute)
    except WireError:
        return
    suite = sa.suite
    told = dict(lifetimes(attributes, Phase1Attribute.LIFE_TYPE, Phase1Attribute.LIFE_DURATION))
    seconds = told.get(LifeType.SECONDS)
    if suite is not None and seconds and seconds < suite.lifetime:
        sa.shorten(seconds)
        if sa.established_at is not None:
            set_lifetime(sa)
            sa.host.rearm(sa)


def is_same_peer(one: IsakmpSa, other: IsakmpSa) -> bool:
    """Are both SAs with one host? Several clients may have one identity, and one address before a NAT."""
    return (
        one.is_at(other.path.remote)
        and one.peer_identity == other.peer_identity
        and one.local_identity == other.local_identity
    )


def revive(gone: IsakmpSa) -> None:
    """An SA has ended: the youngest of those that it did the work for does it again."""
    if gone.superseded or gone.established_at is None:
        return
    rest = [
        sa for sa in gone.host.sas_with(known(gone.peer).name, gone.peer_identity) if is_same_peer(gone, sa)
    ]
    standing = [sa for sa in rest if sa.state is State.ESTABLISHED]
    if standing and all(sa.superseded for sa in standing):
        standing[-1].superseded = False
        set_lifetime(standing[-1])
        standing[-1].host.rearm(standing[-1])


def _supersede(sa: IsakmpSa) -> bool:
    """Of several SAs with one host the newest does the work; did it take that over from another?

    If both ends began at once, both must prefer the same: the one with the higher cookie of the initiator.
    """
    replaced = False
    for other in sa.host.sas_with(known(sa.peer).name, sa.peer_identity):
        if other is sa or not other.is_up or not is_same_peer(sa, other):
            continue
        if _overlap(sa, other) and other.initiator_cookie > sa.initiator_cookie:
            sa.superseded, sa.renew_at = True, None
        else:
            other.superseded, other.renew_at = True, None
            other.host.rearm(other)
            replaced = True
    return replaced and not sa.superseded


def _overlap(sa: IsakmpSa, other: IsakmpSa) -> bool:
    """Was each begun by another end, before the other stood?"""
    return sa.role is not other.role and sa.created <= known(other.established_at)
