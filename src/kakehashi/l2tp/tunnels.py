"""The tunnels that stand, by our ID and by the peer's."""

from collections.abc import Iterator

from kakehashi.l2tp.effects import Carrier
from kakehashi.l2tp.tunnel import Tunnel


class Tunnels:
    """Oldest first. A peer's tunnel ID names one tunnel of its carrier."""

    def __init__(self) -> None:
        self._all: dict[int, Tunnel] = {}
        self._of_peer: dict[tuple[Carrier, int], Tunnel] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, tunnel: int) -> bool:
        return tunnel in self._all

    def __iter__(self) -> Iterator[Tunnel]:
        return iter(tuple(self._all.values()))

    def get(self, tunnel: int) -> Tunnel | None:
        """By our ID."""
        return self._all.get(tunnel)

    def of_peer(self, carrier: Carrier, peer_tunnel: int) -> Tunnel | None:
        """By the peer's ID."""
        return self._of_peer.get((carrier, peer_tunnel))

    def add(self, tunnel: Tunnel) -> None:
        """It stands."""
        self._all[tunnel.id] = tunnel
        self._of_peer[tunnel.carrier, tunnel.peer_tunnel] = tunnel

    def remove(self, tunnel: Tunnel) -> None:
        """It is forgotten."""
        self._all.pop(tunnel.id, None)
        if self.of_peer(tunnel.carrier, tunnel.peer_tunnel) is tunnel:
            del self._of_peer[tunnel.carrier, tunnel.peer_tunnel]

    def move(self, tunnel: Tunnel, to: Carrier) -> None:
        """It has another carrier."""
        self.remove(tunnel)
        tunnel.carrier = to
        self.add(tunnel)
