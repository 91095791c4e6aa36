"""What the show commands tell about: interfaces, their tunnels, and the flows of each with their SAs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from kakehashi.dialects.cisco_ios import defaults
from kakehashi.model.address import ANY, IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import (
    IkeSaState,
    IkeSaStatus,
    IsakmpSaStatus,
    Phase1Step,
    Role,
    Status,
    Traffic,
    TunnelStatus,
)
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev2 import KeyExchangeId

CONNECTION = 1000  # the device counts the SAs of IKE from 1001 on


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of ESP SAs, whichever IKE made it. `kilobytes` None is without limit."""

    sa: ChildSa
    remaining: float
    kilobytes: int | None
    pfs: KeyExchangeId
    traffic: Traffic = field(default_factory=Traffic)


@dataclass(frozen=True, slots=True)
class Flow:
    """Traffic that a tunnel takes, and the SAs that carry it now."""

    local: TrafficSelector
    remote: TrafficSelector
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A tunnel of the configuration with its state. IKE's SAs are those with its peer.

    `shared`: it is one of several, each with a peer of the tunnel's.
    """

    tunnel: Tunnel
    status: TunnelStatus
    flows: tuple[Flow, ...]
    isakmp: tuple[IsakmpSaStatus, ...]
    ike: tuple[IkeSaStatus, ...]
    shared: bool = False

    @property
    def interface(self) -> str:
        """Where the device shows it: the interface that bears the map, or the tunnel interface."""
        if self.tunnel.policy_based and self.tunnel.outgoing:
            return self.tunnel.outgoing.interface
        return self.tunnel.interface

    @property
    def tag(self) -> str:
        """The crypto map: its name, or the one that the device makes of a tunnel interface."""
        if self.tunnel.policy_based:
            return map_of(self.tunnel)[0]
        return f"{self.tunnel.interface}-head-0"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The SAs of all flows; one may carry several."""
        return tuple({pair.sa.spi_in: pair for flow in self.flows for pair in flow.pairs}.values())

    def carried(self, flow: Flow) -> Traffic:
        """What a flow has carried; beside other flows of its tunnel only what its present SAs have."""
        if len(self.flows) == 1 and not self.shared:
            out, into = self.status.outbound, self.status.inbound
            return Traffic(into.packets, into.octets, out.packets, out.octets)
        each = [pair.traffic for pair in flow.pairs]
        return Traffic(
            sum(t.packets_in for t in each),
            sum(t.octets_in for t in each),
            sum(t.packets_out for t in each),
            sum(t.octets_out for t in each),
        )

    @property
    def path(self) -> Path | None:
        """By which it is carried now."""
        paths = [p.sa.path for p in self.pairs] + [s.path for s in self.isakmp] + [s.path for s in self.ike]
        return paths[-1] if paths else None

    @property
    def is_transport(self) -> bool:
        """Does ESP protect what follows a packet's own IP header?"""
        return self.tunnel.ipsec.mode is EncapsulationMode.TRANSPORT


def sessions(status: Status, gateway: Gateway) -> list[Session]:
    """Every enabled tunnel, those of one interface together."""
    states = {t.name: t for t in status.tunnels}
    made = _pairs_by_tunnel(status)
    found = []
    for tunnel in gateway.tunnels:
        state = states.get(tunnel.interface)
        if state is None or not tunnel.enabled:
            continue
        pairs = made.get(tunnel.interface, [])
        peers = tunnel.peers if isinstance(tunnel, Ikev1Tunnel) else ()
        isakmp = tuple(s for s in status.isakmp_sas if s.peer in peers)
        ike = tuple(s for s in status.ike_sas if s.tunnel == tunnel.interface)
        whole = Session(tunnel, state, tuple(_flows(tunnel, pairs)), isakmp, ike)
        found += _by_peer(whole, pairs) if tunnel.peer_address is ANY else [whole]
    order = {name: n for n, name in enumerate(dict.fromkeys(s.interface for s in found))}
    return sorted(found, key=lambda s: order[s.interface])


Which = Callable[[Session], bool]


def which(peer: IPAddress | None, interface: str | None) -> Which:
    """Those of a peer, those of an interface, or all."""

    def is_meant(session: Session) -> bool:
        here = session.path.remote.ip if session.path else session.tunnel.peer_address
        return peer in (None, here) and interface in (None, session.interface, session.tunnel.interface)

    return is_meant


def whole_kilobytes(soft_bytes: int | None) -> int | None:
    """The volume of an SA of IKEv2, of which the model has what it carries until it is renewed."""
    return None if soft_bytes is None else soft_bytes // 1024 + defaults.REKEY_BEFORE_KILOBYTES


def map_of(tunnel: Tunnel) -> tuple[str, str]:
    """The name of a tunnel's crypto map, and the number of its entry."""
    words = tunnel.interface.split(" ")
    return words[0], words[1] if len(words) > 1 else ""


def is_up(sa: IsakmpSaStatus) -> bool:
    """Is phase 1 over?"""
    return sa.step is Phase1Step.ESTABLISHED and sa.state is not IkeSaState.DELETING


def initiator_first(sa: IsakmpSaStatus) -> tuple[str, str]:
    """The addresses of the initiator and of the responder."""
    here, there = str(sa.path.local.ip), str(sa.path.remote.ip)
    return (here, there) if sa.role is Role.INITIATOR else (there, here)


def _by_peer(whole: Session, pairs: list[Pair]) -> list[Session]:
    """A tunnel of many peers as one session with each."""
    paths = [*(p.sa.path for p in pairs), *(s.path for s in whole.isakmp), *(s.path for s in whole.ike)]
    peers = dict.fromkeys(path.remote.ip for path in paths)
    if len(peers) < 2:
        return [whole]
    return [
        replace(
            whole,
            flows=tuple(_flows(whole.tunnel, [p for p in pairs if p.sa.path.remote.ip == peer])),
            isakmp=tuple(s for s in whole.isakmp if s.path.remote.ip == peer),
            ike=tuple(s for s in whole.ike if s.path.remote.ip == peer),
            shared=True,
        )
        for peer in peers
    ]


def _pairs_by_tunnel(status: Status) -> dict[str, list[Pair]]:
    found = [Pair(sa.sa, sa.remaining, sa.kilobytes, sa.pfs) for sa in status.ipsec_sas]
    for ike in status.ike_sas:
        for child in ike.children:
            kilobytes = whole_kilobytes(child.sa.soft_bytes)
            found.append(Pair(child.sa, child.remaining, kilobytes, child.key_exchange))
    made: dict[str, list[Pair]] = {}
    for pair in found:
        traffic = status.traffic.get(pair.sa.spi_in, Traffic())
        made.setdefault(pair.sa.tunnel, []).append(replace(pair, traffic=traffic))
    return made


def _flows(tunnel: Tunnel, pairs: list[Pair]) -> Iterator[Flow]:
    """What the configuration names, then what only the peer named."""
    configured: dict[tuple[TrafficSelector, TrafficSelector], list[Pair]] = {}
    if tunnel.peer_address is not ANY:
        in_step = zip(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, strict=False)
        configured = {pair: [] for pair in in_step}
    for made in pairs:
        for selectors in zip(made.sa.local_selectors, made.sa.remote_selectors, strict=False):
            configured.setdefault(selectors, []).append(made)
    return (Flow(local, remote, tuple(made)) for (local, remote), made in configured.items())
