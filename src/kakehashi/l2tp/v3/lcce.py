"""One L2TPv3 control connection endpoint without sockets or clock: packets and time in, effects out.

Nothing that the network sends raises out of `receive`: what comes to nothing is counted in `drops`. Strangers
cost nothing: only a configured peer is answered.
"""

import hmac
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from kakehashi.l2tp.alarms import Alarms
from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import Carrier, Send
from kakehashi.l2tp.v3.connection import Connection, State
from kakehashi.l2tp.v3.effects import Effect, Received
from kakehashi.l2tp.v3.opening import Opening
from kakehashi.l2tp.v3.peering import Peering
from kakehashi.l2tp.v3.settings import Peer, Settings
from kakehashi.l2tp.v3.shared import Bound, Shared
from kakehashi.l2tp.v3.wire.header import (
    CONTROL_HEADER,
    SEQUENCE_MODULUS,
    ControlHeader,
    decode_data,
    decode_sublayer,
    encode_data,
    is_control,
    unframed,
)
from kakehashi.l2tp.wire.registry import StopResult
from kakehashi.model.pseudowire import PseudowireSession, Transport


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """A control connection as it stands. `wires`: the names of those that frames pass through."""

    local_id: int
    remote_id: int
    host_name: str
    carrier: Carrier
    since: float
    wires: tuple[str, ...]


