"""All pairs of IPsec SAs of a gateway: which one packets leave by, and what becomes of them in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kakehashi.ike.effects import Event, EventName, Level, MoveChildSa
from kakehashi.ike.timers import Timers
from kakehashi.ike.v1 import rekey
from kakehashi.ike.v1.delete_notify import UnknownSpis
from kakehashi.ike.v1.index import Index
from kakehashi.ike.v1.ipsec_sa import Lineage, Pair, PairState
from kakehashi.model.address import Path
from kakehashi.model.identity import Identity
from kakehashi.model.status import NatSide

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa


class Pairs:
    """The table, by inbound SPI. `unknown`: the SPIs that packets come for and that are not here."""

    def __init__(self, host: Host) -> None:
        self.unknown = UnknownSpis()
        self._host = host
        self._by_spi: dict[int, Pair] = {}
        self._of_tunnel: Index[str, Pair] = Index()
        self._of_peer: Index[tuple[str, Identity | None], Pair] = Index()
        self._of_lineage: Index[Lineage, Pair] = Index()
        self._timers: Timers[Pair] = Timers(rekey.next_timeout)

    def __iter__(self) -> Iterator[Pair]:
        """Oldest first. What is done to a pair meanwhile does no harm."""
        return iter(list(self._by_spi.values()))

    def get(self, spi_in: int) -> Pair | None:
        """The pair with this SPI of ours, or None."""
        return self._by_spi.get(spi_in)

    def of_tunnel(self, tunnel: str) -> list[Pair]:
        """The pairs of a tunnel, oldest first."""
        return self._of_tunnel.of(tunnel)

    def of_peer(self, peer: str, identity: Identity | None) -> list[Pair]:
        """The pairs with who has that identity, under a peer of the configuration."""
        return self._of_peer.of((peer, identity))

    def of_sa(self, sa: IsakmpSa) -> list[Pair]:
        """The pairs that the peer of an ISAKMP SA has with us there, whichever ISAKMP SA made them."""
        if sa.peer is None:
            return []
        pairs = self.of_peer(sa.peer.name, sa.peer_identity)
        return [pair for pair in pairs if sa.is_at(pair.sa.path.remote)]

    def by_peer_spi(self, sa: IsakmpSa, spi: bytes) -> Pair | None:
        """The pair that the peer of an ISAKMP SA calls by its own inbound SPI."""
        number = int.from_bytes(spi, "big")
        return next((pair for pair in self.of_sa(sa) if pair.spi_out == number), None)

    def standing(self, pair: Pair) -> Pair | None:
        """The one of the same lineage that packets leave by."""
        same = self._of_lineage.of(pair.lineage)
        return next((p for p in same if p.state is PairState.STANDING), None)

    def siblings(self, pair: Pair) -> list[Pair]:
        """The others that are enough for the same packets, oldest first."""
        return [other for other in self._of_lineage.of(pair.lineage) if other is not pair]

    def add(self, pair: Pair) -> None:
        """Take packets of it from now on; none leave by it yet."""
        self._by_spi[pair.spi_in] = pair
        self._of_tunnel.add(pair.tunnel.interface, pair)
        self._of_peer.add((pair.peer.name, pair.peer_identity), pair)
        self._of_lineage.add(pair.lineage, pair)
        self._host.shared.install(pair.sa, False)
        self.rearm(pair)

    def use_outbound(self, pair: Pair) -> None:
        """Packets leave by it from now on."""
        self._host.shared.use_outbound(pair.tunnel.interface, pair.spi_in, pair.sa.peer)

    def remove(self, pair: Pair, reason: str) -> None:
        """Forget a pair, without a word to the peer. A sibling that it has replaced takes its place again."""
        if self._by_spi.pop(pair.spi_in, None) is None:
            return
        self._of_tunnel.remove(pair.tunnel.interface, pair)
        self._of_peer.remove((pair.peer.name, pair.peer_identity), pair)
        self._of_lineage.remove(pair.lineage, pair)
        self.rearm(pair)
        heir = self._heir(pair)
        if heir is not None and pair.state is PairState.STANDING and heir.lineage == pair.lineage:
            heir.state, heir.retire_at, heir.retire_asked = PairState.STANDING, None, False
            self.rearm(heir)
        tunnel = pair.tunnel.interface
        heir_spi = None if heir is None else heir.spi_in
        self._host.shared.remove(tunnel, pair.spi_in, reason, heir_spi, pair.sa.peer)
        self._tell_gone(pair, reason)

    def moved(self, sa: IsakmpSa, old: Path) -> None:
        """The peer has gone from `old` to where the ISAKMP SA is: its pairs go along (NT-08)."""
        if sa.peer is None:
            return
        for pair in self.of_peer(sa.peer.name, sa.peer_identity):
            if pair.sa.path.remote == old.remote:
                self.move(pair, sa.path, sa.nat is not NatSide.NONE)

    def move(self, pair: Pair, path: Path, udp_encapsulation: bool) -> None:
        """The peer of a pair is at the other end of another path now."""
        pair.move(path, udp_encapsulation)
        self._host.emit(MoveChildSa(pair.tunnel.interface, pair.spi_in, path, udp_encapsulation))

    def rearm(self, pair: Pair) -> None:
        """The pair's next timeout may be another one now."""
        self._timers.rearm(pair)

    def next_timeout(self) -> float | None:
        """When `run` wants to be called, monotonic seconds."""
        return self._timers.next()

    def run(self, now: float) -> None:
        """Do what is due."""
        while (pair := self._timers.take_due(now)) is not None:
            if pair.spi_in in self._by_spi:
                rekey.run(self._host, pair, now)
                self.rearm(pair)

    def _heir(self, gone: Pair) -> Pair | None:
        """Who carries the packets then: the youngest of its own kind, else one of the tunnel that stands."""
        mine = (p for p in self.of_tunnel(gone.tunnel.interface) if p.sa.peer == gone.sa.peer)
        rest = [p for p in mine if p.state is not PairState.UNPROVED]
        own = [p for p in rest if p.lineage == gone.lineage]
        return own[-1] if own else rest[-1] if rest else None

    def _tell_gone(self, pair: Pair, reason: str) -> None:
        if pair.state is PairState.UNPROVED:
            # Nobody has heard of it.
            return
        level = Level.WARNING if pair.state is PairState.STANDING else Level.DEBUG
        spi_in, spi_out = f"{pair.spi_in:08x}", f"{pair.spi_out:08x}"
        self._host.tell(
            Event(
                level=level,
                name=EventName.CHILD_SA_DELETED,
                facility="IPsec",
                message=f"IPsec SA {spi_in} with {pair.peer_text} is gone: {reason}",
                tunnel=pair.tunnel.interface,
                path=pair.sa.path,
                details={"spi_in": spi_in, "spi_out": spi_out, "reason": reason},
            )
        )
