"""A control connection, of either side (RFC 3931 section 7.2)."""

import enum
from typing import Self

from kakehashi.l2tp.channel import Channel, Outgoing
from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import EventName, Send
from kakehashi.l2tp.v3.effects import ConnectionDown, ConnectionUp
from kakehashi.l2tp.v3.sessions import Sessions
from kakehashi.l2tp.v3.settings import Peer
from kakehashi.l2tp.v3.shared import Shared
from kakehashi.l2tp.v3.wire.digest import Verdict, hiding_key, sign, verify
from kakehashi.l2tp.v3.wire.header import ControlHeader, framed
from kakehashi.l2tp.v3.wire.message import Message, encode_message, u32
from kakehashi.l2tp.v3.wire.registry import AvpType, MessageType
from kakehashi.l2tp.v3.wire.rules import OF_THE_CONNECTION, REQUIRED
from kakehashi.l2tp.wire.avp import result
from kakehashi.l2tp.wire.registry import ErrorCode, StopResult

DEFAULT_WINDOW = 4  # RFC 3931 section 5.4.3, Receive Window Size
_ACK = encode_message(MessageType.ACK)
_SCCRQ = encode_message(MessageType.SCCRQ)


class State(enum.Enum):
    """An SCCRQ that we have answered is no connection yet, but a half-open one."""

    WAIT_REPLY = "wait-ctl-reply"
    ESTABLISHED = "established"
    STOPPING = "stopping"  # our StopCCN waits for its acknowledgment
    LINGERING = "lingering"  # the peer's StopCCN may come again
    ENDED = "ended"


