"""Stations of one multipoint network on a simulated wire in virtual time; chance comes from a seed."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network
from itertools import count

from kakehashi.model.secret import Secret
from kakehashi.nhrp.effects import Event, EventName, PeerKnown, PeerLost, Send, ShortcutDown, ShortcutUp
from kakehashi.nhrp.settings import Mapping, Settings, Way
from kakehashi.nhrp.station import Station
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import PacketType

HUB = IPv4Address("192.0.2.1")
HUB_INSIDE = IPv4Address("10.0.0.1")
TUNNEL = ip_network("10.0.0.0/24")


def address(text: str) -> IPv4Address:
    found = ip_address(text)
    assert isinstance(found, IPv4Address)
    return found


def ip_packet(source: str, destination: str) -> bytes:
    header = bytes((0x45, 0, 0, 28, 0, 0, 0, 0, 64, 253, 0, 0))
    return header + address(source).packed + address(destination).packed + bytes(8)


@dataclass
class Router:
    """A station, its routing table, and what it has told. `outside`: where others find it."""

    station: Station
    settings: Settings
    outside: IPv4Address
    routes: dict[IPv4Network, IPv4Address | None]
    told: list[object] = field(default_factory=list)
    sent: list[tuple[bytes, IPv4Address]] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [e for e in self.told if isinstance(e, kind)]

    def events(self, name: EventName) -> list[str]:
        return [e.message for e in self.of(Event) if e.name is name]

    def nbma(self, inside: IPv4Address):
        """Where the driver sends packets for a next hop: as PeerKnown and PeerLost have said."""
        found = None
        for effect in self.told:
            if isinstance(effect, PeerKnown) and effect.address == inside:
                found = effect.nbma
            elif isinstance(effect, PeerLost) and effect.address == inside:
                found = None
        return found

    def way(self, destination) -> Way | None:
        fits = [n for n in self.routes if destination in n]
        if not fits:
            return None
        network = max(fits, key=lambda n: n.prefixlen)
        next_hop = self.routes[network]
        return Way(network, destination if network == TUNNEL else next_hop)


class World:
    def __init__(self, seed: int = 1, loss: float = 0, doubled: float = 0, jitter: float = 0) -> None:
        self.random = random.Random(seed)
        self.now = 1000.0
        self.loss, self.doubled, self.jitter = loss, doubled, jitter
        self.routers: dict[IPv4Address, Router] = {}
        self.cut: set[frozenset[IPv4Address]] = set()
        self._flights: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def add(self, settings: Settings, lan: str = "", nat: str = "", through: str = "") -> Router:
        """A router. `nat`: its address outside; `through`: the next hop of everything else."""
        outside = address(nat) if nat else settings.nbma
        routes: dict = {TUNNEL: None}
        if lan:
            routes[ip_network(lan)] = None
        if through:
            routes[ip_network("10.0.0.0/8")] = address(through)
        ways: list[Router] = []
        station = Station(
            settings,
            lambda destination: ways[0].way(destination) if ways else None,
            self.random.randbytes,
            self.now,
        )
        router = Router(station, settings, outside, routes)
        ways.append(router)
        self.routers[outside] = router
        self._gather()
        return router

    def hub(self, **more) -> Router:
        return self.add(Settings(address=HUB_INSIDE, nbma=HUB, **more))

    def spoke(self, number: int, nat: str = "", **more) -> Router:
        """With the LAN 10.<number>.0.0/16, a summary by the hub, and the hub as its server."""
        more.setdefault("servers", (Mapping(HUB_INSIDE, HUB),))
        settings = Settings(
            address=IPv4Address(f"10.0.0.{number}"), nbma=IPv4Address(f"198.51.100.{number}"), **more
        )
        return self.add(settings, f"10.{number}.0.0/16", nat, "10.0.0.1")

    def learn_routes(self, hub: Router) -> None:
        """The hub's routing protocol has heard of the spokes' LANs."""
        for router in self.routers.values():
            if router is not hub:
                lan = next(n for n in router.routes if n.prefixlen == 16)
                hub.routes[lan] = router.settings.address

    def inject(self, router: Router, data: bytes, origin: str) -> None:
        router.station.receive(data, address(origin), self.now)
        self._gather()

    def do(self, call, *arguments) -> None:
        call(*arguments)
        self._gather()

    def ping(self, router: Router, source: str, destination: str) -> list[Router]:
        """The routers that a packet passes, beginning with its own."""
        passed, origin = [router], None
        while len(passed) < 8:
            way = router.way(address(destination))
            if way is None or way.next_hop is None or router.settings.address == address(destination):
                return passed
            nbma = router.nbma(way.next_hop)
            if nbma is None:
                self.do(router.station.resolve, way.next_hop, self.now)
                if not router.settings.servers:
                    return passed
                nbma = router.settings.servers[0].nbma
            if origin is not None:
                self.do(router.station.forwarded, ip_packet(source, destination), origin, self.now)
            router.station.used(way.next_hop)
            origin, router = router.outside, self.routers[nbma]
            passed.append(router)
        return passed

    def run(self, seconds: float) -> "World":
        end = self.now + seconds
        self._gather()
        while True:
            timers = [t for r in self.routers.values() if (t := r.station.next_timeout()) is not None]
            at = min([*timers, *(f[0] for f in self._flights[:1])], default=end + 1)
            if at > end:
                break
            self.now = max(self.now, at)
            if self._flights and self._flights[0][0] <= self.now:
                heapq.heappop(self._flights)[2]()
            else:
                for router in self.routers.values():
                    router.station.handle_timeout(self.now)
            self._gather()
        self.now = end
        return self

    def _gather(self) -> None:
        for router in self.routers.values():
            for effect in router.station.effects():
                if isinstance(effect, Send):
                    router.sent.append((effect.packet, effect.to))
                    self._launch(router, effect)
                    continue
                router.told.append(effect)
                if isinstance(effect, ShortcutUp):
                    router.routes[effect.destination] = effect.next_hop
                elif isinstance(effect, ShortcutDown):
                    del router.routes[effect.destination]

    def _launch(self, router: Router, send: Send) -> None:
        if frozenset((router.outside, send.to)) in self.cut:
            return
        for _ in range(2 if self.random.random() < self.doubled else 1):
            to = self.routers.get(send.to)
            if to is None or self.random.random() < self.loss:
                continue

            def arrive(to: Router = to) -> None:
                to.station.receive(send.packet, router.outside, self.now)

            at = self.now + 0.02 + self.random.random() * self.jitter
            heapq.heappush(self._flights, (at, next(self._order), arrive))


PASSWORD = Secret(b"kakehash")


def packets(router, kind: PacketType) -> list[tuple[Packet, IPv4Address]]:
    read = [(Packet.decode(data), to) for data, to in router.sent]
    return [(packet, to) for packet, to in read if packet.type is kind]


def phase3(**more):
    """A hub and two spokes that have registered, and redirects."""
    world = World(**more)
    hub = world.hub(redirect=True, authentication=PASSWORD)
    left = world.spoke(2, shortcut=True, authentication=PASSWORD)
    right = world.spoke(3, shortcut=True, authentication=PASSWORD)
    world.learn_routes(hub)
    return world, hub, left, right
