"""Tunnels that have been offered and whose peer has not yet proved that it reads what we send.

All that an SCCRQ leaves behind is one of these, and of these there are only so many. The SCCRP is not sent
again by itself: a peer that has not seen it repeats its SCCRQ, and a stranger's address is sent no more than
was sent in its name. The proof is an SCCCN for the tunnel ID that only the SCCRP told.
"""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from kakehashi.l2tp.effects import Carrier
from kakehashi.l2tp.settings import Limits
from kakehashi.model.address import IPAddress


@dataclass(frozen=True, slots=True, repr=False)
class HalfOpen:
    """An SCCRQ that was answered. `request`: a digest of it; `challenge`: ours, b"" without authentication.
    `refusal`: the StopCCN for a peer that has answered the challenge wrongly; b"" while it has not.
    """

    tunnel: int
    peer_tunnel: int
    carrier: Carrier
    host_name: str
    peer_window: int
    request: bytes
    answer: bytes
    challenge: bytes
    expires: float
    refusal: bytes = b""


_HalfOpen = TypeVar("_HalfOpen", bound=HalfOpen)


class HalfOpenTunnels(Generic[_HalfOpen]):
    """By our tunnel ID, oldest first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all: dict[int, _HalfOpen] = {}
        self._of_peer: dict[tuple[Carrier, int], int] = {}
        self._of_source: dict[IPAddress, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def configure(self, limits: Limits) -> None:
        """Other limits count for the next."""
        self._limits = limits

    def lost_peer(self, peer: str) -> None:
        """Forget those of an IPsec peer that is gone."""
        for one in tuple(self._all.values()):
            if one.carrier.peer == peer:
                self.remove(one.tunnel)

    def get(self, tunnel: int) -> _HalfOpen | None:
        """By our ID."""
        return self._all.get(tunnel)

    def of_peer(self, carrier: Carrier, peer_tunnel: int) -> _HalfOpen | None:
        """By the peer's ID."""
        tunnel = self._of_peer.get((carrier, peer_tunnel))
        return None if tunnel is None else self._all[tunnel]

    def add(self, one: _HalfOpen) -> int:
        """Remember it. How many had to make room."""
        before = len(self._all)
        same = self.of_peer(one.carrier, one.peer_tunnel)
        if same is not None:
            self.remove(same.tunnel)
            before -= 1
        of_source = self._of_source.get(one.carrier.path.remote.ip, {})
        if len(of_source) >= self._limits.half_open_per_source:
            self.remove(next(iter(of_source)))
        elif len(self._all) >= self._limits.half_open_total:
            self.remove(next(iter(self._all)))
        dropped = before - len(self._all)
        self._all[one.tunnel] = one
        self._of_peer[one.carrier, one.peer_tunnel] = one.tunnel
        self._of_source.setdefault(one.carrier.path.remote.ip, {})[one.tunnel] = None
        return dropped

    def remove(self, tunnel: int) -> _HalfOpen | None:
        """Forget it."""
        one = self._all.pop(tunnel, None)
        if one is None:
            return None
        del self._of_peer[one.carrier, one.peer_tunnel]
        source = one.carrier.path.remote.ip
        of_source = self._of_source[source]
        del of_source[tunnel]
        if not of_source:
            del self._of_source[source]
        return one

    def refuse(self, tunnel: int, refusal: bytes) -> None:
        """Whatever the peer says for this tunnel from now on, this is the answer."""
        self._all[tunnel] = replace(self._all[tunnel], refusal=refusal)

    def expire(self, now: float) -> None:
        """Forget those whose time is over; all have the same time, so the oldest are first."""
        while self._all:
            oldest = next(iter(self._all.values()))
            if oldest.expires > now:
                return
            self.remove(oldest.tunnel)

    def next_timeout(self) -> float | None:
        """When the oldest is to be forgotten."""
        return next(iter(self._all.values())).expires if self._all else None
