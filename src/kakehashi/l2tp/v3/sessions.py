"""The sessions of one control connection: a pseudowire each (RFC 3931 sections 3.4 and 7.3, RFC 4719).

Either end may ask for a session; if both have, the lower Session Tie Breaker counts (section 5.4.4).
"""

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import EventName
from kakehashi.l2tp.v3.effects import CircuitChanged
from kakehashi.l2tp.v3.settings import Wire
from kakehashi.l2tp.v3.wire.message import Message, avp, u16, u32
from kakehashi.l2tp.v3.wire.registry import (
    CIRCUIT_ACTIVE,
    CIRCUIT_NEW,
    AvpType,
    CallResult,
    MessageType,
    Sequencing,
    SublayerType,
)
from kakehashi.l2tp.wire.avp import Avp, result
from kakehashi.l2tp.wire.registry import ErrorCode, StopResult
from kakehashi.model.pseudowire import PseudowireSession

if TYPE_CHECKING:
    from kakehashi.l2tp.v3.connection import Connection

_TIE_OCTETS = 8
_COOKIES = (0, 4, 8)
Refusal = tuple[CallResult, ErrorCode, str]


class State(enum.Enum):
    """Idle is no state: a session that has ended is forgotten."""

    WAIT_REPLY = "wait-reply"
    WAIT_CONNECT = "wait-connect"
    ESTABLISHED = "established"


@dataclass(slots=True)
class Session:
    """`due`: until when the peer has to answer. `remote_*`: what it asks of the frames that we send."""

    wire: Wire
    id: int
    cookie: bytes = field(repr=False)
    state: State
    due: float
    tie: bytes = b""
    remote_id: int = 0
    remote_cookie: bytes = field(default=b"", repr=False)
    remote_sublayer: bool = False
    remote_sequencing: bool = False
    active: bool = True


@dataclass(slots=True)
class _Pause:
    """A wire without session: when it is asked for again."""

    until: float
    failures: int = 0