class Connection:
    """One control connection.

    `tie`: of our SCCRQ, b"" if the peer has begun. `request`: a digest of the peer's SCCRQ.
    """

    def __init__(self, shared: Shared, peer: Peer, number: int, nonce: bytes, now: float) -> None:
        self.shared = shared
        self.peer = peer
        self.id = number
        self.nonce = nonce
        self.remote_id = 0
        self.remote_nonce = b""
        self.tie = b""
        self.request = b""
        self.host_name = ""
        self.capabilities: frozenset[int] = frozenset()
        self.since = now
        self.state = State.WAIT_REPLY
        self.channel = _channel(peer, DEFAULT_WINDOW, 0, 0)
        self.sessions = Sessions(self)
        self._heard = now
        self._end = 0.0  # of lingering

    @classmethod
    def begin(
        cls, shared: Shared, peer: Peer, number: int, nonce: bytes, tie: bytes, sccrq: bytes, now: float
    ) -> Self:
        """Send an SCCRQ."""
        made = cls(shared, peer, number, nonce, now)
        made.tie = tie
        made.queue(sccrq)
        made.flush(now)
        return made

    def answered(self, message: Message, window: int, request: bytes, now: float) -> None:
        """The peer has begun with `message`, we have answered, and its SCCCN has just come."""
        self._learn(message)
        self.request = request
        # Ns 0 was the SCCRP, and the SCCCN was the peer's number 1.
        self.channel = _channel(self.peer, window, 1, 2)
        self._established(now)
        self.sessions.begin_at(now + self.shared.settings.turn)
        self.flush(now, acknowledge=True)

    def receive(self, raw: bytes, header: ControlHeader, body: bytes, now: float) -> None:
        """A control message for this connection, from its peer. `raw`: header and body."""
        if not self._is_authentic(raw, body, now):
            return
        self._heard = now
        if not self.channel.acknowledge(header.nr, now):
            self.shared.drop(Drop.BAD_ACKNOWLEDGMENT)
            return
        if self.state is State.STOPPING and not self.channel.backlog:
            self.state = State.ENDED
        counts = bool(body) and not is_ack(body)
        if counts:
            self._take(header, body, now)
        self.flush(now, acknowledge=counts)

    def flush(self, now: float, acknowledge: bool = False) -> None:
        """Send what the windows allow; an acknowledgment alone if nothing else carries it."""
        messages = self.channel.take(now)
        for ns, message in messages:
            self._send(ns, message.body)
        if acknowledge and not messages:
            self._send(self.channel.ns, _ACK)

    def queue(self, body: bytes) -> None:
        """A control message of ours; it leaves with the next `flush`."""
        self.channel.queue(Outgoing(0, body))

    def heard(self, now: float) -> None:
        """The peer lives: data has come."""
        self._heard = now

    def stop(self, code: StopResult, reason: str, now: float, error: ErrorCode = ErrorCode.NONE) -> None:
        """End it with a StopCCN (section 3.3.2). The caller flushes."""
        if self.state not in (State.WAIT_REPLY, State.ESTABLISHED):
            return
        self.down(reason, now)
        self.state = State.STOPPING
        avps = (result(code, error, reason), u32(AvpType.ASSIGNED_CONNECTION_ID, self.id))
        self.channel.only(Outgoing(0, self.shared.body(self.peer, MessageType.STOPCCN, avps)))

    def down(self, reason: str, now: float) -> None:
        """Tell that the connection and its sessions are no more, once."""
        if self.state is State.ESTABLISHED:
            self.sessions.end_all(reason)
            self.shared.emit(ConnectionDown(self.peer.carrier, self.host_name, reason))
        elif self.state is State.WAIT_REPLY:
            text = f"no control connection to {self.peer.carrier}: {reason}"
            self.shared.tell(EventName.REFUSED, text, self.peer.carrier, now)
        if self.state in (State.WAIT_REPLY, State.ESTABLISHED):
            self.sessions.end_all(reason)
            self.state = State.ENDED

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called; None: never."""
        times = [self.channel.due]
        if self.state is State.ESTABLISHED:
            times.append(None if self.channel.backlog else self._hello_at)
            times.append(self.sessions.next_timeout())
        elif self.state is State.LINGERING:
            times.append(self._end)
        return min((t for t in times if t is not None and t != float("inf")), default=None)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        if self.channel.due is not None and now >= self.channel.due and not self.channel.timeout(now):
            self.down("the peer does not answer", now)
            self.state = State.ENDED
            return
        if self.state is State.LINGERING and now >= self._end:
            self.state = State.ENDED
        if self.state is State.ESTABLISHED:
            self.sessions.handle_timeout(now)
            if not self.channel.backlog and now >= self._hello_at:
                self.queue(encode_message(MessageType.HELLO))  # section 4.4
        self.flush(now)

    @property
    def _hello_at(self) -> float:
        return self._heard + self.peer.timing.hello

    def _send(self, ns: int, body: bytes) -> None:
        header = ControlHeader(self.remote_id, ns, self.channel.nr)
        self.shared.emit(Send(self._whole(header, body), self.peer.carrier))

    def _whole(self, header: ControlHeader, body: bytes) -> bytes:
        """A message as it is sent, with its digest where there is a secret."""
        nonces = b"" if body.startswith(_SCCRQ) else self.nonce + self.remote_nonce
        return whole(self.peer, header, body, nonces)

    def _is_authentic(self, raw: bytes, body: bytes, now: float) -> bool:
        """Is the message the peer's own (section 4.3)? Nothing of another one is used."""
        remote = self.remote_nonce
        if self.state is State.WAIT_REPLY and body and self.peer.secret:
            # The nonce of an SCCRP is used for its own digest.
            try:
                remote = Message.decode(body, hiding_key(self.peer.secret)).values.get(AvpType.NONCE, b"")
            except Malformed as malformed:
                self.shared.drop(malformed.drop)
                return False
        return is_authentic(self.shared, self.peer, raw, remote + self.nonce, now)

    def _take(self, header: ControlHeader, body: bytes, now: float) -> None:
        most = self.shared.settings.limits.backlog
        for message in self.channel.taken(header, body, most, self.shared.drop):
            self._handle(message[1], now)

    def _handle(self, body: bytes, now: float) -> None:
        if self.state not in (State.WAIT_REPLY, State.ESTABLISHED):
            return
        try:
            message = Message.decode(body, hiding_key(self.peer.secret))
        except Malformed as malformed:
            self.shared.drop(malformed.drop)
            text = f"a control message from {self.peer.carrier} is malformed: {malformed.drop}"
            self.shared.tell(EventName.MALFORMED, text, self.peer.carrier, now)
            self.stop(StopResult.GENERAL_ERROR, str(malformed.drop), now, ErrorCode.OUT_OF_RANGE)
            return
        if message.type not in OF_THE_CONNECTION and message.type in REQUIRED:
            if self.state is State.ESTABLISHED:
                self.sessions.receive(message, now)
            else:
                self.shared.drop(Drop.UNEXPECTED)
        elif message.unknown:
            self.shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            self.stop(StopResult.GENERAL_ERROR, text, now, ErrorCode.UNKNOWN_MANDATORY_AVP)
        else:
            self._of_the_connection(message, now)

    def _of_the_connection(self, message: Message, now: float) -> None:
        match message.type:
            case MessageType.HELLO if self.state is State.ESTABLISHED:
                pass
            case MessageType.STOPCCN:
                self._stopped(message, now)
            case MessageType.SCCRP if self.state is State.WAIT_REPLY:
                self._replied(message, now)
            case kind if kind in OF_THE_CONNECTION:
                self.shared.drop(Drop.UNEXPECTED)
                self.stop(StopResult.FSM_ERROR, f"{kind} is not expected", now)
            case kind if message.must_be_known:
                # Section 5.4.1: a message that must be known and is not ends the connection.
                self.shared.drop(Drop.UNEXPECTED)
                self.stop(StopResult.GENERAL_ERROR, f"unknown message type {int(kind)}", now)
            case _:
                self.shared.drop(Drop.UNEXPECTED)

    def _replied(self, message: Message, now: float) -> None:
        """The SCCRP has come."""
        if message.missing or not message.number(AvpType.ASSIGNED_CONNECTION_ID):
            self.shared.drop(Drop.MISSING_AVP if message.missing else Drop.ZERO_ID)
            self.stop(StopResult.GENERAL_ERROR, "the SCCRP is not whole", now, ErrorCode.OUT_OF_RANGE)
            return
        self._learn(message)
        if AvpType.NONCE in message.values and not self.peer.secret:
            text = "control message authentication is asked for, and no secret is configured"
            self.stop(StopResult.NOT_AUTHORIZED, text, now)
            return
        window = message.number(AvpType.RECEIVE_WINDOW_SIZE)
        self.channel.peer_takes(DEFAULT_WINDOW if window is None else window)
        self.queue(self.shared.body(self.peer, MessageType.SCCCN))
        self._established(now)
        self.sessions.begin_at(now)

    def _learn(self, message: Message) -> None:
        self.remote_id = message.number(AvpType.ASSIGNED_CONNECTION_ID) or 0
        self.remote_nonce = message.values.get(AvpType.NONCE, b"")
        self.host_name = message.text(AvpType.HOST_NAME)
        self.capabilities = message.capabilities

    def _established(self, now: float) -> None:
        self.state = State.ESTABLISHED
        self.since = now
        self.shared.emit(ConnectionUp(self.peer.carrier, self.id, self.remote_id, self.host_name))

    def _stopped(self, message: Message, now: float) -> None:
        code, error, sentence = message.result()
        text = f"the peer ends the connection: result {StopResult(code)}"
        if error:
            text += f", error {ErrorCode(error)}"
        if self.state is State.WAIT_REPLY:
            self.remote_id = message.number(AvpType.ASSIGNED_CONNECTION_ID) or 0
        self.down(f"{text} ({sentence})" if sentence else text, now)
        self.state = State.LINGERING
        self._end = now + self.peer.timing.cycle


