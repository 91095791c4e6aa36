"""The walk from the interface to the packets: at each place what is seen, until something is wrong."""

from collections.abc import Callable, Iterator

from kakehashi.check.device import Device
from kakehashi.check.explain.failed import failed_step
from kakehashi.check.explain.step import Explanation, Look, Step
from kakehashi.check.report import Remark
from kakehashi.check.rules.filters import check_filters
from kakehashi.check.rules.subject import Subject
from kakehashi.model.address import ANY, Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.parties import towards
from kakehashi.model.status import Status, TunnelStatus
from kakehashi.model.tunnel import ConnectType, PlainTunnel, Tunnel

_FIRST = (Look.KEY, Look.ANSWER, Look.PHASE1, Look.AUTHENTICATION, Look.PHASE2)


def explain(gateway: Gateway, status: Status, name: str | None = None) -> tuple[Explanation, ...]:
    """Every tunnel, or the one of that name. LookupError for a name that no tunnel has."""
    tunnels = [t for t in gateway.tunnels if name is None or t.interface == name]
    if not tunnels and name is not None:
        raise LookupError(name)
    return tuple(_explanation(tunnel, gateway, status) for tunnel in tunnels)


def _explanation(tunnel: Tunnel, gateway: Gateway, status: Status) -> Explanation:
    found = next((t for t in status.tunnels if t.name == tunnel.interface), None)
    state = found or TunnelStatus(name=tunnel.interface, up=False, down_reason="not set up yet")
    walk = _Walk(tunnel, state, gateway, status)
    steps: list[Step] = []
    for step in walk.steps():
        steps.append(step)
        if not step.good:
            break
    return Explanation(
        tunnel=tunnel.interface,
        peer=str(tunnel.peer_address),
        up=state.up and walk.has_sa,
        steps=tuple(steps),
        source=tunnel.source,
    )


