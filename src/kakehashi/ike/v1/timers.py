"""What an ISAKMP SA does when time has passed."""

from kakehashi.ike.effects import SendNatKeepalive
from kakehashi.ike.known import known
from kakehashi.ike.v1 import configuring
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.phase1 import Phase1
from kakehashi.model.status import Role

RENEW_AGAIN = 10.0  # seconds; a renewal is tried until it has come off or there is nothing to renew


def next_timeout(sa: IsakmpSa) -> float | None:
    """When `run` has something to do next, monotonic seconds."""
    if sa.state is State.GONE:
        return sa.expires_at
    times = [sa.expires_at, sa.renew_at, sa.keepalive_at, sa.patience_until]
    times += [exchange.next_timeout() for exchange in sa.exchanges.values()]
    if sa.dpd is not None:
        times.append(sa.dpd.next_timeout(sa))
    return min((t for t in times if t is not None), default=None)


def run(sa: IsakmpSa, now: float) -> None:
    """Do all that is due."""
    for exchange in list(sa.exchanges.values()):
        at = exchange.next_timeout()
        if at is not None and at <= now and sa.state is not State.GONE:
            exchange.run(sa, now)
    if sa.state is State.GONE:
        return
    if sa.expires_at is not None and sa.expires_at <= now:
        _expire(sa, now)
        return
    keepalive = known(sa.peer).nat_keepalive
    if sa.keepalive_at is not None and sa.keepalive_at <= now and keepalive is not None:
        sa.keepalive_at = now + keepalive
        sa.host.emit(SendNatKeepalive(sa.path))
    if sa.patience_until is not None and sa.patience_until <= now:
        sa.patience_until = None
        configuring.out_of_patience(sa, now)
    if sa.renew_at is not None and sa.renew_at <= now:
        sa.renew_at = None
        _renew(sa, now)
    if sa.dpd is not None:
        sa.dpd.run(sa, now)


def _renew(sa: IsakmpSa, now: float) -> None:
    """Begin phase 1 anew before the end, unless nobody needs the SA any more (V1-07)."""
    peer = known(sa.peer)
    if not sa.is_up or (peer.suppress_dangling and not sa.host.in_use(sa)):
        return
    sa.renew_at = now + RENEW_AGAIN
    # What the peer has begun may be a stranger's doing, so that does not count before it is proved.
    making = (
        other.role is Role.INITIATOR
        and other.state in (State.CONNECTING, State.CONFIGURING)
        and other.path.remote.ip == sa.path.remote.ip
        for other in sa.host.sas_of(peer.name)
    )
    if any(making):
        return
    tunnel = next((t for t in sa.host.tunnels_of(peer) if t.interface == sa.tunnel_name), None)
    sa.host.start_phase1(peer, sa.path, now, tunnel)


def _expire(sa: IsakmpSa, now: float) -> None:
    sa.expires_at = None
    exchange = sa.exchanges.get(0)
    if sa.state is State.ESTABLISHED:
        sa.host.expired(sa, now)
    elif sa.state is State.CONNECTING and isinstance(exchange, Phase1):
        exchange.expired(sa, now)
    else:
        sa.close("XAUTH or mode configuration has not come to its end", now)