def is_ack(body: bytes) -> bool:
    """An explicit acknowledgment (RFC 3931 section 6.15), whose Ns is not used up."""
    return body[2:8] == _ACK[2:8]


def whole(peer: Peer, header: ControlHeader, body: bytes, nonces: bytes) -> bytes:
    """A control message as UDP or IP carries it. `nonces`: ours and the peer's, as far as it knows them."""
    if peer.secret:
        return framed(sign(header, body, peer.digest, peer.secret, nonces), peer.over_udp)
    return framed(header.encode(body), peer.over_udp)


def is_authentic(shared: Shared, peer: Peer, raw: bytes, nonces: bytes, now: float) -> bool:
    """Is the digest right, or none needed? Without a secret it can only tell that octets have changed."""
    verdict = verify(raw, peer.secret, nonces if peer.secret else b"")
    if verdict is Verdict.RIGHT or (verdict is Verdict.NONE and not peer.secret):
        return True
    if verdict is Verdict.WRONG and not peer.secret:
        # One who authenticates signs with a secret; its nonce says so, and gets its answer.
        verdict = Verdict.NONE if _has_nonce(raw) else verdict
        if verdict is Verdict.NONE:
            return True
    shared.drop(Drop.NOT_AUTHENTICATED)
    text = f"a control message from {peer.carrier} is dropped: {verdict.value}"
    shared.tell(EventName.REFUSED, text, peer.carrier, now)
    return False


def _has_nonce(raw: bytes) -> bool:
    try:
        return AvpType.NONCE in Message.decode(ControlHeader.decode(raw)[1]).values
    except Malformed:
        return False


def _channel(peer: Peer, peer_window: int, ns: int, nr: int) -> Channel[ControlHeader]:
    return Channel(peer.timing, peer.window, peer_window, ns=ns, nr=nr)
