"""Between L2TPv3, the data plane and the host, for pseudowires that no tunnel protects.

A pseudowire has its device and its socket as soon as there is a way to its peer. What EtherIP carries passes
at once; of L2TPv3 one LCCE makes control connections and sessions, and static sessions are there at once.
Where a crypto map protects the way, that is between the peers' addresses and no pseudowire's business.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zlib import crc32

from kakehashi.dataplane.protocol import DataPlane, PseudowireMessage
from kakehashi.gateway.alarm import Alarm
from kakehashi.gateway.guard import guarded
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.interfaces import wire_device
from kakehashi.gateway.log import Log
from kakehashi.gateway.wires.ways import NoWay, plain_wires, way
from kakehashi.ike.effects import Level
from kakehashi.l2tp.effects import Carrier, Event, Send
from kakehashi.l2tp.v3 import effects as l2tp
from kakehashi.l2tp.v3.lcce import Lcce
from kakehashi.l2tp.v3.settings import Peer, Settings, Wire
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.gateway import Gateway
from kakehashi.model.pseudowire import EtherIp, L2tpv3, Pseudowire, PseudowireSession

FIRST_MTU = 1500  # until the host is brought to what is wanted
_ATTEMPT_AGAIN = 10.0  # seconds after the host has refused a device or a socket


@dataclass(slots=True)
class Standing:
    """A pseudowire as it runs. `session`: of L2TPv3, where one stands; `since`: when it came, on the loop's
    clock; `reason`: why it is down; `active`: the circuit at the peer's end is.
    """

    settings: Pseudowire
    path: Path
    session: PseudowireSession | None = None
    since: float = 0.0
    reason: str = ""
    active: bool = True

    @property
    def up(self) -> bool:
        """Do frames pass?"""
        return self.session is not None or isinstance(self.settings.encapsulation, EtherIp)

    @property
    def carrier(self) -> Carrier:
        """As the LCCE calls its peer."""
        return Carrier(self.path)


class Wires:
    """Every pseudowire without a tunnel. Runs on one loop. `changed` is called when one came up or went down.

    `standing` and `waiting` are by interface: those that have a device, and why others have none.
    """

    def __init__(
        self,
        dataplane: DataPlane,
        log: Log,
        *,
        changed: Callable[[], None] = lambda: None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.standing: dict[str, Standing] = {}
        self.waiting: dict[str, str] = {}
        self._dataplane = dataplane
        self._log = log
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._lcce = Lcce(Settings(), entropy, self._loop.time())
        self._alarm = Alarm(self._timeout)
        self._retry: asyncio.TimerHandle | None = None
        self._is_ended = False
        self._host_name = "lcce"

    @property
    def lcce(self) -> Lcce:
        """The control connection endpoint, for `show`."""
        return self._lcce

    def follow(
        self,
        gateway: Gateway,
        devices: Mapping[str, str],
        facts: Facts,
        found: Mapping[str, IPAddress | None],
    ) -> None:
        """What counts now: the configuration, and the host. `found`: what names of peers resolve to."""
        if self._is_ended:
            return
        self._host_name = gateway.hostname or "lcce"
        ways = {wire.interface: (wire, way(wire, facts, devices, found)) for wire in plain_wires(gateway)}
        for name, standing in list(self.standing.items()):
            if ways.get(name) != (standing.settings, standing.path):
                self._remove(name)
        self._configure()  # so that a peer hears of it while its socket is there
        for name, (wire, path) in ways.items():
            if isinstance(path, NoWay):
                self._wait(name, path.reason)
            elif name not in self.standing:
                self._add(wire, path, wire_device(wire, gateway, devices))
        self.waiting = {name: reason for name, reason in self.waiting.items() if name in ways}
        self._configure()
        self._tell_circuits(gateway, devices, facts)
        self._step()

    def message(self, message: PseudowireMessage) -> None:
        """A control message of a peer."""
        standing = self.standing.get(message.wire)
        if standing is not None:
            self._lcce.receive(message.payload, standing.carrier, self._loop.time())
            self._step()

    def clear(self, name: str | None = None) -> int:
        """End the control connections of a pseudowire, or all; they are made anew. How many."""
        wanted = {s.carrier for n, s in self.standing.items() if name in (None, n)}
        standing = [c for c in self._lcce.connections() if c.carrier in wanted]
        for connection in standing:
            self._lcce.lost_peer(connection.carrier, "cleared by the operator", self._loop.time())
        self._step()
        return len(standing)

    def shutdown(self) -> None:
        """Say goodbye to every peer."""
        self._is_ended = True
        self._lcce.shutdown(self._loop.time())
        self._step()

    def stop(self) -> None:
        """Nothing more is done."""
        self._alarm.stop()
        if self._retry:
            self._retry.cancel()
        self._retry = None

    def _add(self, wire: Pseudowire, path: Path, device: str) -> None:
        name = wire.interface
        try:
            self._dataplane.add_pseudowire(name, device, FIRST_MTU, wire.encapsulation, path)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else None
            self._wait(name, f"the host refuses it: {why or error}")
            if self._retry is None or self._retry.cancelled():
                self._retry = self._loop.call_later(_ATTEMPT_AGAIN, self._try_again)
            return
        self.waiting.pop(name, None)
        standing = Standing(wire, path, since=self._loop.time())
        self.standing[name] = standing
        if standing.up:
            self._say(f"{wire.encapsulation} with {path.remote.ip} is up", name, "pseudowire-up")

    def _try_again(self) -> None:
        self._retry = None
        self._changed()

    def _remove(self, name: str) -> None:
        standing = self.standing[name]
        if isinstance(standing.settings.encapsulation, L2tpv3):
            # Without this wire; a StopCCN or CDN still finds its socket.
            self._lcce.configure(self._settings(leave_out=name), self._loop.time())
            self._step()
        del self.standing[name]
        self._dataplane.remove_pseudowire(name)

    def _wait(self, name: str, reason: str) -> None:
        if self.waiting.get(name) != reason:
            self._say(f"the pseudowire is down: {reason}", name, "pseudowire-down", Level.WARNING)
        self.waiting[name] = reason

    def _configure(self) -> None:
        self._lcce.configure(self._settings(), self._loop.time())

    def _settings(self, leave_out: str = "") -> Settings:
        """A peer for each pair of addresses, with all wires between them."""
        peers: dict[Carrier, Peer] = {}
        for name, standing in self.standing.items():
            how = standing.settings.encapsulation
            if not isinstance(how, L2tpv3) or name == leave_out:
                continue
            before = peers.get(standing.carrier)
            control = how.control if how.static is None else None
            peers[standing.carrier] = Peer(
                carrier=standing.carrier,
                wires=(*(before.wires if before else ()), Wire(name, how)),
                transport=how.transport,
                control=(before.control if before else None) or control,
            )
        router_id = crc32(self._host_name.encode()) or 1
        return Settings(host_name=self._host_name, router_id=router_id, peers=tuple(peers.values()))

    def _tell_circuits(self, gateway: Gateway, devices: Mapping[str, str], facts: Facts) -> None:
        """Is a port beside the pseudowire up? The peer is told (RFC 3931 section 5.4.5)."""
        for name, standing in self.standing.items():
            bridge = gateway.bridge(standing.settings.bridge)
            others = [facts.links.get(devices.get(p, "")) for p in bridge.ports if p] if bridge else []
            known = [link for link in others if link is not None]
            if known and isinstance(standing.settings.encapsulation, L2tpv3):
                active = any(link.running for link in known)
                self._lcce.set_circuit(name, active, self._loop.time())

    def _step(self) -> None:
        """Carry out what the LCCE asks, and arm the timer. To be called after every call into it."""
        while effects := self._lcce.effects():
            for effect in effects:
                guarded(self._log, self._carry_out, effect)
        self._arm()

    def _carry_out(self, effect: l2tp.Effect) -> None:
        match effect:
            case Send(datagram, carrier):
                name = next((n for n, s in self.standing.items() if s.carrier == carrier), None)
                if name is not None:
                    self._dataplane.send_pseudowire(name, datagram)
            case l2tp.WireUp(name, _, session, active):
                self._up(name, session, active)
            case l2tp.WireDown(name, reason):
                self._down(name, reason)
            case l2tp.CircuitChanged(name, active):
                if name in self.standing:
                    self.standing[name].active = active
                became = "up" if active else "down"
                self._say(f"the circuit at the peer's end is {became}", name, "pseudowire-circuit")
            case l2tp.ConnectionUp(carrier, _, _, host_name):
                text = f"L2TPv3 control connection with {host_name or 'somebody'} at {carrier.path.remote.ip}"
                self._say(text, "", "l2tp-tunnel")
            case l2tp.ConnectionDown(carrier, host_name, reason):
                where = f"{host_name or 'somebody'} at {carrier.path.remote.ip}"
                self._say(f"the L2TPv3 control connection with {where} is gone: {reason}", "", "l2tp-tunnel")
            case Event(event, message, _):
                self._say(message, "", str(event))

    def _up(self, name: str, session: PseudowireSession, active: bool) -> None:
        standing = self.standing.get(name)
        if standing is None:
            return
        self._dataplane.install_pseudowire(name, session)
        standing.session, standing.active = session, active
        standing.since, standing.reason = self._loop.time(), ""
        text = f"L2TPv3 session {session.local_id} with {standing.path.remote.ip} is up"
        self._say(text, name, "pseudowire-up")
        self._changed()

    def _down(self, name: str, reason: str) -> None:
        standing = self.standing.get(name)
        if standing is None:
            return
        self._dataplane.withdraw_pseudowire(name)
        standing.session, standing.reason = None, reason
        text = f"the L2TPv3 session with {standing.path.remote.ip} is gone: {reason}"
        self._say(text, name, "pseudowire-down")
        self._changed()

    def _say(self, text: str, name: str, event: str, level: Level = Level.NOTICE) -> None:
        self._log.say(level, text, name, event)

    def _arm(self) -> None:
        self._alarm.set([self._lcce.next_timeout()])

    def _timeout(self) -> None:
        guarded(self._log, self._lcce.handle_timeout, self._loop.time())
        self._step()
