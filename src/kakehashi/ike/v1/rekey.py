"""When a pair of IPsec SAs is rekeyed, and when it ends (V1-12, V1-19, V1-20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.ike.effects import AskActivity
from kakehashi.ike.v1 import begin, delete
from kakehashi.ike.v1.ipsec_sa import ASK_AHEAD, Pair, PairState
from kakehashi.ike.v1.replacement import look, settled

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host


def next_timeout(pair: Pair) -> float | None:
    """When `run` has something to do next, monotonic seconds."""
    times = [pair.expires_at, pair.use_at, pair.retire_at, _rekey_due(pair)]
    return min(t for t in times if t is not None)


def run(host: Host, pair: Pair, now: float) -> None:
    """Do what is due."""
    if pair.expires_at <= now:
        idle = "" if pair.used else ", and it has carried nothing"
        delete.delete_pair(host, pair, f"its lifetime is over{idle}", now)
    elif pair.use_at is not None and pair.use_at <= now:
        settled(host, pair)
    elif pair.retire_at is not None and pair.retire_at <= now:
        _retire(host, pair, now)
    else:
        due = _rekey_due(pair)
        if due is not None and due <= now:
            _run_rekey(host, pair, now)


def expire(host: Host, pair: Pair, hard: bool, now: float) -> None:
    """The data plane says that so many octets have passed: rekey, or the end."""
    pair.used = True
    if hard:
        delete.delete_pair(host, pair, "its lifetime in kilobytes is over", now)
    elif pair.rekey_at is not None:
        pair.rekey_at = now
        host.pairs.rearm(pair)


def activity(
    host: Host, pair: Pair, inbound_idle: float | None, outbound_idle: float | None, now: float
) -> None:
    """What the data plane has seen of a pair."""
    if inbound_idle is not None:
        pair.used, pair.last_in = True, now - inbound_idle
    if outbound_idle is not None:
        pair.used, pair.last_out = True, now - outbound_idle
    host.pairs.rearm(pair)


def first_inbound(host: Host, pair: Pair, now: float) -> None:
    """The peer sends by a pair: so it has it."""
    pair.used = pair.proven = True
    pair.last_in = now
    if pair.quick is not None:
        pair.quick.proved_by_traffic(now)
    if pair.use_at is not None:
        settled(host, pair)
    host.pairs.rearm(pair)


def _retire(host: Host, pair: Pair, now: float) -> None:
    """A replaced pair goes, unless the peer still sends by it."""
    if not pair.retire_asked:
        pair.retire_asked = True
        pair.retire_at = now + ASK_AHEAD
        host.emit(AskActivity((pair.spi_in,)))
    elif look(host, pair, now):
        delete.delete_pair(host, pair, "rekeyed", now)


def _rekey_due(pair: Pair) -> float | None:
    if pair.rekey_at is None or pair.state is not PairState.STANDING:
        return None
    return pair.rekey_at - ASK_AHEAD if _must_ask(pair) else pair.rekey_at


def _must_ask(pair: Pair) -> bool:
    """V1-20: whether it has carried anything only the data plane knows."""
    return not (pair.used or pair.asked or pair.tunnel.ipsec.rekey_unused)


def _run_rekey(host: Host, pair: Pair, now: float) -> None:
    if _must_ask(pair):
        pair.asked = True
        host.emit(AskActivity((pair.spi_in,)))
        return
    if pair.rekey_at is None or pair.rekey_at > now:
        return
    pair.rekey_at = None
    if pair.used or pair.tunnel.ipsec.rekey_unused:
        begin.renew(host, pair, now)
