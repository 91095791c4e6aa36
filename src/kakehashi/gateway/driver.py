"""Between the core and the data plane: events in, effects carried out in order, one timer armed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from kakehashi.dataplane.protocol import (
    Acquire,
    Datagram,
    DataPlane,
    DataPlaneEvent,
    Expire,
    FirstInbound,
    KeepaliveReturned,
    L2tpMessage,
    NextHopWanted,
    NhrpMessage,
    PeerMoved,
    PeerWanted,
    PseudowireMessage,
    Returning,
    Undecryptable,
    UnknownSpi,
)
from kakehashi.gateway.access.driver import Access
from kakehashi.gateway.core import Core
from kakehashi.gateway.failures import Failures
from kakehashi.gateway.guard import guarded
from kakehashi.gateway.history import History
from kakehashi.gateway.keylog import KeyLog
from kakehashi.gateway.log import Log
from kakehashi.gateway.multipoint.driver import Multipoints
from kakehashi.gateway.outgoing import NoWay, Way
from kakehashi.gateway.path_mtus import PathMtus
from kakehashi.gateway.plain import PlainTunnels
from kakehashi.gateway.wires.driver import Wires
from kakehashi.ike.effects import (
    AskActivity,
    Effect,
    Event,
    EventName,
    FetchRevocation,
    InstallChildSa,
    IsakmpSaChanged,
    Level,
    MoveChildSa,
    RemoveChildSa,
    Send,
    SendNatKeepalive,
    UseOutbound,
)
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.pki.verdict import Fetch

_UNREACHED = (EventName.NEGOTIATION_FAILED, EventName.PEER_DEAD)
HOLD_DOWN = 1.0  # seconds between two attempts that packets begin


class Driver:
    """Runs on one loop, whose clock is the core's.

    `way`: how a tunnel is carried at the moment. `sa_changed` is called when a Child SA of the tunnel came,
    moved or went, `isakmp_sa_changed` when an ISAKMP SA with the IKEv1 peer came or went, `broken` when the
    data plane can carry nothing any more, `unreached` when a negotiation failed or the peer has died.
    `answering_changed` when the peer of a tunnel without IPsec has fallen silent, or answers again: those are
    `plain`.
    `latest`: the Child SA that each tunnel had last, be it gone; without its keys. `path_mtus`: what the ways
    to peers take. `access`: who dials in; `multipoints`: the tunnels of many peers; `wires`: pseudowires
    without a tunnel.
    """

    # `fetch` is to bring news of certificates.
    def __init__(
        self,
        core: Core,
        dataplane: DataPlane,
        log: Log,
        wall_clock: Callable[[], datetime],
        *,
        way: Callable[[str], Way | NoWay],
        sa_changed: Callable[[str], None],
        isakmp_sa_changed: Callable[[str], None],
        broken: Callable[[str], None],
        fetch: Callable[[tuple[Fetch, ...]], None] = lambda wanted: None,
        unreached: Callable[[str, Path | None], None] | None = None,
        keylog: KeyLog | None = None,
        hold_down: float = HOLD_DOWN,
        access: Access | None = None,
        multipoints: Multipoints | None = None,
        answering_changed: Callable[[], None] = lambda: None,
        wires: Wires | None = None,
    ) -> None:
        self.core = core
        self.dataplane = dataplane
        self.history = History()
        self.failures = Failures()
        self.latest: dict[str, ChildSa] = {}
        self.path_mtus = PathMtus(self.now)
        self._log = log
        self._wall_clock = wall_clock
        self._way = way
        self._sa_changed = sa_changed
        self._isakmp_sa_changed = isakmp_sa_changed
        self._broken = broken
        self._fetch = fetch
        self._unreached = unreached
        self._keylog = keylog
        self._hold_down = hold_down
        self._access = access
        self._multipoints = multipoints
        self._wires = wires
        self._held: dict[str, asyncio.TimerHandle] = {}
        self._in_burst = False
        self._removed: list[tuple[str, int]] = []
        self._changed: dict[str, None] = {}
        self._loop = asyncio.get_running_loop()
        self.plain = PlainTunnels(dataplane, self._loop.call_later, answering_changed)
        self._timer: asyncio.TimerHandle | None = None
        self._descriptor: int | None = None  # a data plane that has failed does not tell it any more

    def start(self) -> None:
        """Listen to the data plane."""
        self._descriptor = self.dataplane.fileno()
        self._loop.add_reader(self._descriptor, self._readable)
        self.step()

    def stop(self) -> None:
        """Listen no more; the data plane is still open."""
        self._stop_reading()
        self.plain.stop()
        for timer in (self._timer, *self._held.values()):
            if timer:
                timer.cancel()
        self._timer = None
        self._held.clear()

    def now(self) -> float:
        """The core's time."""
        return self._loop.time()

    def step(self) -> None:
        """Carry out what the core asks, and arm the timer. To be called after every call into the core."""
        effects = self.core.effects()
        while effects:
            for effect in effects:
                guarded(self._log, self._carry_out, effect)
            self._write_keys(effects)
            guarded(self._log, self._tell_activity, effects)
            effects = self.core.effects()
        if not self._in_burst:
            self._end_burst()
        self._arm()

    def negotiate(self, tunnel: str, trigger: Acquire | None = None) -> None:
        """Begin a negotiation, if there is a way to the peer."""
        way = self._way(tunnel)
        # Where the peer's address is not known, an SA that stands with it may still help (V1-10).
        begun = isinstance(way, Way) and self.core.initiate(tunnel, way.path, self.now(), trigger)
        if trigger and not begun and trigger.refused:
            self._let_go(tunnel)
        elif trigger and not begun:
            if isinstance(way, NoWay):
                self._tell_dropped(tunnel, trigger, way.reason)
            elif way.path is None:
                self._tell_dropped(tunnel, trigger, "its peer can only come to us")
            else:
                self._tell_dropped(tunnel, trigger, "no negotiation begins here")
            self._let_go(tunnel)
        self.step()

    def connect(self, tunnel: str, path: Path) -> None:
        """Begin a negotiation with one of the peers that a tunnel has."""
        if not self.core.initiate(tunnel, path, self.now()) and self._multipoints:
            self._multipoints.failed(tunnel, path)
        self.step()

    def clear(
        self,
        tunnel: str | None,
        version: int | None = None,
        peer: IPAddress | None = None,
        at_once: bool = False,
    ) -> int:
        """End SAs, as the core has it, now. The number of IKE SAs."""
        number = self.core.clear(tunnel, self.now(), version, peer, at_once)
        self.step()
        return number

    def _tell_dropped(self, tunnel: str, trigger: Acquire, reason: str) -> None:
        if tunnel in self._held:
            return  # told a moment ago; and the packet may be this very log's, on its way to a log host
        text = f"a packet for {trigger.destination} is dropped: {reason}"
        self._log.say(Level.INFO, text, tunnel, "packet-dropped")

    def forget(self, tunnel: str) -> None:
        """The tunnel is no longer configured, and its SAs are gone."""
        self.history.forget(tunnel)
        self.failures.forget(tunnel)
        self.latest.pop(tunnel, None)

    def _readable(self) -> None:
        try:
            events = self.dataplane.events()
        except RuntimeError as error:
            self._stop_reading()
            self._broken(f"the data plane has failed: {error}")
            return
        self._in_burst = True
        for event in events:
            guarded(self._log, self._dispatch, event)
            # Effects belong to their cause: a burst of datagrams is answered one by one.
            self.step()
        self._in_burst = False
        self._end_burst()

    def _stop_reading(self) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            self._descriptor = None

    def _dispatch(self, event: DataPlaneEvent) -> None:
        now = self.now()
        match event:
            case Datagram(data, path):
                self.core.receive(data, path, now)
            case Acquire(tunnel):
                self.negotiate(tunnel, event)
            case Expire(spi_in, hard):
                self.core.expire(spi_in, now, hard)
            case FirstInbound(spi_in):
                self.core.first_inbound(spi_in, now)
            case L2tpMessage() if self._access:
                self._access.message(event)
            case PeerWanted() | NextHopWanted() | NhrpMessage() | Returning() if self._multipoints:
                self._multipoints.heard(event)
            case KeepaliveReturned(tunnel):
                self.plain.returned(tunnel)
            case PseudowireMessage() if self._wires:
                self._wires.message(event)
            case PeerMoved(spi_in, remote):
                self.core.peer_moved(spi_in, remote, now)
            case UnknownSpi(spi, path, packets, in_ah):
                self.core.unknown_spi(spi, path, now, packets, in_ah)
            case Undecryptable(spi, path, packets):
                self.core.unknown_spi(spi, path, now, packets)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(datagram, path):
                self.dataplane.send_ike(datagram, path)
            case SendNatKeepalive(path):
                self.dataplane.send_nat_keepalive(path)
            case InstallChildSa(sa, use_outbound):
                self._install(sa, use_outbound)
            case UseOutbound(tunnel, spi_in):
                self.dataplane.use_outbound(tunnel, spi_in)
                if self._multipoints:
                    self._multipoints.usable(tunnel, spi_in)
            case MoveChildSa(tunnel, spi_in, path, udp_encapsulation):
                self.dataplane.move(spi_in, path, udp_encapsulation)
                self.path_mtus.moved(spi_in, path, udp_encapsulation)
                if (moved := self.latest.get(tunnel)) is not None and moved.spi_in == spi_in:
                    self.latest[tunnel] = replace(moved, path=path, udp_encapsulation=udp_encapsulation)
                if self._access:
                    self._access.moved(spi_in, path)
                if self._multipoints:
                    self._multipoints.moved(tunnel, spi_in, path)
                self._changed[tunnel] = None
            case RemoveChildSa(tunnel, spi_in, reason):
                self._removed.append((tunnel, spi_in))
                self.path_mtus.removed(spi_in)
                self.history.removed(tunnel, spi_in, reason, self._wall_clock())
                if self._access:
                    self._access.removed(spi_in)
                if self._multipoints:
                    self._multipoints.removed(tunnel, spi_in, reason)
                self._changed[tunnel] = None
            case AskActivity():
                pass  # answered for all that ask at once
            case FetchRevocation(wanted):
                self._fetch(wanted)
            case IsakmpSaChanged(peer):
                self._isakmp_sa_changed(peer)
            case Event():
                self._event(effect)

    def _tell_activity(self, effects: list[Effect]) -> None:
        asked = {spi for effect in effects if isinstance(effect, AskActivity) for spi in effect.spis}
        now = self.now()
        for found in self.dataplane.activity() if asked else ():
            if found.spi_in in asked:
                self.core.activity(found.spi_in, found.inbound_idle, found.outbound_idle, now)

    def _end_burst(self) -> None:
        """What would cost much for each datagram: to wake data threads, to judge tunnels anew, to log."""
        self._remove()
        changed, self._changed = self._changed, {}
        for tunnel in changed:
            guarded(self._log, self._sa_changed, tunnel)
        self._log.flush()

    def _remove(self) -> None:
        removed, self._removed = self._removed, []
        for _, spi_in in removed:
            guarded(self._log, self.dataplane.remove, spi_in)

    def _install(self, sa: ChildSa, use_outbound: bool) -> None:
        if any(tunnel == sa.tunnel for tunnel, _ in self._removed):
            # The new one may have to wait before it sends: meanwhile packets wait for it, and do not leave by
            # one that the peer has forgotten.
            self._remove()
        self.dataplane.install(sa, use_outbound)
        if self._access:
            self._access.installed(sa)
        if self._multipoints:
            self._multipoints.installed(sa, use_outbound)
        self.latest[sa.tunnel] = sa.without_keys()
        self.path_mtus.installed(self.latest[sa.tunnel])
        self.history.installed(sa.tunnel, sa.spi_in, self._wall_clock())
        self.failures.mended(sa.tunnel, sa.path.remote.ip)
        self._changed[sa.tunnel] = None
        if self._keylog:
            self._keylog.child(sa)

    def _event(self, event: Event) -> None:
        self._log.event(event)
        if event.name is EventName.NEGOTIATION_FAILED:
            self.failures.note(event, self._wall_clock())
        if event.name is EventName.NEGOTIATION_FAILED and event.tunnel:
            of_many = self._multipoints is not None and self._multipoints.failed(event.tunnel, event.path)
            if not of_many:
                self._let_go(event.tunnel)
        if event.name in _UNREACHED and event.tunnel and self._unreached:
            self._unreached(event.tunnel, event.path)

    def _let_go(self, tunnel: str) -> None:
        """Drop the waiting packets, but not at once: the next packet would begin the next attempt."""
        if tunnel not in self._held:
            self._held[tunnel] = self._loop.call_later(self._hold_down, self._discard, tunnel)

    def _discard(self, tunnel: str) -> None:
        del self._held[tunnel]
        guarded(self._log, self.dataplane.discard_waiting, tunnel)

    def _write_keys(self, effects: list[Effect]) -> None:
        if self._keylog and any(isinstance(effect, Event | Send) for effect in effects):
            guarded(self._log, self._keylog.ike, self.core.ike_sas(self.now()))
            guarded(self._log, self._keylog.isakmp, self.core.isakmp_sas(self.now()))

    def _arm(self) -> None:
        """A timer that comes too early does no harm, and most deadlines only ever move away."""
        due = self.core.next_timeout()
        if due is None or (self._timer and self._timer.when() <= due):
            return
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._timeout)

    def _timeout(self) -> None:
        self._timer = None
        guarded(self._log, self.core.handle_timeout, self.now())
        self.step()
