"""A simulated internet in virtual time: endpoints, their data planes as far as IKE sees them, and what is between.

Everything that happens by chance comes from a seeded generator, so a story that fails fails again.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import count

from kakehashi.ike.effects import (
    AskActivity,
    Effect,
    Event,
    EventName,
    FetchRevocation,
    InstallChildSa,
    MoveChildSa,
    RemoveChildSa,
    Send,
    SendNatKeepalive,
    UseOutbound,
)
from kakehashi.ike.endpoint import Endpoint
from kakehashi.ike.limits import Limits
from kakehashi.model.address import IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import IkeSaState


@dataclass
class Conditions:
    """What happens to datagrams: chances 0 to 1, one-way latency in seconds with a part by chance."""

    loss: float = 0.0
    duplication: float = 0.0
    latency: float = 0.02
    jitter: float = 0.0


class Node:
    """A gateway on the wire: an endpoint, and the Child SAs as its data plane has them."""

    def __init__(self, wire: "Wire", name: str, gateway: Gateway, address: str, limits: Limits) -> None:
        self.wire = wire
        self.name = name
        self.gateway = gateway
        self.limits = limits
        self.address = ip_address(address)
        self.events: list[Event] = []
        self.always: dict[str, IPAddress] = {}
        self.boot()

    def boot(self) -> None:
        """Start with an empty memory."""
        seed = self.wire.random.getrandbits(64)
        self.entropy = random.Random(seed)
        self.endpoint = Endpoint(self.gateway, self.entropy.randbytes, self.limits)
        self.children: dict[int, ChildSa] = {}
        self.outbound: dict[str, int] = {}
        self.removed: list[RemoveChildSa] = []
        self.keepalives = 0
        self.fetches: list[FetchRevocation] = []
        self.lost: list[int] = []  # the SPIs of packets that nothing here opens
        self.last_in: dict[int, float] = {}
        self.last_out: dict[int, float] = {}

    def path_to(self, remote: IPAddress | str, port: int = 500) -> Path:
        remote = ip_address(remote) if isinstance(remote, str) else remote
        return Path(SocketAddress(self.address, port), SocketAddress(remote, port))

    def initiate(self, tunnel: str, remote: "Node | str", trigger: object = None) -> bool:
        address = remote.public if isinstance(remote, Node) else ip_address(remote)
        begun = self.endpoint.initiate(tunnel, self.path_to(address), self.wire.now, trigger)  # type: ignore[arg-type]
        self.wire.carry_out(self)
        return begun

    def do(self, call: Callable[..., object], *arguments: object) -> object:
        """Call a method of the endpoint with the time of the wire, and carry out what it wants."""
        result = call(*arguments, self.wire.now)
        self.wire.carry_out(self)
        return result

    @property
    def public(self) -> IPAddress:
        nat = self.wire.nats.get(self.address)
        return nat.public if nat else self.address

    def told(self, name: EventName) -> list[Event]:
        return [event for event in self.events if event.name is name]

    def failures(self) -> list[str]:
        return [event.message for event in self.told(EventName.NEGOTIATION_FAILED)]

    def ike_sas(self, state: IkeSaState = IkeSaState.ESTABLISHED):
        return [s for s in self.endpoint.ike_sas(self.wire.now) if s.state is state]

    def isakmp_sas(self, state: IkeSaState = IkeSaState.ESTABLISHED):
        return [s for s in self.endpoint.isakmp_sas(self.wire.now) if s.state is state]

    def ipsec_sas(self):
        return self.endpoint.ipsec_sas(self.wire.now)

    def tell_activity(self, spi_in: int) -> None:
        """Answer AskActivity as a data plane does."""
        times = (self.last_in.get(spi_in), self.last_out.get(spi_in))
        idle = (None if time is None else self.wire.now - time for time in times)
        self.endpoint.activity(spi_in, *idle, self.wire.now)

    def used(self, tunnel: str) -> ChildSa | None:
        """The Child SA that the tunnel's packets leave by."""
        spi = self.outbound.get(tunnel)
        return None if spi is None else self.children.get(spi)


