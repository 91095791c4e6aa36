"""A control connection whose peer has proved its return path, at the LNS (RFC 2661 section 7.2.1)."""

import enum

from kakehashi.l2tp.calls import Calls
from kakehashi.l2tp.channel import Channel, Outgoing
from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import Event, EventName, Send, TunnelDown, TunnelUp
from kakehashi.l2tp.half_open import HalfOpen
from kakehashi.l2tp.shared import Shared
from kakehashi.l2tp.wire.avp import result, u16
from kakehashi.l2tp.wire.header import ControlHeader
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import AvpType, ErrorCode, MessageType, StopResult
from kakehashi.l2tp.wire.rules import OF_THE_TUNNEL, REQUIRED

_ERRORS = {Drop.AVP_LENGTH: ErrorCode.WRONG_LENGTH, Drop.AVP_VALUE: ErrorCode.WRONG_LENGTH}


class State(enum.Enum):
    """Before `ESTABLISHED` it is a HalfOpen, after the last it is forgotten."""

    ESTABLISHED = "established"
    STOPPING = "stopping"  # our StopCCN waits for its acknowledgment
    LINGERING = "lingering"  # the peer's StopCCN may come again (section 5.7)
    ENDED = "ended"


class Tunnel:
    """One control connection: the SCCCN has just come."""

    def __init__(self, shared: Shared, half: HalfOpen, now: float) -> None:
        self.shared = shared
        self.id = half.tunnel
        self.peer_tunnel = half.peer_tunnel
        self.carrier = half.carrier
        self.host_name = half.host_name
        self.request = half.request
        self.state = State.ESTABLISHED
        self.since = now
        settings = shared.settings
        # Ns 0 was the SCCRP, and the SCCCN was the peer's number 1.
        self.channel: Channel[ControlHeader] = Channel(
            settings.timing, settings.window, half.peer_window, ns=1, nr=2
        )
        self.calls = Calls(self, now)
        self._heard = now
        self._end = 0.0  # of lingering
        shared.emit(TunnelUp(self.id, self.peer_tunnel, self.host_name, self.carrier))
        self.flush(now, acknowledge=True)

    def receive(self, header: ControlHeader, body: bytes, now: float) -> None:
        """A control message for this tunnel, from its carrier."""
        self._heard = now
        if not self.channel.acknowledge(header.nr, now):
            self.shared.drop(Drop.BAD_ACKNOWLEDGMENT)
            return
        if self.state is State.STOPPING and not self.channel.backlog:
            self.state = State.ENDED
        if body:
            self._take(header, body, now)
        self.flush(now, acknowledge=bool(body))

    def flush(self, now: float, acknowledge: bool = False) -> None:
        """Send what the windows allow; an acknowledgment alone (ZLB) if nothing else carries it."""
        messages = self.channel.take(now)
        for ns, message in messages:
            self._send(ControlHeader(self.peer_tunnel, message.session_id, ns, self.channel.nr), message.body)
        if acknowledge and not messages:
            self._send(ControlHeader(self.peer_tunnel, 0, self.channel.ns, self.channel.nr), b"")

    def queue(self, session_id: int, body: bytes) -> None:
        """A control message of ours; it leaves with the next `flush`."""
        self.channel.queue(Outgoing(session_id, body))

    def heard(self, now: float) -> None:
        """The peer lives: data has come."""
        self._heard = now

    def stop(self, code: StopResult, reason: str, now: float, error: ErrorCode = ErrorCode.NONE) -> None:
        """End it with a StopCCN (section 6.4). The caller flushes."""
        if self.state is not State.ESTABLISHED:
            return
        self.down(reason)
        self.state = State.STOPPING
        avps = (u16(AvpType.ASSIGNED_TUNNEL_ID, self.id), result(code, error, reason))
        self.channel.only(Outgoing(0, encode_message(MessageType.STOPCCN, avps)))

    def down(self, reason: str) -> None:
        """Tell that the tunnel and its sessions are no more, once."""
        if self.state is State.ESTABLISHED:
            self.calls.end_all(reason)
            self.shared.emit(TunnelDown(self.id, self.host_name, self.carrier, reason))
            self.state = State.ENDED

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called; None: never."""
        times = [self.channel.due]
        match self.state:
            case State.ESTABLISHED:
                # A message that waits for its acknowledgment asks whether the peer lives, as a HELLO would.
                times.append(None if self.channel.backlog else self._hello_at)
                times.append(self.calls.next_timeout())
            case State.LINGERING:
                times.append(self._end)
        return min((t for t in times if t is not None), default=None)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        if self.channel.due is not None and now >= self.channel.due and not self.channel.timeout(now):
            self.down("the peer does not answer")
            self.state = State.ENDED
            return
        if self.state is State.LINGERING and now >= self._end:
            self.state = State.ENDED
        if self.state is State.ESTABLISHED:
            self.calls.handle_timeout(now)
            if not self.channel.backlog and now >= self._hello_at:
                self.queue(0, encode_message(MessageType.HELLO))  # section 5.5
        self.flush(now)

    @property
    def _hello_at(self) -> float:
        return self._heard + self.shared.settings.timing.hello

    def _send(self, header: ControlHeader, body: bytes) -> None:
        self.shared.emit(Send(header.encode(body), self.carrier))

    def _take(self, header: ControlHeader, body: bytes, now: float) -> None:
        most = self.shared.settings.limits.backlog
        for message in self.channel.taken(header, body, most, self.shared.drop):
            self._handle(*message, now)

    def _handle(self, header: ControlHeader, body: bytes, now: float) -> None:
        if self.state is not State.ESTABLISHED:
            return
        try:
            message = Message.decode(body, self.shared.secret)
        except Malformed as malformed:
            self.shared.drop(malformed.drop)
            text = f"a control message from {self.carrier} is malformed: {malformed.drop}"
            self.shared.emit(Event(EventName.MALFORMED, text, self.carrier))
            error = _ERRORS.get(malformed.drop, ErrorCode.OUT_OF_RANGE)
            self.stop(StopResult.GENERAL_ERROR, str(malformed.drop), now, error)
            return
        if message.type not in OF_THE_TUNNEL and message.type in REQUIRED:
            self.calls.receive(header.session_id, message, now)
            return
        if message.unknown:
            self.shared.drop(Drop.UNKNOWN_MANDATORY)
            self.stop(
                StopResult.GENERAL_ERROR,
                f"unknown mandatory AVP {message.unknown[0]}",
                now,
                ErrorCode.UNKNOWN_MANDATORY_AVP,
            )
            return
        match message.type:
            case MessageType.HELLO:
                pass
            case MessageType.STOPCCN:
                self._stopped(message, now)
            case kind if kind in OF_THE_TUNNEL:
                self.shared.drop(Drop.UNEXPECTED)
                self.stop(StopResult.FSM_ERROR, f"{kind} in an established tunnel", now)
            case kind if message.must_be_known:
                # Section 4.4.1: a message that must be known and is not ends the tunnel.
                self.shared.drop(Drop.UNEXPECTED)
                self.stop(StopResult.GENERAL_ERROR, f"unknown message type {int(kind)}", now)
            case _:
                self.shared.drop(Drop.UNEXPECTED)

    def _stopped(self, message: Message, now: float) -> None:
        code, error, sentence = message.result()
        text = f"the peer ends the tunnel: result {StopResult(code)}"
        if error:
            text += f", error {ErrorCode(error)}"
        self.down(f"{text} ({sentence})" if sentence else text)
        self.state = State.LINGERING
        self._end = now + self.shared.settings.timing.cycle