class Lcce:
    """`now` is monotonic seconds, `entropy(n)` returns n random octets. Peers are told by their carriers."""

    def __init__(self, settings: Settings, entropy: Callable[[int], bytes], now: float) -> None:
        self._shared = Shared(settings, entropy)
        self._connections: dict[int, Connection] = {}
        self._opening = Opening(self._shared, self._connections)
        self._peerings: dict[Carrier, Peering] = {}
        self._alarms = Alarms()
        self.configure(settings, now)

    @property
    def drops(self) -> Counter[Drop]:
        """How many packets came to nothing, by the reason."""
        return self._shared.drops

    def configure(self, settings: Settings, now: float) -> None:
        """Other settings. Connections to peers that are as they were stay; those of others end."""
        self._shared.settings = settings
        self._opening.half_open.configure(settings.limits)
        wanted = {peer.carrier: peer for peer in settings.peers}
        for carrier, peering in tuple(self._peerings.items()):
            if wanted.get(carrier) != peering.peer:
                self._end(peering, StopResult.CLEAR, "the configuration has changed", now)
                self._static(peering.peer, bind=False)
                del self._peerings[carrier]
        for carrier, peer in wanted.items():
            if carrier not in self._peerings:
                self._peerings[carrier] = Peering(self._shared, peer, now)
                self._static(peer, bind=True)
        self.handle_timeout(now)

    def receive(self, packet: bytes, carrier: Carrier, now: float) -> None:
        """Take the payload of a UDP datagram, or of an IP packet of protocol 115. Never raises for it."""
        peering = self._peerings.get(carrier)
        if peering is None:
            self._shared.drop(Drop.UNKNOWN_PEER)
            return
        try:
            if is_control(packet, peering.peer.over_udp):
                self._control(unframed(packet, peering.peer.over_udp), peering, now)
            else:
                self._data(packet, peering, now)
        except Malformed as malformed:
            self._shared.drop(malformed.drop)

    def send_frame(self, name: str, frame: bytes) -> bool:
        """Send an Ethernet frame to the other end of a wire. False if the wire is down."""
        bound = self._shared.of_name.get(name)
        if bound is None:
            return False
        session = bound.session
        sequence = None
        if session.remote_sublayer:
            sequence = bound.sent if session.sequencing else -1
            bound.sent = (bound.sent + session.sequencing) % SEQUENCE_MODULUS
        over_udp = session.transport is Transport.UDP
        packet = encode_data(session.remote_id, session.remote_cookie, sequence, frame, over_udp)
        self._shared.emit(Send(packet, bound.carrier))
        return True

    def heard(self, carrier: Carrier, now: float) -> None:
        """The data plane has taken frames of this peer: no HELLO is needed (RFC 3931 section 4.4)."""
        peering = self._peerings.get(carrier)
        if peering is not None and peering.current is not None:
            peering.current.heard(now)
            self._rearm(peering.current)

    def set_circuit(self, name: str, active: bool, now: float) -> None:
        """The port of a wire went up or down; the peer is told."""
        if active == (name not in self._shared.inactive):
            return
        (self._shared.inactive.discard if active else self._shared.inactive.add)(name)
        for peering in self._peerings.values():
            if peering.current is not None:
                peering.current.sessions.circuit(name)
                peering.current.flush(now)
                self._rearm(peering.current)

    def lost_peer(self, carrier: Carrier, reason: str, now: float) -> None:
        """The IPsec peer is gone, and what it carried with it; it is tried again."""
        peering = self._peerings.get(carrier)
        if peering is not None and peering.current is not None:
            peering.current.down(reason, now)
            peering.current.state = State.ENDED
            self._settle(peering.current, peering, now)

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer. There is no need to wait for answers."""
        for peering in self._peerings.values():
            self._end(peering, StopResult.SHUTTING_DOWN, "the LCCE shuts down", now)
            peering.retry = None

    def handle_timeout(self, now: float) -> None:
        """Do what is due. Nothing happens before its time."""
        self._opening.half_open.expire(now)
        while (number := self._alarms.take(now)) is not None:
            connection = self._connections.get(number)
            if connection is not None:
                connection.handle_timeout(now)
                self._settle(connection, self._peerings.get(connection.peer.carrier), now)
        for peering in self._peerings.values():
            if peering.retry is not None and peering.retry <= now and peering.current is None:
                self._rearm(self._opening.begin(peering, now))

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = [self._opening.half_open.next_timeout(), self._alarms.next()]
        times += [p.retry for p in self._peerings.values() if p.current is None]
        return min((t for t in times if t is not None), default=None)

    def effects(self) -> list[Effect]:
        """Take what is to be done, in this order."""
        taken, self._shared.effects = self._shared.effects, []
        return taken

    def sessions(self) -> dict[str, PseudowireSession]:
        """The wires that frames pass through, by name."""
        return {name: bound.session for name, bound in self._shared.of_name.items()}

    def connections(self) -> tuple[ConnectionStatus, ...]:
        """Every control connection that stands."""
        standing = (c for c in self._connections.values() if c.state is State.ESTABLISHED)
        return tuple(_status(c) for c in standing)

    def half_open(self) -> int:
        """How many have been answered that have not yet proved their return path."""
        return len(self._opening.half_open)

    def _control(self, raw: bytes, peering: Peering, now: float) -> None:
        header, body = ControlHeader.decode(raw)
        raw = raw[: CONTROL_HEADER + len(body)]
        connection = self._connections.get(header.connection_id)
        if connection is not None and connection.peer.carrier != peering.peer.carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return
        if connection is not None:
            connection.receive(raw, header, body, now)
        elif header.connection_id == 0:
            connection = self._opening.begun(peering, raw, header, body, now)
        else:
            connection = self._opening.continued(peering, raw, header, body, now)
        if connection is not None:
            self._settle(connection, peering, now)

    def _data(self, packet: bytes, peering: Peering, now: float) -> None:
        number, rest = decode_data(packet, peering.peer.over_udp)
        bound = self._shared.bound.get(number)
        if bound is None:
            self._shared.drop(Drop.UNKNOWN_SESSION)
            return
        if bound.carrier != peering.peer.carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return
        cookie = bound.session.local_cookie
        if not hmac.compare_digest(rest[: len(cookie)], cookie):
            self._shared.drop(Drop.COOKIE)
            return
        frame = rest[len(cookie) :]
        if bound.session.local_sublayer:
            sequence, frame = decode_sublayer(frame)
            if bound.session.ordered and not _is_fresh(bound, sequence):
                self._shared.drop(Drop.STALE_DATA)
                return
        self.heard(peering.peer.carrier, now)
        self._shared.emit(Received(bound.name, frame))

    def _static(self, peer: Peer, bind: bool) -> None:
        """The wires that need no control connection."""
        for wire in peer.wires:
            session = wire.how.static
            if session is None:
                continue
            if not bind:
                self._shared.taken.discard(session.local_id)
                self._shared.unbind(wire.name, "the configuration has changed")
            elif session.local_id not in self._shared.taken:
                self._shared.taken.add(session.local_id)
                self._shared.bind(wire.name, peer.carrier, session, active=True)

    def _end(self, peering: Peering, code: StopResult, reason: str, now: float) -> None:
        connection = peering.current
        if connection is not None:
            connection.stop(code, reason, now)
            connection.flush(now)
            peering.current = None
            self._rearm(connection)

    def _settle(self, connection: Connection, peering: Peering | None, now: float) -> None:
        if peering is not None:
            peering.settle(now)
        self._rearm(connection)

    def _rearm(self, connection: Connection) -> None:
        if connection.state is State.ENDED:
            self._alarms.set(connection.id, None)
            self._connections.pop(connection.id, None)
        else:
            self._alarms.set(connection.id, connection.next_timeout())


def _is_fresh(bound: Bound, sequence: int | None) -> bool:
    """Is a frame none that was overtaken or came before (RFC 3931 section 4.6)? What is lost is lost."""
    if sequence is None:
        return True
    if (sequence - bound.expected) % SEQUENCE_MODULUS >= SEQUENCE_MODULUS // 2:
        return False
    bound.expected = (sequence + 1) % SEQUENCE_MODULUS
    return True


def _status(connection: Connection) -> ConnectionStatus:
    return ConnectionStatus(
        connection.id,
        connection.remote_id,
        connection.host_name,
        connection.peer.carrier,
        connection.since,
        tuple(s.wire.name for s in connection.sessions.established()),
    )
