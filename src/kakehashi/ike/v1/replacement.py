"""One pair of IPsec SAs takes the place of another.

    UNPROVED ---> STANDING ---> REPLACED ---> gone
     message 3,    a younger     the peer has used the younger one and this one no more,
     CONNECTED or  one stands    or deletes this one; or its end
     a packet

IKEv1 has no word for a rekey: quick mode makes another pair, both are valid, and each side sends by which it
likes. Here the younger one is used at once, and the older one is deleted when the peer has shown that it
sends by the younger one too: so no packet is lost whatever the order in which things arrive.

Where both ends begin at once two pairs come of it. Each end has seen another order of things, but both know
all four nonces: that with the lowest gives way, as in RFC 7296 section 2.8.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.ike.v1.ipsec_sa import Pair, PairState
from kakehashi.model.status import Role

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

# Seconds that packets wait after message 3: it reaches the peer before them, but many a peer takes packets
# only when it has worked through it.
SETTLING = 0.1
# Seconds until it is looked whether a replaced pair has done its work. The role that begins looks first.
GRACE = {Role.INITIATOR: 2.0, Role.RESPONDER: 3.0}
SILENCE = 10.0  # seconds to the next look, where nothing has come that tells
_ON_ITS_WAY = 1.0  # seconds that a packet which the peer has sent may take, or the peer to change
_GENERATION = 30.0  # seconds between the births of two pairs that both ends began at once, at most
_LEAST_RETRY = 5.0  # seconds from a rekey that failed to the next attempt


def stand(host: Host, pair: Pair, now: float) -> Pair | None:
    """Both ends have the pair: let packets leave by it, unless it gives way to one that stands. The one that
    stood before, None if there is none.
    """
    old = host.pairs.standing(pair)
    pair.quick = None
    if old is not None and _gives_way(pair, old):
        _replace(host, pair, old, now)
        return old
    pair.state = PairState.STANDING
    if pair.role is Role.INITIATOR and not pair.proven:
        pair.use_at = now + SETTLING
    else:
        host.pairs.use_outbound(pair)
    for other in host.pairs.siblings(pair):
        if other.quick is None and (other is old or other.retire_at is None):
            _replace(host, other, pair, now)
    host.pairs.rearm(pair)
    return old


def look(host: Host, pair: Pair, now: float) -> bool:
    """Has a replaced pair done its work? If not, it is looked again later.

    What it has carried is known: the data plane has just been asked.
    """
    standing, since = host.pairs.standing(pair), pair.replaced_at
    if standing is None or since is None:
        return True
    is_used = pair.last_in is not None and pair.last_in > since
    if standing.proven and not is_used:
        return True
    _look_again(host, pair, now, GRACE[standing.role] if is_used else SILENCE)
    return False


def settled(host: Host, pair: Pair) -> None:
    """The peer has the pair by now: packets may leave by it, if no other one has taken its place."""
    pair.use_at = None
    if pair.state is PairState.STANDING:
        host.pairs.use_outbound(pair)


def failed(host: Host, pair: Pair, now: float) -> None:
    """Its rekey has come to nothing: once more, as long as there is time."""
    if host.pairs.get(pair.spi_in) is not pair or pair.state is not PairState.STANDING:
        return
    left = pair.expires_at - now
    if left > 2 * _LEAST_RETRY:
        pair.rekey_at = now + max(_LEAST_RETRY, left / 2)
        host.pairs.rearm(pair)


def _gives_way(pair: Pair, other: Pair) -> bool:
    """Of two pairs of one generation, begun by different ends."""
    apart = min(_GENERATION, pair.suite.lifetime / 4)
    crossed = pair.role is not other.role and abs(pair.born - other.born) <= apart
    return crossed and min(pair.nonces) < min(other.nonces)


def _replace(host: Host, pair: Pair, successor: Pair, now: float) -> None:
    pair.state = PairState.REPLACED
    if pair.peer.send_delete:
        _look_again(host, pair, now, GRACE[successor.role])
    else:
        # It lives on to the end of its lifetime, for the peer may still use it.
        host.pairs.rearm(pair)


def _look_again(host: Host, pair: Pair, now: float, wait: float) -> None:
    pair.replaced_at, pair.retire_asked = now + _ON_ITS_WAY, False
    pair.retire_at = now + wait
    host.pairs.rearm(pair)