class Sessions:
    """By our Session ID, and at most one for each wire."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._shared = connection.shared
        self._peer = connection.peer
        self._all: dict[int, Session] = {}
        self._of_wire: dict[str, Session] = {}
        self._pauses: dict[str, _Pause] = {}

    def __len__(self) -> int:
        return len(self._all)

    def established(self) -> tuple[Session, ...]:
        """Those that frames pass through."""
        return tuple(s for s in self._all.values() if s.state is State.ESTABLISHED)

    def begin_at(self, now: float) -> None:
        """From then on sessions are asked for where there is none."""
        for wire in self._peer.negotiated:
            self._pauses[wire.name] = _Pause(now)

    def receive(self, message: Message, now: float) -> None:
        """A message of a session."""
        match message.type:
            case MessageType.ICRQ:
                self._request(message, now)
            case MessageType.OCRQ:
                text = "a pseudowire dials nowhere"
                self._refuse(message, (CallResult.NO_FACILITIES, ErrorCode.NONE, text), now)
            case MessageType.CDN:
                self._disconnected(message, now)
            case kind:
                session = self._all.get(message.number(AvpType.REMOTE_SESSION_ID) or 0)
                if session is None:
                    self._unknown(message)
                elif message.unknown:
                    self._shared.drop(Drop.UNKNOWN_MANDATORY)
                    text = f"unknown mandatory AVP {message.unknown[0]}"
                    self._close(session, _general(ErrorCode.UNKNOWN_MANDATORY_AVP, text), now)
                elif message.missing:
                    self._shared.drop(Drop.MISSING_AVP)
                    text = f"{kind} without {min(message.missing)}"
                    self._close(session, _general(ErrorCode.OUT_OF_RANGE, text), now)
                else:
                    self._continued(session, message, now)

    def circuit(self, name: str) -> None:
        """Our circuit has changed: tell the peer (section 5.4.5). The connection's caller flushes."""
        session = self._of_wire.get(name)
        if session is not None and session.state is State.ESTABLISHED:
            self._say(session, MessageType.SLI, [self._circuit_status(session.wire)])

    def end_all(self, reason: str) -> None:
        """The connection ends, and all sessions with it, without a CDN each."""
        for session in tuple(self._all.values()):
            self._forget(session, reason)
        self._pauses.clear()

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called."""
        times = [s.due for s in self._all.values() if s.state is not State.ESTABLISHED]
        times += [p.until for name, p in self._pauses.items() if name not in self._of_wire]
        return min(times, default=None)

    def handle_timeout(self, now: float) -> None:
        """Sessions without an answer are given up, and wires without a session ask for one."""
        for session in tuple(self._all.values()):
            if session.state is not State.ESTABLISHED and session.due <= now:
                text = "the peer does not answer"
                self._close(session, (CallResult.FSM_ERROR, ErrorCode.NONE, text), now)
        for wire in self._peer.negotiated:
            pause = self._pauses.get(wire.name)
            if pause is not None and pause.until <= now and wire.name not in self._of_wire:
                self._begin(wire, now)

    def _begin(self, wire: Wire, now: float) -> None:
        session = self._new(wire, State.WAIT_REPLY, now)
        session.tie = self._shared.entropy(_TIE_OCTETS)
        avps = [
            u32(AvpType.SERIAL_NUMBER, session.id),
            u16(AvpType.PSEUDOWIRE_TYPE, wire.kind),
            avp(AvpType.REMOTE_END_ID, wire.end_id),
            avp(AvpType.TIE_BREAKER, session.tie),
            *self._wishes(session, CIRCUIT_NEW),
        ]
        self._say(session, MessageType.ICRQ, avps)

    def _request(self, message: Message, now: float) -> None:
        """An ICRQ: is it for a wire of this peer, and does no session of ours count more?"""
        if not message.number(AvpType.LOCAL_SESSION_ID):
            self._shared.drop(Drop.ZERO_ID)
            self._connection.stop(
                StopResult.GENERAL_ERROR, "ICRQ without a session ID", now, ErrorCode.INVALID_SESSION_ID
            )
            return
        end_id = message.values.get(AvpType.REMOTE_END_ID, b"")
        wire = next((w for w in self._peer.negotiated if w.end_id == end_id), None)
        refusal = self._why_not(message, wire)
        if refusal is not None or wire is None:
            self._refuse(message, refusal or _general(ErrorCode.OUT_OF_RANGE, "no such wire"), now)
            return
        ours = self._of_wire.get(wire.name)
        if ours is not None and not self._gives_way(ours, message, now):
            return
        session = self._new(wire, State.WAIT_CONNECT, now)
        self._learn(session, message)
        self._say(session, MessageType.ICRP, self._wishes(session, CIRCUIT_NEW))

    def _why_not(self, message: Message, wire: Wire | None) -> Refusal | None:
        """Why a session cannot be; None if it can."""
        if message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            return _general(ErrorCode.UNKNOWN_MANDATORY_AVP, text)
        if message.missing:
            self._shared.drop(Drop.MISSING_AVP)
            return _general(ErrorCode.OUT_OF_RANGE, f"no {min(message.missing)}")
        if wire is None:
            text = f"no pseudowire {message.text(AvpType.REMOTE_END_ID)} to this peer is configured"
            return CallResult.NO_FACILITIES_NOW, ErrorCode.NONE, text
        kind = message.number(AvpType.PSEUDOWIRE_TYPE)
        if kind != wire.kind:
            text = f"pseudowire type {kind}, and not {wire.kind}"
            return CallResult.UNSUPPORTED_TYPE, ErrorCode.NONE, text
        return _why_not_so(message)

    def _gives_way(self, ours: Session, message: Message, now: float) -> bool:
        """Two sessions for one wire: does the peer's count?"""
        if ours.state is not State.WAIT_REPLY:
            self._close(ours, _general(ErrorCode.NONE, "the peer asks for it anew"), now)
            return True
        theirs = message.values.get(AvpType.TIE_BREAKER, b"")
        if theirs and theirs < ours.tie:
            self._shared.drop(Drop.LOST_TIE)
            self._forget(ours, "the peer's session counts")
            return True
        if theirs == ours.tie:
            self._pause(ours.wire, now)
            self._forget(ours, "the tie breakers are the same")
        self._shared.drop(Drop.LOST_TIE)
        text = "the other session counts"
        self._send_cdn(message, (CallResult.LOST_TIE, ErrorCode.NONE, text), now)
        return False

    def _continued(self, session: Session, message: Message, now: float) -> None:
        """A message for a session that there is."""
        match (message.type, session.state):
            case (MessageType.ICRP, State.WAIT_REPLY):
                refusal = _why_not_so(message)
                if refusal is None and not message.number(AvpType.LOCAL_SESSION_ID):
                    refusal = _general(ErrorCode.INVALID_SESSION_ID, "ICRP without a session ID")
                self._learn(session, message)
                if refusal is not None:
                    self._close(session, refusal, now)
                    return
                self._say(session, MessageType.ICCN, [])
                self._established(session)
            case (MessageType.ICCN, State.WAIT_CONNECT):
                self._established(session)
            case (MessageType.SLI, _):
                self._circuit_changed(session, message)
            case (MessageType.WEN, _):
                pass  # how well a modem hears is nothing to us
            case _:
                self._shared.drop(Drop.UNEXPECTED)
                text = f"{message.type} is not expected"
                self._close(session, (CallResult.FSM_ERROR, ErrorCode.NONE, text), now)

    def _established(self, session: Session) -> None:
        session.state = State.ESTABLISHED
        self._pauses.pop(session.wire.name, None)
        how = session.wire.how
        bound = PseudowireSession(
            local_id=session.id,
            remote_id=session.remote_id,
            local_cookie=session.cookie,
            remote_cookie=session.remote_cookie,
            transport=self._peer.transport,
            local_sublayer=how.sequencing,
            remote_sublayer=session.remote_sublayer,
            sequencing=session.remote_sequencing,
            ordered=how.sequencing,
        )
        self._shared.bind(session.wire.name, self._peer.carrier, bound, session.active)

    def _circuit_changed(self, session: Session, message: Message) -> None:
        status = message.number(AvpType.CIRCUIT_STATUS)
        if status is None or bool(status & CIRCUIT_ACTIVE) == session.active:
            return
        session.active = not session.active
        if session.state is State.ESTABLISHED:
            self._shared.emit(CircuitChanged(session.wire.name, session.active))

    def _disconnected(self, message: Message, now: float) -> None:
        session = self._all.get(message.number(AvpType.REMOTE_SESSION_ID) or 0)
        theirs = message.number(AvpType.LOCAL_SESSION_ID)
        if session is None and not message.number(AvpType.REMOTE_SESSION_ID) and theirs:
            # It has not heard of our ID yet (section 5.4.4).
            session = next((s for s in self._all.values() if s.remote_id == theirs), None)
        if session is None:
            self._shared.drop(Drop.UNKNOWN_SESSION)
            return
        code, error, sentence = message.result()
        text = f"the peer ends the session: result {CallResult(code)}"
        if error:
            text += f", error {ErrorCode(error)}"
        text += f" ({sentence})" if sentence else ""
        self._pause(session.wire, now)
        if session.state is not State.ESTABLISHED:
            self._tell(session.wire, text, now)
        self._forget(session, text)

    def _unknown(self, message: Message) -> None:
        """For a session that there is not; an answer to one that was given up gets a CDN (section 7.3.2)."""
        self._shared.drop(Drop.UNKNOWN_SESSION)
        theirs, ours = message.number(AvpType.LOCAL_SESSION_ID), message.number(AvpType.REMOTE_SESSION_ID)
        if message.type == MessageType.ICRP and theirs and ours:
            avps = [result(CallResult.FSM_ERROR, 0, "no such session")]
            avps += [u32(AvpType.LOCAL_SESSION_ID, ours), u32(AvpType.REMOTE_SESSION_ID, theirs)]
            self._connection.queue(self._shared.body(self._peer, MessageType.CDN, avps))

    def _close(self, session: Session, refusal: Refusal, now: float) -> None:
        """End a session with a CDN. The connection's caller flushes."""
        code, error, reason = refusal
        self._say(session, MessageType.CDN, [result(code, error, reason)])
        self._pause(session.wire, now)
        if session.state is not State.ESTABLISHED:
            self._tell(session.wire, reason, now)
        self._forget(session, reason)

    def _refuse(self, message: Message, refusal: Refusal, now: float) -> None:
        self._send_cdn(message, refusal, now)
        text = f"a session from {self._peer.carrier} is refused: {refusal[2]}"
        self._shared.tell(EventName.CALL_REFUSED, text, self._peer.carrier, now)

    def _send_cdn(self, message: Message, refusal: Refusal, now: float) -> None:
        """For a session of the peer's that we have no ID for: any that is free does."""
        code, error, reason = refusal
        theirs = message.number(AvpType.LOCAL_SESSION_ID) or 0
        avps = [
            result(code, error, reason),
            u32(AvpType.LOCAL_SESSION_ID, self._shared.new_id(self._shared.taken.__contains__)),
            u32(AvpType.REMOTE_SESSION_ID, theirs),
        ]
        self._connection.queue(self._shared.body(self._peer, MessageType.CDN, avps))

    def _new(self, wire: Wire, state: State, now: float) -> Session:
        number = self._shared.new_id(self._shared.taken.__contains__)
        cookie = self._shared.entropy(wire.how.cookie_size)
        session = Session(wire, number, cookie, state, now + self._peer.timing.call)
        self._all[number] = self._of_wire[wire.name] = session
        self._shared.taken.add(number)
        return session

    def _learn(self, session: Session, message: Message) -> None:
        session.remote_id = message.number(AvpType.LOCAL_SESSION_ID) or 0
        session.remote_cookie = message.values.get(AvpType.ASSIGNED_COOKIE, b"")
        session.remote_sublayer = message.number(AvpType.SUBLAYER_TYPE) == SublayerType.DEFAULT
        session.remote_sequencing = bool(message.number(AvpType.DATA_SEQUENCING))
        status = message.number(AvpType.CIRCUIT_STATUS)
        session.active = status is None or bool(status & CIRCUIT_ACTIVE)

    def _wishes(self, session: Session, new: int) -> list[Avp]:
        """What we ask of frames that come, and how our circuit is."""
        avps = [self._circuit_status(session.wire, new)]
        if session.cookie:
            avps.append(avp(AvpType.ASSIGNED_COOKIE, session.cookie))
        if session.wire.how.sequencing:
            avps.append(u16(AvpType.SUBLAYER_TYPE, SublayerType.DEFAULT))
            avps.append(u16(AvpType.DATA_SEQUENCING, Sequencing.ALL))
        return avps

    def _circuit_status(self, wire: Wire, new: int = 0) -> Avp:
        active = 0 if wire.name in self._shared.inactive else CIRCUIT_ACTIVE
        return u16(AvpType.CIRCUIT_STATUS, new | active)

    def _say(self, session: Session, kind: MessageType, avps: list[Avp]) -> None:
        ids = [u32(AvpType.LOCAL_SESSION_ID, session.id), u32(AvpType.REMOTE_SESSION_ID, session.remote_id)]
        self._connection.queue(self._shared.body(self._peer, kind, ids + avps))

    def _tell(self, wire: Wire, reason: str, now: float) -> None:
        text = f"no session for {wire.name} to {self._peer.carrier}: {reason}"
        self._shared.tell(EventName.CALL_REFUSED, text, self._peer.carrier, now)

    def _pause(self, wire: Wire, now: float) -> None:
        """Ask again after a while that grows, and that is not the same at both ends."""
        pause = self._pauses.setdefault(wire.name, _Pause(now))
        longest = self._shared.settings.longest_pause
        wait = min(float(1 << min(pause.failures, 16)), longest)
        pause.failures += 1
        pause.until = now + wait * (1 + self._shared.entropy(1)[0] / 256)

    def _forget(self, session: Session, reason: str) -> None:
        del self._all[session.id]
        if self._of_wire.get(session.wire.name) is session:
            del self._of_wire[session.wire.name]
        self._shared.taken.discard(session.id)
        if session.state is State.ESTABLISHED:
            self._shared.unbind(session.wire.name, reason)


def _general(error: ErrorCode, text: str) -> Refusal:
    return CallResult.GENERAL_ERROR, error, text


def _why_not_so(message: Message) -> Refusal | None:
    """Why we cannot send as the peer asks; None if we can."""
    if len(message.values.get(AvpType.ASSIGNED_COOKIE, b"")) not in _COOKIES:
        return _general(ErrorCode.OUT_OF_RANGE, "a cookie has 0, 4 or 8 octets")
    sublayer = message.number(AvpType.SUBLAYER_TYPE) or SublayerType.NONE
    if sublayer not in (SublayerType.NONE, SublayerType.DEFAULT):
        return _general(ErrorCode.OUT_OF_RANGE, f"L2-Specific Sublayer {int(sublayer)} is not known")
    if message.number(AvpType.DATA_SEQUENCING) and sublayer == SublayerType.NONE:
        text = "sequence numbers need the Default L2-Specific Sublayer"
        return CallResult.SEQUENCING_WITHOUT_SUBLAYER, ErrorCode.NONE, text
    return None
