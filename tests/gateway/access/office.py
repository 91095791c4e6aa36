"""A gateway that people dial in to, with a data plane that carries nothing by itself, in virtual time."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from kakehashi.dataplane.memory import MemoryDataPlane
from kakehashi.dataplane.protocol import L2tpActivity, L2tpMessage
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.gateway.access.driver import Access, Asks
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.ike.effects import Level
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.l2tp_server import L2tpServer
from tests.dialects.nec_ix.test_l2tp import LNS
from tests.gateway.builders import child_sa
from tests.l2tp.client import Lac
from tests.ppp.client import Client

TUNNEL = "Tunnel0.0"
OFFICE = ip_address("192.0.2.2")


def gateway(**changes: Any) -> Gateway:
    """As the NEC configuration says, with changes of its server."""
    found = NecIx().lower(LNS, "lns.cfg").gateway
    (server,) = found.l2tp_servers
    return replace(found, l2tp_servers=(replace(server, **changes),))


def server(**changes: Any) -> L2tpServer:
    (found,) = gateway(**changes).l2tp_servers
    return found


class Office:
    """`changed`: how often an address came or went."""

    def __init__(self, asks: Asks | None = None, **changes: Any) -> None:
        self.plane = MemoryDataPlane()
        self.said = io.StringIO()
        self.changed = 0
        self.laptops: dict[str, Laptop] = {}
        self.access = Access(
            self.plane,
            Log(LogOptions(Level.DEBUG), lambda: datetime(2026, 1, 2, tzinfo=UTC), self.said),
            lambda: datetime(2026, 1, 2, tzinfo=UTC),
            mtu=lambda tunnel: 1380,
            changed=self._count,
            entropy=_chance(),
            asks=asks,
        )
        self.access.configure(gateway(**changes))

    def dial(self, user: str, password: str, peer: str = "one", **changes: Any) -> "Laptop":
        self.laptops[peer] = Laptop(self, user, password, peer, len(self.laptops), **changes)
        return self.laptops[peer]

    async def run(self, seconds: float) -> None:
        """Let the time go on; the wire takes a tenth of a second."""
        for _ in range(round(seconds * 10)):
            self._carry()
            await asyncio.sleep(0.1)

    def _carry(self) -> None:
        second = round(asyncio.get_running_loop().time() * 10) % 10 == 0
        sent, self.plane.sent_l2tp = self.plane.sent_l2tp, []
        for payload, path, peer in sent:
            laptop = self.laptops[peer]
            assert path == laptop.path
            laptop.lac.receive(payload)
        for laptop in self.laptops.values():
            if second:
                laptop.lac.tick()
            laptop.speak()

    def _count(self) -> None:
        self.changed += 1


class Laptop:
    """Somebody who dials in by an SA of its own."""

    def __init__(
        self, office: Office, user: str, password: str, peer: str, number: int, method: str = "md5"
    ) -> None:
        self.office, self.peer = office, peer
        self.ppp = Client(user, password, method)
        self.lac = Lac(self.ppp, tunnel=70 + number, session=5 + number)
        self.path = Path(SocketAddress(OFFICE, 1701), SocketAddress(ip_address("203.0.113.9"), 1701))
        self.spi = 0x1000 + number
        self.office.access.installed(self.sa(self.spi))
        self.lac.begin()

    def sa(self, spi: int) -> Any:
        return replace(child_sa(spi_in=spi), tunnel=TUNNEL, peer=self.peer)

    def speak(self) -> None:
        out, self.lac.out = list(self.lac.out), []
        for payload in out:
            self.office.access.message(L2tpMessage(TUNNEL, payload, self.path, self.peer))

    @property
    def address(self) -> str:
        return str(ip_address(self.ppp.address)) if self.ppp.address else ""

    def packets(self, idle: float | None, inbound: int = 1) -> None:
        """What the data plane has seen of its session."""
        plane = self.office.plane
        (ids,) = [i for i, s in plane.sessions.items() if s.peer == self.peer]
        plane.session_activities = [
            a for a in plane.session_activities if (a.tunnel_id, a.session_id) != ids[1:]
        ]
        plane.session_activities.append(L2tpActivity(*ids, inbound, 100, 1, 100, idle, idle))


def _chance() -> Any:
    import random

    return random.Random(7).randbytes
