"""Two LCCEs on a simulated wire in virtual time; chance comes from a seed."""

import heapq
import random
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import count

from kakehashi.l2tp.effects import Carrier, Event, Send
from kakehashi.l2tp.settings import Limits
from kakehashi.l2tp.v3.effects import Received
from kakehashi.l2tp.v3.lcce import Lcce
from kakehashi.l2tp.v3.settings import Peer, Settings, Wire
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.pseudowire import ControlChannel, L2tpv3, Transport

EAST, WEST = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.1")
ETHERNET = Wire("lan", L2tpv3(end_id="10", control=ControlChannel()))


def carrier(ours: IPv4Address, theirs: IPv4Address, transport: Transport = Transport.IP) -> Carrier:
    port = 1701 if transport is Transport.UDP else 0
    return Carrier(Path(SocketAddress(ours, port), SocketAddress(theirs, port)))


def peer(
    ours: IPv4Address,
    theirs: IPv4Address,
    control: ControlChannel | None = None,
    *wires: Wire,
    transport: Transport = Transport.IP,
) -> Peer:
    return Peer(
        carrier=carrier(ours, theirs, transport),
        transport=transport,
        control=control or ControlChannel(),
        wires=wires or (ETHERNET,),
    )


class End:
    """One LCCE, what it has sent, and what it has told."""

    def __init__(
        self, settings: Settings, chance: random.Random, now: float, ties: tuple[bytes, ...] = ()
    ) -> None:
        self.ties = list(ties)
        self.chance = chance
        self.lcce = Lcce(settings, self.entropy, now)
        self.sent: list[bytes] = []
        self.told: list[object] = []

    def entropy(self, size: int) -> bytes:
        """Random, but for the first tie breakers, which may be chosen."""
        return self.ties.pop(0) if size == 8 and self.ties else self.chance.randbytes(size)

    @property
    def drops(self):
        return self.lcce.drops

    def of(self, kind: type) -> list:
        return [e for e in self.told if isinstance(e, kind)]

    @property
    def frames(self) -> list[bytes]:
        return [e.frame for e in self.of(Received)]

    @property
    def events(self) -> str:
        return "\n".join(e.message for e in self.of(Event))


class World:
    """`east` and `west`, and the wire between them. Chance of an LCCE and of the wire are apart."""

    def __init__(
        self,
        east: Peer | None = None,
        west: Peer | None = None,
        seed: int = 1,
        loss: float = 0,
        doubled: float = 0,
        jitter: float = 0,
        ties: tuple[bytes, ...] = (),
        **settings: object,
    ) -> None:
        self.random = random.Random(seed)
        self.now = 100.0
        self.loss, self.doubled, self.jitter = loss, doubled, jitter
        common = Settings(limits=settings.pop("limits", Limits()))
        common = replace(common, **settings)
        one = replace(common, host_name="east", router_id=1, peers=(east or peer(EAST, WEST),))
        other = replace(common, host_name="west", router_id=2, peers=(west or peer(WEST, EAST),))
        self.east = End(one, random.Random(seed + 1), self.now, ties)
        self.west = End(other, random.Random(seed + 2), self.now, ties)
        self._flights: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    @property
    def ends(self) -> tuple[End, End]:
        return self.east, self.west

    def other(self, end: End) -> End:
        return self.west if end is self.east else self.east

    def inject(self, end: End, packet: bytes, by: Carrier | None = None) -> None:
        """A packet at this end, from its peer unless somebody else is named."""
        (first,) = end.lcce._shared.settings.peers
        end.lcce.receive(packet, by or first.carrier, self.now)
        self._gather()

    def do(self, call, *arguments) -> None:
        call(*arguments, self.now)
        self._gather()

    def run(self, seconds: float) -> "World":
        end = self.now + seconds
        self._gather()
        while True:
            timers = [e.lcce.next_timeout() for e in self.ends]
            times = [t for t in timers if t is not None] + [f[0] for f in self._flights[:1]]
            if not times or min(times) > end:
                break
            self.now = max(self.now, min(times))
            if self._flights and self._flights[0][0] <= self.now:
                heapq.heappop(self._flights)[2]()
            else:
                for one in self.ends:
                    one.lcce.handle_timeout(self.now)
            self._gather()
        self.now = end
        return self

    def _gather(self) -> None:
        for end in self.ends:
            for effect in end.lcce.effects():
                if isinstance(effect, Send):
                    end.sent.append(effect.datagram)
                    to = self.other(end)
                    path = effect.carrier.path
                    back = Carrier(Path(path.remote, path.local))
                    self._launch(
                        lambda to=to, d=effect.datagram, back=back: to.lcce.receive(d, back, self.now)
                    )
                else:
                    end.told.append(effect)

    def _launch(self, arrive: Callable[[], None]) -> None:
        for _ in range(2 if self.random.random() < self.doubled else 1):
            if self.random.random() >= self.loss:
                at = self.now + 0.02 + self.random.random() * self.jitter
                heapq.heappush(self._flights, (at, next(self._order), arrive))
