"""More than one IKE SA between the same two identities: which of them stay."""

from kakehashi.ike.known import known
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.informational import DeleteIkeSa
from kakehashi.ike.v2.states import State
from kakehashi.ike.v2.transport_mode import is_shared
from kakehashi.model.address import IPAddress
from kakehashi.model.status import Role
from kakehashi.model.tunnel import Ikev2Tunnel

MAX_OF_TUNNEL = 8  # IKE SAs that a peer has proved; two are enough where both ends begin at once


def drop_older(sa: IkeSa, now: float) -> None:
    """INITIAL_CONTACT: the peer knows nothing of older IKE SAs, so they end here without a Delete (section
    2.4).

    An SA that was made while this one was under way is not older: both ends began at the same time.
    """
    for other in sa.host.sas_of(sa.tunnel_name):
        if (
            other.authenticated_at is not None
            and other.authenticated_at < sa.created
            and _has_same_ends(sa, other)
        ):
            other.close("the peer has started anew (INITIAL_CONTACT)", now)


def settle(sa: IkeSa, now: float) -> None:
    """Both ends began at once and there are two IKE SAs now: one of them is redundant.

    As for rekeys (section 2.8.1): the one with the lowest nonce is closed by the end that began it.
    """
    opposite = Role.RESPONDER if sa.role is Role.INITIATOR else Role.INITIATOR
    for other in sa.host.sas_of(sa.tunnel_name, [opposite]):
        if other.state is not State.ESTABLISHED or not _overlap(sa, other) or not _has_same_ends(sa, other):
            continue
        ours, theirs = (sa, other) if sa.role is Role.INITIATOR else (other, sa)
        if lowest_nonce(ours) < lowest_nonce(theirs):
            ours.begin(DeleteIkeSa("both ends began at once, and this IKE SA is redundant"), now)


def drop_surplus(sa: IkeSa, now: float) -> None:
    """A peer that starts anew without INITIAL_CONTACT leaves IKE SAs behind: the oldest ones end."""
    older = [other for other in with_same_peer(sa) if other.is_up and other is not sa]
    if is_shared(sa.tunnel):
        older = [other for other in older if _has_same_ends(sa, other)]
    for other in older[: 1 - MAX_OF_TUNNEL]:
        other.begin(DeleteIkeSa("the peer has begun too many others since"), now)


def with_same_peer(sa: IkeSa) -> list[IkeSa]:
    """The IKE SAs of its tunnel that are with its peer, itself too."""
    tunnel, remote = known(sa.tunnel), sa.path.remote.ip
    return [other for other in sa.host.sas_of(sa.tunnel_name) if is_of_peer(other, tunnel, remote)]


def is_of_peer(sa: IkeSa, tunnel: Ikev2Tunnel, remote: IPAddress) -> bool:
    """Is the IKE SA of the tunnel with the peer at that address? Most tunnels have only one peer."""
    return not tunnel.multipoint or sa.path.remote.ip == remote


def lowest_nonce(sa: IkeSa) -> bytes:
    """What decides between two SAs."""
    return min(sa.init.ni, sa.init.nr)


def _has_same_ends(sa: IkeSa, other: IkeSa) -> bool:
    if is_shared(sa.tunnel) and other.path.remote.ip != sa.path.remote.ip:
        # Laptops say the private addresses that they have at home, and those are the same in many homes.
        return False
    return other.peer_identity == sa.peer_identity and other.local_identity == sa.local_identity


def _overlap(sa: IkeSa, other: IkeSa) -> bool:
    """Was each begun before the other stood?"""
    if sa.authenticated_at is None or other.authenticated_at is None:
        return False
    return sa.created <= other.authenticated_at and other.created <= sa.authenticated_at