class _Walk:
    """Of one tunnel."""

    def __init__(self, tunnel: Tunnel, state: TunnelStatus, gateway: Gateway, status: Status) -> None:
        self.tunnel, self.state, self.gateway, self.status = tunnel, state, gateway, status
        name = tunnel.interface
        children = [child.sa for s in status.ike_sas for child in s.children]
        sas = [sa for sa in (*children, *(s.sa for s in status.ipsec_sas)) if sa.tunnel == name]
        # What needs none has as good as one.
        self.has_sa = bool(sas) or isinstance(tunnel, PlainTunnel)
        carried = [status.traffic[sa.spi_in] for sa in sas if sa.spi_in in status.traffic]
        # What the SAs of now have carried; what went through those before says nothing of today.
        self.sent = sum(t.packets_out for t in carried) if carried else state.outbound.packets
        self.received = sum(t.packets_in for t in carried) if carried else state.inbound.packets

    def steps(self) -> Iterator[Step]:
        """In their order."""
        checks: tuple[Callable[[], Iterator[Step]], ...] = (
            self._interface,
            self._name,
            self._route,
            self._negotiation,
            self._traffic,
            self._filter,
            self._routing,
        )
        for check in checks:
            yield from check()

    def _bad(self, look: Look, sentence: str, remedy: str) -> Step:
        return Step(look=look, good=False, sentence=sentence, remedy=remedy, source=self.tunnel.source)

    def _good(self, look: Look, sentence: str) -> Step:
        return Step(look=look, good=True, sentence=sentence)

    def _interface(self) -> Iterator[Step]:
        reason, name = self.state.down_reason, self.tunnel.interface
        if not self.tunnel.enabled:
            yield self._bad(Look.INTERFACE, f"{name} is shut down", f"switch {name} on: no shutdown")
        elif reason.startswith(("outgoing interface", "source-address", "not set up yet", "the next hop")):
            yield self._bad(Look.INTERFACE, reason, "look at the cable, at shutdown and at the address there")
        else:
            yield self._good(Look.INTERFACE, f"{name} and what carries it are up")

    def _name(self) -> Iterator[Step]:
        address = self.tunnel.peer_address
        if not isinstance(address, Hostname):
            return
        known = next((n for n in self.status.names if n.name == address.name), None)
        if known is None or not known.addresses:
            why = f": {known.failure}" if known and known.failure else ""
            yield self._bad(
                Look.NAME,
                f"the peer's name {address} has no address{why}",
                "ask the name servers of the configuration for it; is there a way to them?",
            )
        else:
            yield self._good(
                Look.NAME, f"the peer's name {address} leads to {', '.join(map(str, known.addresses))}"
            )

    def _route(self) -> Iterator[Step]:
        reason = self.state.down_reason
        if reason.startswith(("no route to the peer", "the route to")):
            yield self._bad(Look.ROUTE, reason, "add a route to the peer that leads to the internet")
        elif self.tunnel.peer_address is not ANY:
            yield self._good(Look.ROUTE, "there is a way to the peer")

    def _negotiation(self) -> Iterator[Step]:
        failure = self.state.failure
        blocked = next(self._remarks(), None)
        if isinstance(self.tunnel, PlainTunnel):
            if self.state.up:
                yield self._good(Look.ANSWER, "nothing is negotiated: packets go in the clear")
            elif self.state.down_reason:
                yield self._bad(
                    Look.ANSWER,
                    self.state.down_reason,
                    "look at the peer, and at what is between: GRE is protocol 47",
                )
            return
        if self.has_sa:
            yield self._good(Look.PHASE2, "there are SAs with the peer")
            yield from self._missing_peers()
            return
        step = failed_step(self.tunnel, failure, self.gateway) if failure else None
        if step is not None:
            yield from self._before(step)
            # A filter of our own is why nobody answers.
            silent = step.look is Look.ANSWER and blocked is not None
            yield _of_remark(blocked) if silent and blocked else step
        elif blocked is not None:
            yield _of_remark(blocked)
        elif gone := self._gone():
            yield gone
        elif self.tunnel.peer_address is ANY:
            yield self._bad(
                Look.ANSWER,
                "the peer's address is not known: it has to begin, and has not yet",
                "look at the peer: does it know our address, and does it begin?",
            )
        elif self.tunnel.connect is ConnectType.ALWAYS:
            yield self._bad(
                Look.ANSWER, "a negotiation is under way, and has no answer yet", "ask again in half a minute"
            )

    def _missing_peers(self) -> Iterator[Step]:
        """Of a tunnel of many peers: what keeps one away while there are SAs with others."""
        for hop in self.status.next_hops:
            if hop.interface != self.tunnel.interface or hop.failure is None:
                continue
            one = towards(self.tunnel, hop.nbma, self.gateway)
            step = failed_step(one, hop.failure, self.gateway)
            if step is not None:
                yield step

    def _before(self, step: Step) -> Iterator[Step]:
        """What went well before that."""
        for look, sentence in (
            (Look.KEY, "there is a key, or a certificate"),
            (Look.ANSWER, "the peer answers"),
            (Look.PHASE1, "both sides agree on phase 1"),
            (Look.AUTHENTICATION, "both sides know each other"),
        ):
            if _FIRST.index(look) < _FIRST.index(step.look):
                yield self._good(look, sentence)

    def _gone(self) -> Step | None:
        """It had an SA, and has none any more."""
        last = self.state.history[-1] if self.state.history else None
        if last is None or last.event != "Delete":
            return None
        return self._bad(
            Look.ANSWER,
            f"the last SA is gone since {last.time:%H:%M:%S}: {last.reason}",
            "see whether the peer still answers; a packet into the tunnel begins anew",
        )

    def _traffic(self) -> Iterator[Step]:
        if not self.has_sa:
            return
        sent, received = self.state.outbound, self.state.inbound
        if received.dropped and received.dropped >= self.received:
            worst = max(_DROPS, key=lambda name: getattr(received, name))
            sentence = f"{received.dropped} packets of the peer were dropped, most for: {_DROPS[worst]}"
            yield self._bad(Look.TRAFFIC, sentence, _MENDS[worst])
        elif sent.ts_unacceptable and not self.sent:
            yield self._bad(
                Look.TRAFFIC,
                f"{sent.ts_unacceptable} packets were dropped: no SA of the tunnel is for their addresses",
                "compare what the tunnel is for with where the packets come from: a ping needs its source",
            )
        elif self.sent and not self.received and next(self._remarks(), None) is None:
            yield self._bad(
                Look.TRAFFIC,
                f"{self.sent} packets went out and none came back",
                "look at the peer: does it count packets in? If not, ESP or UDP port 4500 is filtered on the "
                "way; if so, its route or filter for the answers is missing",
            )
        elif self.sent or self.received:
            yield self._good(Look.TRAFFIC, f"{self.sent} packets out, {self.received} in")

    def _filter(self) -> Iterator[Step]:
        for remark in self._remarks():
            yield _of_remark(remark)

    def _remarks(self) -> Iterator[Remark]:
        """What the filters of the configuration do to the tunnel."""
        tunnel, device = self.tunnel, Device(self.gateway.hostname, self.gateway)
        peer = tunnel.peer_address if isinstance(tunnel.peer_address, IPAddress) else None
        own = device.own_address(tunnel, peer.version if peer else 4)
        yield from check_filters(Subject(device=device, tunnel=tunnel, own=own, peer=peer))

    def _routing(self) -> Iterator[Step]:
        name = self.tunnel.interface
        routes = [r for r in self.status.routes if r.via.split()[:1] == [name]]
        withdrawn = next((r for r in routes if not r.active and self.state.up), None)
        if self.tunnel.policy_based:
            if not self.has_sa:
                yield self._bad(
                    Look.ROUTING,
                    "nothing has asked for the tunnel: no packet of the addresses that it is for has come by",
                    "send one, with its source: is the access list right, and the route to the far network?",
                )
        elif not routes:
            yield self._bad(
                Look.ROUTING,
                f"no route leads into {name}: no packet goes there",
                f"add a route to the far network by {name}",
            )
        elif withdrawn is not None:
            why = f": {withdrawn.reason}" if withdrawn.reason else ""
            yield self._bad(
                Look.ROUTING,
                f"the route to {withdrawn.destination} is not in force{why}",
                "look at what else leads there, and at what watches it",
            )
        elif not self.has_sa:
            yield self._bad(
                Look.ROUTING,
                "nothing has asked for the tunnel: no packet has gone into it yet",
                "send one from behind this router, or keep the tunnel up always",
            )
        else:
            yield self._good(Look.ROUTING, f"routes lead into {name}")


_DROPS = {
    "invalid_sa": "an SPI that we do not know",
    "replay_detected": "a sequence number that was there before",
    "integrity_failure": "a wrong integrity check value",
    "cipher_failure": "it could not be decrypted",
    "packet_truncated": "it is too short",
    "invalid_padding": "wrong padding",
    "unknown_protocol": "an inner protocol that is none",
    "out_of_memory": "no memory",
    "ts_unacceptable": "addresses that the SA is not for",
    "misc_error": "malformed packets or fragments",
}
_MENDS = dict.fromkeys(_DROPS, "compare the counters of both sides, and capture the packets") | {
    "invalid_sa": "the peer uses an old SA: clear the SAs there",
    "ts_unacceptable": "compare the addresses that both sides say the tunnel is for",
}


def _of_remark(remark: Remark) -> Step:
    return Step(
        look=Look.FILTER,
        good=False,
        sentence=remark.message,
        remedy=remark.fix,
        source=remark.where[0] if remark.where else None,
    )
