"""A router without some of its tunnels, for a language that has no words for them."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.tunnel import Tunnel


def leave_out(gateway: Gateway, tunnels: Collection[str], interfaces: Collection[str]) -> Gateway:
    """Without these tunnels and interfaces, the routes into them, and the peers that were theirs alone."""
    gone = [t for t in gateway.tunnels if t.interface in tunnels]
    left = tuple(t for t in gateway.tunnels if t.interface not in tunnels)
    unused = _peers(gone) - _peers(left)
    return replace(
        gateway,
        tunnels=left,
        interfaces=tuple(i for i in gateway.interfaces if i.name not in interfaces),
        routes=tuple(r for r in gateway.routes if r.interface not in interfaces),
        ikev1_peers=tuple(p for p in gateway.ikev1_peers if p.name not in unused),
    )


def _peers(tunnels: Iterable[Tunnel]) -> set[str]:
    return {name for t in tunnels if isinstance(t, Ikev1Tunnel) for name in t.peers}