@dataclass
class Nat:
    """A NAPT before one node: every destination sees the public address and a port of the NAT's choice."""

    public: IPAddress
    mappings: dict[SocketAddress, int] = field(default_factory=dict)
    next_port: int = 40000

    def out(self, source: SocketAddress) -> SocketAddress:
        if source not in self.mappings:
            self.mappings[source] = self.next_port
            self.next_port += 1
        return SocketAddress(self.public, self.mappings[source])

    def back(self, port: int) -> SocketAddress | None:
        return next((source for source, mapped in self.mappings.items() if mapped == port), None)

    def forget(self) -> None:
        """The mappings change, as after a restart of the NAT."""
        self.mappings.clear()


class Wire:
    """The nodes and what is between them. Time goes only in `run`."""

    def __init__(self, seed: int = 1, conditions: Conditions | None = None) -> None:
        self.random = random.Random(seed)
        self.conditions = conditions or Conditions()
        self.now = 1000.0
        self.nodes: dict[IPAddress, Node] = {}
        self.nats: dict[IPAddress, Nat] = {}
        self.sent: list[tuple[float, str, bytes, Path]] = []
        self.keep_sent = True
        self.filter: Callable[[Node, bytes], bool] | None = None
        self.traffic = True
        self._flights: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def node(self, name: str, gateway: Gateway, address: str, limits: Limits | None = None) -> Node:
        node = Node(self, name, gateway, address, limits or Limits())
        self.nodes[node.address] = node
        return node

    def nat(self, node: Node, public: str) -> Nat:
        self.nats[node.address] = Nat(ip_address(public))
        return self.nats[node.address]

    def at(self, time: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._flights, (time, next(self._order), what))

    def carry_out(self, node: Node) -> None:
        """What the driver does with effects."""
        while effects := node.endpoint.effects():
            for effect in effects:
                self._carry_out(node, effect)

    def _carry_out(self, node: Node, effect: Effect) -> None:
        match effect:
            case Send(datagram, path):
                if self.keep_sent:
                    self.sent.append((self.now, node.name, datagram, path))
                if self.filter is None or self.filter(node, datagram):
                    self._launch(node, path, lambda to, p, d=datagram: self._deliver(to, d, p))
            case SendNatKeepalive():
                node.keepalives += 1
            case InstallChildSa(sa, use_outbound):
                assert sa.spi_in not in node.children
                node.children[sa.spi_in] = sa
                if use_outbound:
                    self._use(node, sa.tunnel, sa.spi_in)
            case UseOutbound(tunnel, spi_in):
                assert spi_in in node.children
                self._use(node, tunnel, spi_in)
            case MoveChildSa(_, spi_in, path, encapsulation):
                node.children[spi_in] = replace(
                    node.children[spi_in], path=path, udp_encapsulation=encapsulation
                )
            case RemoveChildSa(tunnel, spi_in):
                del node.children[spi_in]
                if node.outbound.get(tunnel) == spi_in:
                    del node.outbound[tunnel]
                node.removed.append(effect)
            case AskActivity(spis):
                for spi in spis:
                    node.tell_activity(spi)
            case FetchRevocation():
                node.fetches.append(effect)
            case Event():
                node.events.append(effect)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(self.now + seconds)

    def run_until(self, end: float) -> None:
        while True:
            timers = [(t, n) for n in self.nodes.values() if (t := n.endpoint.next_timeout()) is not None]
            timer = min(timers, key=lambda pair: pair[0], default=None)
            flight = self._flights[0][0] if self._flights else None
            times = [t for t in (timer[0] if timer else None, flight) if t is not None]
            if not times or min(times) > end:
                break
            self.now = max(self.now, min(times))
            if flight is not None and flight <= self.now:
                heapq.heappop(self._flights)[2]()
            elif timer is not None:
                timer[1].endpoint.handle_timeout(self.now)
                self.carry_out(timer[1])
        self.now = end

    def _use(self, node: Node, tunnel: str, spi_in: int) -> None:
        node.outbound[tunnel] = spi_in
        if self.traffic:
            self.send_esp(node, spi_in)

    def send_esp(self, node: Node, spi_in: int) -> None:
        """A packet leaves by a pair of SAs."""
        sa = node.children[spi_in]
        node.last_out[spi_in] = self.now
        self._launch(node, sa.path, lambda to, path: self._deliver_esp(to, sa.spi_out, path))

    def talk(self, node: Node, tunnel: str, interval: float = 1.0) -> None:
        """A packet for the tunnel every so many seconds; it is lost while there is no SA."""

        def packet() -> None:
            if node.used(tunnel) is not None:
                self.send_esp(node, node.outbound[tunnel])
            self.at(self.now + interval, packet)

        packet()

    def _launch(self, node: Node, path: Path, deliver: Callable[[Node, Path], None]) -> None:
        nat = self.nats.get(node.address)
        source = nat.out(path.local) if nat else path.local
        copies = 2 if self.random.random() < self.conditions.duplication else 1
        for _ in range(copies):
            if self.random.random() < self.conditions.loss:
                continue
            delay = self.conditions.latency + self.random.random() * self.conditions.jitter
            self.at(self.now + delay, lambda: self._arrive(source, path.remote, deliver))

    def _arrive(
        self, source: SocketAddress, destination: SocketAddress, deliver: Callable[[Node, Path], None]
    ) -> None:
        to = self.nodes.get(destination.ip)
        if to is None or to.address in self.nats:
            for private, nat in self.nats.items():
                if nat.public == destination.ip:
                    inside = nat.back(destination.port)
                    if inside is not None:
                        deliver(self.nodes[private], Path(inside, source))
            return
        deliver(to, Path(destination, source))

    def _deliver(self, to: Node, datagram: bytes, path: Path) -> None:
        to.endpoint.receive(datagram, path, self.now)
        self.carry_out(to)

    def _deliver_esp(self, to: Node, spi: int, path: Path) -> None:
        if spi in to.children:
            to.last_in[spi] = self.now
            to.endpoint.first_inbound(spi, self.now)
            if to.children[spi].path.remote != path.remote:
                to.endpoint.peer_moved(spi, path.remote, self.now)
        else:
            to.lost.append(spi)
            to.endpoint.unknown_spi(spi, path, self.now)
        self.carry_out(to)

    def keep_up(self, node: Node, tunnel: str, remote: Node, interval: float = 10.0) -> None:
        """Always on (V2-09): every ten seconds the tunnel is brought up if it is down."""

        def check() -> None:
            if node.used(tunnel) is None:
                node.initiate(tunnel, remote)
            self.at(self.now + interval, check)

        check()


