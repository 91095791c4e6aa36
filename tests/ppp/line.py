"""A link and a client on a line in virtual time; chance comes from a seed."""

import heapq
import random
from ipaddress import IPv4Address
from itertools import count

from kakehashi.model.secret import Secret
from kakehashi.ppp.effects import Effect, SendFrame
from kakehashi.ppp.link import Link
from kakehashi.ppp.pool import AddressPool
from kakehashi.ppp.settings import Settings
from kakehashi.ppp.users import Account, Users, UserTable
from tests.ppp.client import Client

FIRST, LAST = IPv4Address("10.9.0.10"), IPv4Address("10.9.0.19")
USERS = UserTable(
    {
        "ada": Account(Secret(b"lovelace")),
        "bob": Account(Secret("pässword".encode()), IPv4Address("10.9.1.1")),
    }
)


class Line:
    def __init__(
        self,
        client: Client,
        settings: Settings | None = None,
        users: Users = USERS,
        pool: AddressPool | None = None,
        seed: int = 1,
        loss: float = 0,
        doubled: float = 0,
        jitter: float = 0,
    ) -> None:
        self.random = random.Random(seed)
        self.now = 100.0
        self.client = client
        self.pool = pool or AddressPool(FIRST, LAST)
        self.loss, self.doubled, self.jitter = loss, doubled, jitter
        self.told: list[Effect] = []
        self.frames: list[bytes] = []
        self._flights: list[tuple[float, int, str, bytes]] = []
        self._order = count()
        self._tick = self.now
        self.link = Link(settings or Settings(), users, self.pool, self.random.randbytes, self.now)

    def of(self, kind: type) -> list:
        return [effect for effect in self.told if isinstance(effect, kind)]

    def run(self, seconds: float) -> "Line":
        end = self.now + seconds
        self._gather()
        while True:
            timer = self.link.next_timeout()
            times = [self._tick, *([timer] if timer is not None else []), *(f[0] for f in self._flights[:1])]
            if min(times) > end:
                break
            self.now = max(self.now, min(times))
            if self._flights and self._flights[0][0] <= self.now:
                _, _, to, frame = heapq.heappop(self._flights)
                if to == "client":
                    self.client.receive(frame)
                else:
                    self.link.receive(frame, self.now)
            elif self._tick <= self.now:
                self.client.tick()
                self._tick = self.now + 1
            else:
                self.link.handle_timeout(self.now)
            self._gather()
        self.now = end
        return self

    def do(self, call, *arguments) -> None:
        call(*arguments, self.now)
        self._gather()

    def _gather(self) -> None:
        for effect in self.link.effects():
            if isinstance(effect, SendFrame):
                self.frames.append(effect.frame)
                self._launch("client", effect.frame)
            else:
                self.told.append(effect)
        for frame in self.client.out:
            self._launch("link", frame)
        self.client.out.clear()

    def _launch(self, to: str, frame: bytes) -> None:
        for _ in range(2 if self.random.random() < self.doubled else 1):
            if self.random.random() >= self.loss:
                at = self.now + 0.02 + self.random.random() * self.jitter
                heapq.heappush(self._flights, (at, next(self._order), to, frame))
