"""How soon an end of a tunnel notices that its peer is gone, and how soon it begins anew, by its file."""

from dataclasses import dataclass

from kakehashi.check.pair import End
from kakehashi.lab.ikev1 import peers_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.source import Source
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel
from kakehashi.model.watch import RouteAction, WatchGroup

ALWAYS_ON_SECONDS = 10.0  # V2-09: checked every 10 s
HANDSHAKE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticing:
    """Seconds from the last sign of life until the SAs are deleted: `least` to `most`. `text` says why."""

    least: float
    most: float
    text: str


def noticing(gateway: Gateway, end: End) -> Noticing | None:
    """Of dead peer detection; None: the file has none for this tunnel."""
    tunnel = end.tunnel
    if isinstance(tunnel, Ikev2Tunnel):
        interval = tunnel.ike.dpd_interval
        if interval is None:
            return None
        asking = sum(tunnel.ike.retransmit)
        # Only IKE messages count as a sign of life (V2-07), and the last one may be an interval ago.
        text = f"{end.device} asks every {interval} s and {asking:g} s more{_line(tunnel.source)}"
        return Noticing(least=asking, most=interval + asking, text=text)
    found = [(peer, peer.dpd) for peer in peers_of(gateway, tunnel) if peer.dpd]
    if not found:
        return None
    peer, dpd = max(found, key=lambda each: each[1].interval + each[1].retries * each[1].retry_interval)
    # The question and its repetitions, each with its time for an answer.
    asking = (dpd.retries + 1) * dpd.retry_interval
    text = (
        f"{end.device} asks after {dpd.interval} s, and {dpd.retries} times more every "
        f"{dpd.retry_interval} s{_line(peer.source)}"
    )
    return Noticing(least=asking, most=dpd.interval + asking, text=text)


def beginning(gateway: Gateway, end: End) -> float:
    """Seconds until an end without SAs has made new ones, from when the way is free, at most.

    A negotiation that was begun in vain is in its longest wait.
    """
    tunnel = end.tunnel
    if isinstance(tunnel, Ikev2Tunnel):
        longest = max(tunnel.ike.retransmit, default=0.0)
    else:
        waits = [max(peer.retransmit, default=0.0) for peer in peers_of(gateway, tunnel)]
        longest = max(waits, default=0.0)
    check = ALWAYS_ON_SECONDS if tunnel.connect is ConnectType.ALWAYS else 0.0
    return max(longest, check) + HANDSHAKE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """Seconds until a tunnel's routes are given up, and until they are back; `text` says why."""

    away: float
    back: float
    text: str


def switching(gateway: Gateway, end: End) -> Switching | None:
    """When the routes into the tunnel make room for others; None: never."""
    found = [s for group in gateway.watch_groups if (s := _watched(group, end))]
    notices = noticing(gateway, end)
    if end.tunnel.connect is ConnectType.ALWAYS and notices:
        found.append(
            Switching(
                away=notices.most,
                back=beginning(gateway, end),
                text=f"{notices.text}; without SA the tunnel and its routes are down",
            )
        )
    return min(found, key=lambda each: each.away, default=None)


def _watched(group: WatchGroup, end: End) -> Switching | None:
    names = [a.interface for a in group.actions if isinstance(a, RouteAction) and not a.resumes]
    if not group.enabled or not group.events or end.tunnel.interface not in names:
        return None
    return Switching(
        away=group.timing.longest_to_stand + group.delay_to_stand,
        back=group.timing.longest_to_restore + group.delay_to_restore,
        text=f"watch-group {group.title} of {end.device} withdraws the route{_line(group.source)}",
    )


def _line(source: Source | None) -> str:
    return f" ({source})" if source else ""