def pairs(one: Node, other: Node) -> list[tuple[ChildSa, ChildSa]]:
    """The Child SAs of two nodes, matched by their SPIs. AssertionError if one end has what the other has not."""
    theirs = {sa.spi_out: sa for sa in other.children.values()}
    assert set(one.children) == set(theirs), "the ends do not hold the same Child SAs"
    return [(sa, theirs[spi]) for spi, sa in one.children.items()]


def assert_in_step(one: Node, other: Node) -> None:
    """Both hold the same Child SAs with the same keys crosswise, and the same IKE SAs."""
    for a, b in pairs(one, other):
        assert a.spi_out == b.spi_in
        assert a.keys_in == b.keys_out
        assert a.keys_out == b.keys_in
        assert (a.cipher, a.integrity, a.esn) == (b.cipher, b.integrity, b.esn)
        assert set(a.local_selectors) == set(b.remote_selectors)
        assert set(a.remote_selectors) == set(b.local_selectors)
        assert a.udp_encapsulation == b.udp_encapsulation
    ikes = [{(s.spi_i, s.spi_r) for s in node.ike_sas()} for node in (one, other)]
    assert ikes[0] == ikes[1], "the ends do not hold the same IKE SAs"
    first = [{(s.initiator_cookie, s.responder_cookie) for s in node.isakmp_sas()} for node in (one, other)]
    assert first[0] == first[1], "the ends do not hold the same ISAKMP SAs"
