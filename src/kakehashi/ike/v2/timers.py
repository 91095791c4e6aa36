"""What an IKE SA does when time has passed."""

from kakehashi.ike.effects import EventName, Level, SendNatKeepalive
from kakehashi.ike.v2 import children
from kakehashi.ike.v2.children import Child, ChildState
from kakehashi.ike.v2.create_child_sa import RekeyChild
from kakehashi.ike.v2.dispatch import ask_whether_alive
from kakehashi.ike.v2.failures import tell_failure
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.informational import DeleteIkeSa, delete_child
from kakehashi.ike.v2.rekey_ike_sa import RekeyIkeSa
from kakehashi.ike.v2.states import State


def next_timeout(sa: IkeSa) -> float | None:
    """When `run` has something to do next, monotonic seconds."""
    if sa.state is State.GONE:
        return sa.expires_at
    times = [sa.expires_at, sa.rekey_at, sa.keepalive_at, _dpd_at(sa)]
    if sa.requests.waiting is not None:
        times.append(sa.requests.waiting.due)
    if sa.later:
        times.append(sa.later[0][0])
    for child in sa.children.values():
        times += (child.rekey_at, child.expires_at)
    return min((t for t in times if t is not None), default=None)


def run(sa: IkeSa, now: float) -> None:
    """Do all that is due. One retransmission or several timers: each at most once."""
    if _run_window(sa, now) or sa.state is State.GONE:
        return
    if sa.expires_at is not None and sa.expires_at <= now:
        _expire(sa, now)
        return
    if sa.keepalive_at is not None and sa.keepalive_at <= now and sa.policy.nat_keepalive is not None:
        sa.keepalive_at = now + sa.policy.nat_keepalive
        sa.host.emit(SendNatKeepalive(sa.path))
    while sa.later and sa.later[0][0] <= now:
        sa.queue.append(sa.later.pop(0)[1])
    if sa.rekey_at is not None and sa.rekey_at <= now:
        rekey(sa, now)
    for child in list(sa.children.values()):
        _run_child(sa, child, now)
    dpd = _dpd_at(sa)
    if dpd is not None and dpd <= now:
        ask_whether_alive(sa, now)
    sa.pump(now)


def rekey(sa: IkeSa, now: float) -> None:
    """Begin to replace the IKE SA."""
    sa.rekey_at = None
    sa.begin(RekeyIkeSa(sa), now)


def rekey_child(sa: IkeSa, child: Child, now: float) -> None:
    """Begin to replace a Child SA, unless that is under way or not ours to begin."""
    child.rekey_at = None
    if not sa.may_rekey or child.state is not ChildState.INSTALLED:
        return
    waiting = [sa.exchange, *sa.queue, *(exchange for _, exchange in sa.later)]
    if not any(isinstance(x, RekeyChild) and x.child is child for x in waiting):
        sa.queue.append(RekeyChild(child))


def _run_window(sa: IkeSa, now: float) -> bool:
    """Retransmit, or give the peer up; True if the SA has ended by that."""
    waiting = sa.requests.waiting
    if waiting is None or waiting.due > now:
        return False
    datagrams = sa.requests.retransmit(now)
    if datagrams is not None:
        sa.tell(
            Level.INFO,
            EventName.RETRANSMIT,
            f"{sa.peer} has not answered message {waiting.message_id}, it is sent again ({waiting.sent})",
        )
        sa.transmit(datagrams, sa.path, now)
        return False
    _give_up(sa, now)
    return True


def _give_up(sa: IkeSa, now: float) -> None:
    why = f"{sa.peer} has not answered for {sa.waits_total:g} s"
    collision = sa.collision
    if sa.is_up:
        sa.tell(Level.WARNING, EventName.PEER_DEAD, f"{why}: it is given up")
    sa.close(why if sa.state is not State.DELETING else sa.end_reason, now, unanswered=True)
    if collision is not None and collision.sa.state is not State.GONE:
        collision.sa.superseded = True
        collision.sa.close(why, now)


def _expire(sa: IkeSa, now: float) -> None:
    sa.expires_at = None
    match sa.state:
        case State.INIT_ANSWERED:
            _expire_half_open(sa, now)
        case State.REPLACED:
            sa.close("replaced, and the peer's Delete did not come", now)
        case State.ESTABLISHED if sa.superseded:
            sa.close("redundant, and the peer's Delete did not come", now)
        case State.ESTABLISHED:
            sa.begin(DeleteIkeSa("its lifetime is over"), now)
        case _:
            pass


def _expire_half_open(sa: IkeSa, now: float) -> None:
    """The initiator did not go on. One that has come up otherwise has no need to."""
    if sa.host.may_tell(now) and not sa.host.has_established(sa.path.remote.ip):
        sentence = (
            f"no IKE_AUTH within {sa.host.limits.half_open_timeout:g} s after IKE_SA_INIT: did the peer like "
            "our answer, does UDP port 4500 reach us?"
        )
        tell_failure(sa, "IKE_AUTH", "timeout", sentence, level=Level.NOTICE)
    sa.close("half-open for too long", now)


def _run_child(sa: IkeSa, child: Child, now: float) -> None:
    if child.expires_at <= now:
        child.expires_at = now + sa.waits_total + 1
        failed = child.rekey_refused
        if sa.policy.send_delete:
            delete_child(sa, child, "its lifetime is over", now)
        else:
            children.remove(sa, child, "its lifetime is over")
        if failed and not any(c.state is ChildState.INSTALLED for c in sa.children.values()):
            # Its rekey was refused, most often for PFS that the first Child SA does without. A fresh start
            # works where one more Child SA would be refused the same way.
            sa.queue.append(DeleteIkeSa("its last Child SA ended and could not be rekeyed"))
    elif child.rekey_at is not None and child.rekey_at <= now:
        rekey_child(sa, child, now)


def _dpd_at(sa: IkeSa) -> float | None:
    """At the set interval, unless other IKEv2 messages passed (V2-07)."""
    interval = sa.policy.dpd_interval
    if interval is None or not sa.is_up or sa.requests.waiting is not None:
        return None
    return sa.last_received + interval
