"""One pair of IPsec SAs takes the place of another.

    UNPROVED ---> STANDING ---> REPLACED ---> gone
     message 3,    a younger     the peer has used the younger one,
     CONNECTED or  one stands    or deletes this one; or its end
     a packet

IKEv1 has no word for a rekey: quick mode makes another pair, both are valid, and each side sends by which it
likes. Here the younger one is used at once, and the older one is deleted when the peer has shown that it
sends by the younger one too: so no packet is lost whatever the order in which things arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.ike.v1.ipsec_sa import Pair, PairState
from kakehashi.model.status import Role

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

# Seconds that a replaced pair still takes packets that were overtaken. The role that begins deletes first.
GRACE = {Role.INITIATOR: 3.0, Role.RESPONDER: 5.0}
_LEAST_RETRY = 5.0  # seconds from a rekey that failed to the next attempt


def stand(host: Host, pair: Pair, now: float) -> Pair | None:
    """Both ends have the pair: let packets leave by it. The pair that it replaces, None if there is none.

    Where both ends began at once, two have come of it; then both ends keep to the same one.
    """
    old = host.pairs.standing(pair)
    pair.quick = None
    if old is None or not _redundant(pair, old):
        pair.state = PairState.STANDING
        host.pairs.use_outbound(pair)
        for other in host.pairs.siblings(pair):
            _replace(host, other)
        if pair.proven:
            retire_others(host, pair, now)
    else:
        _replace(host, pair)
        if old.proven:
            retire_others(host, old, now)
    host.pairs.rearm(pair)
    return old


def failed(host: Host, pair: Pair, now: float) -> None:
    """Its rekey has come to nothing: once more, as long as there is time."""
    if host.pairs.get(pair.spi_in) is not pair or pair.state is not PairState.STANDING:
        return
    left = pair.expires_at - now
    if left > 2 * _LEAST_RETRY:
        pair.rekey_at = now + max(_LEAST_RETRY, left / 2)
        host.pairs.rearm(pair)


def retire_others(host: Host, pair: Pair, now: float) -> None:
    """The peer sends by a pair: what that replaces has done its work."""
    if not pair.peer.send_delete:
        # They live on to the end of their lifetime, for the peer may still use them.
        return
    for other in host.pairs.siblings(pair):
        if other.state is PairState.REPLACED and other.retire_at is None:
            other.retire_at = now + GRACE[pair.role]
            host.pairs.rearm(other)


def _redundant(pair: Pair, other: Pair) -> bool:
    """Did each begin before the other stood, one from each end? Then that with the lowest nonce gives way,
    as in RFC 7296 section 2.8.1, for both ends know all four.
    """
    crossed = pair.role is not other.role and pair.begun <= other.born and other.begun <= pair.born
    return crossed and min(pair.nonces) < min(other.nonces)


def _replace(host: Host, pair: Pair) -> None:
    if pair.state is not PairState.UNPROVED or pair.quick is None:
        pair.state = PairState.REPLACED
        host.pairs.rearm(pair)
