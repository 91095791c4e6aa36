"""Two gateways negotiate in one process, in virtual time: is the tunnel up, does it survive its rekeys?

The cores are the ones that run a gateway; between them is a wire that loses nothing. What a data plane would
do is done as far as the cores notice: every pair of SAs carries a packet each way as soon as it is used.
"""

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

from kakehashi.check.certificates import invent, simulated
from kakehashi.ike.effects import (
    AskActivity,
    Effect,
    Event,
    EventName,
    InstallChildSa,
    MoveChildSa,
    RemoveChildSa,
    Send,
    UseOutbound,
)
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model.address import IKE_PORT, AnyAddress, Hostname, IPAddress, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IkeSaStatus, IpsecSaStatus, IsakmpSaStatus
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

_LATENCY = 0.01  # seconds
_PATIENCE = 120.0  # seconds of virtual time for a negotiation: longer than any device retransmits
_NAT_PORT = 40000


class Node:
    """A gateway in the simulation, for any number of attempts. `outside`: what a NAT makes of its address."""

    def __init__(self, name: str, gateway: Gateway, outside: IPAddress | None = None) -> None:
        self.name = name
        self.gateway = _quiet(gateway)
        self.outside = outside
        self.tunnels = {tunnel.interface: tunnel for tunnel in reversed(self.gateway.tunnels)}
        entropy = random.Random(name).randbytes  # noqa: S311
        self.endpoint = Endpoint(self.gateway, entropy, keyring=invent(self.gateway))
        self.events: list[Event] = []
        self.sas: dict[int, ChildSa] = {}
        self.leaves_by: dict[str, int] = {}
        self._mappings: dict[SocketAddress, SocketAddress] = {}

    def translated(self, source: SocketAddress) -> SocketAddress:
        """The source as the internet sees it."""
        if self.outside is None:
            return source
        if source not in self._mappings:
            self._mappings[source] = SocketAddress(self.outside, _NAT_PORT + len(self._mappings))
        return self._mappings[source]

    def inner(self, destination: SocketAddress) -> SocketAddress | None:
        """The inner address of what comes from the internet; None: it does not come through the NAT."""
        if self.outside is None:
            return destination
        return next((inner for inner, outer in self._mappings.items() if outer == destination), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One end of a pair: which tunnel of which node, and the address that it speaks from."""

    node: Node
    tunnel: str
    address: IPAddress

    @property
    def reachable_at(self) -> IPAddress:
        """Where the other side finds it."""
        return self.node.outside or self.address

    @property
    def configured(self) -> Tunnel:
        """The tunnel as it is simulated."""
        found = self.node.tunnels.get(self.tunnel)
        if found is None:
            raise LookupError(f"{self.node.name} has no tunnel {self.tunnel}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One side begins.

    `failures`: the sentences with which both sides tell of a failed negotiation, the beginner's first. `sa`,
    `ike`, `ipsec`: what the beginner has. The rekeys are None where neither side would begin one.
    """

    begins: str
    comes_up: bool
    failures: tuple[str, ...] = ()
    sa: ChildSa | None = None
    ike: IkeSaStatus | IsakmpSaStatus | None = None
    ipsec: IpsecSaStatus | None = None
    survives_child_rekey: bool | None = None
    survives_ike_rekey: bool | None = None
    rekey_failures: tuple[str, ...] = ()


@dataclass(slots=True)
class Wire:
    """What is between two sides; time goes only while a negotiation needs it."""

    sides: tuple[Side, Side]
    now: float = 1000.0
    _flights: list[tuple[float, int, Node, bytes, Path]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Both gateways."""
        return self.sides[0].node, self.sides[1].node

    def attempt(self, begins: Side) -> Attempt:
        """Let one side begin, then both phases be rekeyed; afterwards nothing of it is left."""
        other = self.sides[1] if begins is self.sides[0] else self.sides[0]
        for side, far in ((begins, other), (other, begins)):
            side.node.events.clear()
            if isinstance(side.configured.peer_address, Hostname):
                side.node.endpoint.set_peer_addresses(side.tunnel, frozenset({far.reachable_at}))
        try:
            return self._attempt(begins, other)
        finally:
            for side in (begins, other):
                side.node.endpoint.discard(side.tunnel, "the simulation is over", self.now)
                self._carry_out(side.node)
            self._flights.clear()

    def _attempt(self, begins: Side, other: Side) -> Attempt:
        begun = begins.node.endpoint.initiate(begins.tunnel, _path(begins, other), self.now)
        self._carry_out(begins.node)
        if begun:
            self._run_until(lambda: self._is_up(begins, other) or bool(_failures(begins)))
            self._run_for(1.0)
        if not self._is_up(begins, other):
            return Attempt(
                begins=begins.node.name, comes_up=False, failures=(*_failures(begins), *_failures(other))
            )
        sa = self._used(begins)
        return replace(self._agreed(begins, sa), **self._rekeys(begins, other))  # type: ignore[arg-type]

    def _agreed(self, begins: Side, sa: ChildSa | None) -> Attempt:
        endpoint = begins.node.endpoint
        ike: IkeSaStatus | IsakmpSaStatus | None = next(
            (s for s in endpoint.ike_sas(self.now) if s.tunnel == begins.tunnel), None
        )
        ipsec = next((s for s in endpoint.ipsec_sas(self.now) if s.sa.tunnel == begins.tunnel), None)
        if ike is None and ipsec is not None:
            ike = next((s for s in endpoint.isakmp_sas(self.now) if s.serial == ipsec.isakmp_serial), None)
        return Attempt(begins=begins.node.name, comes_up=True, sa=sa, ike=ike, ipsec=ipsec)

    def _rekeys(self, begins: Side, other: Side) -> Mapping[str, object]:
        """Rekey both phases, from the side whose lifetime ends first. None: neither side ever does."""
        failures: list[str] = []
        for side in (begins, other):
            side.node.events.clear()
        child = self._rekey_child(begins, other)
        failures += [*_rekey_failures(begins), *_rekey_failures(other)]
        for side in (begins, other):
            side.node.events.clear()
        ike = self._rekey_ike(begins, other) if child is not False else None
        failures += [*_rekey_failures(begins), *_rekey_failures(other)]
        return {
            "survives_child_rekey": child,
            "survives_ike_rekey": ike,
            "rekey_failures": tuple(dict.fromkeys(failures)),
        }

    def _rekey_child(self, begins: Side, other: Side) -> bool | None:
        for side in sorted((begins, other), key=lambda s: _child_rekey_after(s.configured)):
            before = self._used(side)
            if before is None:
                return False
            side.node.endpoint.expire(before.spi_in, self.now)
            self._carry_out(side.node)
            self._run_until(partial(self._settled, side, before))
            self._run_for(1.0)
            if self._replaced(side, before):
                return self._is_up(begins, other)
            if _rekey_failures(side):
                return False
        return None

    def _rekey_ike(self, begins: Side, other: Side) -> bool | None:
        for side in (begins, other):
            if not side.node.endpoint.rekey(side.tunnel, self.now):
                continue
            self._carry_out(side.node)
            self._run_until(partial(_ike_settled, side))
            self._run_for(1.0)
            return _told(side, EventName.IKE_SA_REKEYED) and self._is_up(begins, other)
        return None

    def _is_up(self, one: Side, other: Side) -> bool:
        """Each side sends by an SA that the other has."""
        a, b = self._used(one), self._used(other)
        return a is not None and b is not None and a.spi_out in other.node.sas and b.spi_out in one.node.sas

    def _replaced(self, side: Side, before: ChildSa) -> bool:
        used = self._used(side)
        return used is not None and used.spi_in != before.spi_in

    def _settled(self, side: Side, before: ChildSa) -> bool:
        return self._replaced(side, before) or bool(_rekey_failures(side))

    def _used(self, side: Side) -> ChildSa | None:
        return side.node.sas.get(side.node.leaves_by.get(side.tunnel, 0))

    def _run_for(self, seconds: float) -> None:
        self._run(lambda: False, self.now + seconds)

    def _run_until(self, done: Callable[[], bool]) -> None:
        self._run(done, self.now + _PATIENCE)

    def _run(self, done: Callable[[], bool], end: float) -> None:
        while not done():
            due = [(t, n) for n in self.nodes if (t := n.endpoint.next_timeout()) is not None]
            timer = min(due, key=lambda pair: pair[0], default=None)
            flight = self._flights[0][0] if self._flights else None
            times = [t for t in (flight, timer[0] if timer else None) if t is not None]
            if not times or min(times) > end:
                self.now = end
                return
            self.now = max(self.now, min(times))
            if flight is not None and flight <= self.now:
                _, _, node, datagram, path = heapq.heappop(self._flights)
                node.endpoint.receive(datagram, path, self.now)
                self._carry_out(node)
            elif timer is not None:
                timer[1].endpoint.handle_timeout(self.now)
                self._carry_out(timer[1])

    def _carry_out(self, node: Node) -> None:
        while effects := node.endpoint.effects():
            for effect in effects:
                self._effect(node, effect)

    def _effect(self, node: Node, effect: Effect) -> None:
        match effect:
            case Send(datagram, path):
                self._send(node, datagram, path)
            case InstallChildSa(sa, use_outbound):
                node.sas[sa.spi_in] = sa
                if use_outbound:
                    self._use(node, sa.tunnel, sa.spi_in)
            case UseOutbound(tunnel, spi_in):
                self._use(node, tunnel, spi_in)
            case MoveChildSa(_, spi_in, path, encapsulation):
                node.sas[spi_in] = replace(node.sas[spi_in], path=path, udp_encapsulation=encapsulation)
            case RemoveChildSa(tunnel, spi_in):
                node.sas.pop(spi_in, None)
                if node.leaves_by.get(tunnel) == spi_in:
                    del node.leaves_by[tunnel]
            case AskActivity(spis):
                for spi in spis:
                    node.endpoint.activity(spi, 0.0, 0.0, self.now)
            case Event():
                node.events.append(effect)

    def _use(self, node: Node, tunnel: str, spi_in: int) -> None:
        node.leaves_by[tunnel] = spi_in
        peer_spi = node.sas[spi_in].spi_out
        for other in self.nodes:
            if peer_spi in other.sas:
                other.endpoint.first_inbound(peer_spi, self.now)
                self._carry_out(other)

    def _send(self, node: Node, datagram: bytes, path: Path) -> None:
        """What goes to an address that the other side does not have is lost, as on the internet."""
        source = node.translated(path.local)
        for side in self.sides:
            inner = side.node.inner(path.remote)
            if side.node is not node and inner is not None and inner.ip == side.address:
                flight = (self.now + _LATENCY, next(self._order), side.node, datagram, Path(inner, source))
                heapq.heappush(self._flights, flight)


def _path(begins: Side, other: Side) -> Path | None:
    """Where the first message goes: to the configured address, be it the other side's or not."""
    match begins.configured.peer_address:
        case AnyAddress() if begins.configured.multipoint:
            target = other.reachable_at
        case AnyAddress():
            return None
        case Hostname():
            target = other.reachable_at
        case address:
            target = address
    return Path(SocketAddress(begins.address, IKE_PORT), SocketAddress(target, IKE_PORT))


def _quiet(gateway: Gateway) -> Gateway:
    """The gateway without what only fills the time between two rekeys."""
    return replace(
        gateway,
        tunnels=tuple(_quiet_tunnel(tunnel) for tunnel in gateway.tunnels),
        ikev1_peers=tuple(
            replace(p, dpd=None, nat_keepalive=None, certificates=simulated(p.certificates))
            for p in gateway.ikev1_peers
        ),
    )


def _quiet_tunnel(tunnel: Tunnel) -> Tunnel:
    if isinstance(tunnel, Ikev2Tunnel):
        return replace(
            tunnel,
            ike=replace(tunnel.ike, dpd_interval=None, nat_keepalive=None),
            peer=_simulated(tunnel.peer),
            parties=tuple(replace(party, peer=_simulated(party.peer)) for party in tunnel.parties),
        )
    return tunnel


def _simulated(peer: Authentication) -> Authentication:
    return replace(peer, certificates=simulated(peer.certificates))


def _child_rekey_after(tunnel: Tunnel) -> float:
    """Seconds from the birth of a pair of SAs to its rekey."""
    match tunnel:
        case Ikev2Tunnel():
            return tunnel.ipsec.rekey.after
        case Ikev1Tunnel() if tunnel.ipsec.proposals:
            lifetime = min(proposal.lifetime for proposal in tunnel.ipsec.proposals)
            return max(lifetime - tunnel.ipsec.rekey_before_end, lifetime // 2)
    return 0.0


def _failures(side: Side) -> tuple[str, ...]:
    return tuple(
        event.message
        for event in side.node.events
        if event.name is EventName.NEGOTIATION_FAILED and event.tunnel in ("", side.tunnel)
    )


def _rekey_failures(side: Side) -> tuple[str, ...]:
    names = (EventName.REKEY_FAILED, EventName.NEGOTIATION_FAILED)
    return tuple(e.message for e in side.node.events if e.name in names and e.tunnel in ("", side.tunnel))


def _ike_settled(side: Side) -> bool:
    return _told(side, EventName.IKE_SA_REKEYED) or bool(_rekey_failures(side))


def _told(side: Side, name: EventName) -> bool:
    return any(event.name is name and event.tunnel in ("", side.tunnel) for event in side.node.events)
