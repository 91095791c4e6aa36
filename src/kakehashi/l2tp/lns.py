"""One L2TP network server without sockets or clock: datagrams and time in, effects out.

Nothing that the network sends raises out of `receive`: what comes to nothing is counted in `drops`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from kakehashi.l2tp.alarms import Alarms
from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import Carrier, Effect, Received, Send, SessionId
from kakehashi.l2tp.opening import Opening
from kakehashi.l2tp.session import Session
from kakehashi.l2tp.settings import Settings
from kakehashi.l2tp.shared import Shared
from kakehashi.l2tp.tunnel import State, Tunnel
from kakehashi.l2tp.tunnels import Tunnels
from kakehashi.l2tp.wire.header import ControlHeader, DataHeader, is_control
from kakehashi.l2tp.wire.registry import CallResult, StopResult


@dataclass(frozen=True, slots=True)
class TunnelStatus:
    """A tunnel as it stands. `sessions`: the pairs of IDs, ours and the peer's, of those established."""

    tunnel: int
    peer_tunnel: int
    host_name: str
    carrier: Carrier
    since: float
    sessions: tuple[tuple[int, int], ...]


class Lns:
    """The tunnels of one LNS. `now` is monotonic seconds, `entropy(n)` returns n random octets."""

    def __init__(self, settings: Settings, entropy: Callable[[int], bytes]) -> None:
        self._shared = Shared(settings, entropy)
        self._tunnels = Tunnels()
        self._opening = Opening(self._shared, self._tunnels)
        self._alarms = Alarms()

    @property
    def drops(self) -> Counter[Drop]:
        """How many messages came to nothing, by the reason."""
        return self._shared.drops

    def configure(self, settings: Settings) -> None:
        """Other settings count from the next message; tunnels stay."""
        self._shared.settings = settings
        self._opening.configure(settings)

    def receive(self, datagram: bytes, carrier: Carrier, now: float) -> None:
        """Take the payload of one UDP datagram. Never raises for what it reads."""
        if self._shared.settings.needs_ipsec and not carrier.peer:
            self._shared.drop(Drop.NOT_PROTECTED)
            return
        try:
            if is_control(datagram):
                self._control(*ControlHeader.decode(datagram), carrier, now)
            else:
                self._data(*DataHeader.decode(datagram), carrier, now)
        except Malformed as malformed:
            self._shared.drop(malformed.drop)

    def send_frame(self, session: SessionId, frame: bytes) -> bool:
        """Send a PPP frame to the peer of a session. False if there is no such session."""
        found = self._session(session)
        if found is None or not found[1].is_established:
            return False
        tunnel, call = found
        header = DataHeader(tunnel.peer_tunnel, call.peer_session, call.next_ns())
        self._shared.emit(Send(header.encode(frame), tunnel.carrier))
        return True

    def heard(self, tunnel: int, now: float) -> None:
        """The data plane has taken data messages of this tunnel: no HELLO is needed (RFC 2661 5.5)."""
        found = self._tunnels.get(tunnel)
        if found is not None:
            found.heard(now)
            self._rearm(found)

    def close_session(
        self, session: SessionId, reason: str, now: float, code: CallResult = CallResult.ADMINISTRATIVE
    ) -> bool:
        """End a call with a CDN; SessionDown follows. False if there is no such session."""
        found = self._session(session)
        if found is None:
            return False
        tunnel, call = found
        tunnel.calls.close(call, code, reason, now)
        tunnel.flush(now)
        self._rearm(tunnel)
        return True

    def close_tunnel(self, tunnel: int, reason: str, now: float) -> bool:
        """End a tunnel and its calls with a StopCCN. False if there is no such tunnel."""
        found = self._tunnels.get(tunnel)
        if found is None or found.state is not State.ESTABLISHED:
            return False
        self._stop(found, StopResult.CLEAR, reason, now)
        return True

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer. There is no need to wait for answers."""
        for tunnel in self._tunnels:
            self._stop(tunnel, StopResult.SHUTTING_DOWN, "the LNS shuts down", now)

    def lost_peer(self, peer: str, reason: str) -> None:
        """The IPsec peer of this name is gone: so are its tunnels, without a word that would not arrive."""
        self._opening.lost_peer(peer)
        for tunnel in self._tunnels:
            if tunnel.carrier.peer == peer:
                tunnel.down(reason)
                tunnel.state = State.ENDED
                self._rearm(tunnel)

    def moved(self, carrier: Carrier, to: Carrier) -> None:
        """IPsec has found the peer at another address or port."""
        for tunnel in self._tunnels:
            if tunnel.carrier == carrier:
                self._tunnels.move(tunnel, to)

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        self._opening.expire(now)
        while (number := self._alarms.take(now)) is not None:
            tunnel = self._tunnels.get(number)
            if tunnel is not None:
                tunnel.handle_timeout(now)
                self._rearm(tunnel)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = (self._opening.next_timeout(), self._alarms.next())
        return min((t for t in times if t is not None), default=None)

    def effects(self) -> list[Effect]:
        """Take what is to be done, in this order."""
        taken, self._shared.effects = self._shared.effects, []
        return taken

    def tunnels(self) -> tuple[TunnelStatus, ...]:
        """Every tunnel that stands, oldest first."""
        return tuple(_status(t) for t in self._tunnels if t.state is State.ESTABLISHED)

    def half_open(self) -> int:
        """How many have been answered that have not yet proved their return path."""
        return len(self._opening.half_open)

    def _control(self, header: ControlHeader, body: bytes, carrier: Carrier, now: float) -> None:
        tunnel = self._tunnels.get(header.tunnel_id)
        if tunnel is None:
            tunnel = self._opening.receive(header, body, carrier, now)
        elif tunnel.carrier != carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return
        else:
            tunnel.receive(header, body, now)
        if tunnel is not None:
            self._rearm(tunnel)

    def _data(self, header: DataHeader, frame: bytes, carrier: Carrier, now: float) -> None:
        tunnel = self._tunnels.get(header.tunnel_id)
        if tunnel is None:
            self._shared.drop(Drop.UNKNOWN_TUNNEL)
            if header.tunnel_id and self._opening.half_open.get(header.tunnel_id) is None:
                self._opening.disown(header.tunnel_id, 0, 0, carrier, now)
            return
        if tunnel.carrier != carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return
        session = tunnel.calls.get(header.session_id)
        if session is None:
            self._shared.drop(Drop.UNKNOWN_SESSION)
        elif not session.is_established:
            self._shared.drop(Drop.NOT_ESTABLISHED)
        elif not session.is_fresh(header.ns):
            self._shared.drop(Drop.STALE_DATA)
        else:
            tunnel.heard(now)
            self._rearm(tunnel)
            self._shared.emit(Received(session.id, frame))

    def _session(self, session: SessionId) -> tuple[Tunnel, Session] | None:
        tunnel = self._tunnels.get(session.tunnel)
        call = None if tunnel is None else tunnel.calls.get(session.session)
        return None if tunnel is None or call is None else (tunnel, call)

    def _stop(self, tunnel: Tunnel, code: StopResult, reason: str, now: float) -> None:
        tunnel.stop(code, reason, now)
        tunnel.flush(now)
        self._rearm(tunnel)

    def _rearm(self, tunnel: Tunnel) -> None:
        if tunnel.state is State.ENDED:
            self._alarms.set(tunnel.id, None)
            self._tunnels.remove(tunnel)
        else:
            self._alarms.set(tunnel.id, tunnel.next_timeout())


def _status(tunnel: Tunnel) -> TunnelStatus:
    sessions = tuple((s.id.session, s.peer_session) for s in tunnel.calls.all() if s.is_established)
    return TunnelStatus(
        tunnel.id, tunnel.peer_tunnel, tunnel.host_name, tunnel.carrier, tunnel.since, sessions
    )
