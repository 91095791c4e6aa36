"""An access server and clients on a simulated wire in virtual time; chance comes from a seed."""

import heapq
import random
from collections.abc import Callable
from ipaddress import IPv4Address
from itertools import count

from kakehashi.l2tp.access import AccessServer, OfLink
from kakehashi.l2tp.effects import Carrier, Send
from kakehashi.l2tp.lockout import Lockout
from kakehashi.l2tp.settings import Settings
from kakehashi.model.address import Path, SocketAddress
from kakehashi.ppp.pool import AddressPool
from kakehashi.ppp.settings import Settings as LinkSettings
from tests.l2tp.client import Lac
from tests.ppp.line import FIRST, LAST, USERS

LNS = SocketAddress(IPv4Address("192.0.2.1"), 1701)


def carrier(ip: str = "198.51.100.7", port: int = 1701, peer: str = "") -> Carrier:
    return Carrier(Path(LNS, SocketAddress(IPv4Address(ip), port)), peer)


class Wire:
    def __init__(
        self,
        settings: Settings | None = None,
        link: LinkSettings | None = None,
        seed: int = 1,
        loss: float = 0,
        doubled: float = 0,
        jitter: float = 0,
    ) -> None:
        self.random = random.Random(seed)
        self.now = 100.0
        self.loss, self.doubled, self.jitter = loss, doubled, jitter
        self.pool = AddressPool(FIRST, LAST)
        self.server = AccessServer(
            settings or Settings(),
            link or LinkSettings(),
            USERS,
            self.pool,
            self.random.randbytes,
            Lockout(failures=4, seconds=60),
        )
        self.lacs: dict[Carrier, Lac] = {}
        self.sent: list[tuple[bytes, Carrier]] = []
        self.told: list[object] = []
        self._flights: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._tick = self.now

    @property
    def drops(self):
        return self.server.lns.drops

    def of(self, kind: type) -> list:
        """What was told of this kind, also what links told."""
        plain = [e.effect if isinstance(e, OfLink) else e for e in self.told]
        return [e for e in plain if isinstance(e, kind)]

    def dial(self, lac: Lac, by: Carrier | None = None) -> Lac:
        self.lacs[by or carrier()] = lac
        lac.begin()
        return lac

    def inject(self, datagram: bytes, by: Carrier | None = None) -> None:
        self.server.receive(datagram, by or carrier(), self.now)
        self._gather()

    def do(self, call, *arguments) -> None:
        call(*arguments, self.now)
        self._gather()

    def run(self, seconds: float) -> "Wire":
        end = self.now + seconds
        self._gather()
        while True:
            timer = self.server.next_timeout()
            times = [self._tick, *([timer] if timer is not None else []), *(f[0] for f in self._flights[:1])]
            if min(times) > end:
                break
            self.now = max(self.now, min(times))
            if self._flights and self._flights[0][0] <= self.now:
                heapq.heappop(self._flights)[2]()
            elif self._tick <= self.now:
                for lac in self.lacs.values():
                    lac.tick()
                self._tick = self.now + 1
            else:
                self.server.handle_timeout(self.now)
            self._gather()
        self.now = end
        return self

    def _gather(self) -> None:
        for effect in self.server.effects():
            if isinstance(effect, Send):
                self.sent.append((effect.datagram, effect.carrier))
                lac = self.lacs.get(effect.carrier)
                if lac is not None:
                    self._launch(lambda to=lac, d=effect.datagram: to.receive(d))
            else:
                self.told.append(effect)
        for by, lac in self.lacs.items():
            for datagram in lac.out:
                self._launch(lambda d=datagram, c=by: self.server.receive(d, c, self.now))
            lac.out.clear()

    def _launch(self, arrive: Callable[[], None]) -> None:
        for _ in range(2 if self.random.random() < self.doubled else 1):
            if self.random.random() >= self.loss:
                at = self.now + 0.02 + self.random.random() * self.jitter
                heapq.heappush(self._flights, (at, next(self._order), arrive))
