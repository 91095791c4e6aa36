"""The calls of one tunnel as the LNS has them: incoming ones alone (RFC 2661 section 7.4.2)."""

from typing import TYPE_CHECKING

from kakehashi.l2tp.drops import Drop
from kakehashi.l2tp.effects import Event, EventName, SessionDown, SessionId, SessionUp
from kakehashi.l2tp.session import Session
from kakehashi.l2tp.wire.avp import result, u16
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import AvpType, CallResult, ErrorCode, MessageType, StopResult

if TYPE_CHECKING:
    from kakehashi.l2tp.tunnel import Tunnel


class Calls:
    """By our session ID."""

    def __init__(self, tunnel: "Tunnel", now: float) -> None:
        self._tunnel = tunnel
        self._shared = tunnel.shared
        self._all: dict[int, Session] = {}
        self._waiting: dict[int, Session] = {}  # for their ICCN
        self._empty_since: float = now

    def __len__(self) -> int:
        return len(self._all)

    def get(self, session: int) -> Session | None:
        """By our ID."""
        return self._all.get(session)

    def all(self) -> tuple[Session, ...]:
        """Oldest first."""
        return tuple(self._all.values())

    def receive(self, session_id: int, message: Message, now: float) -> None:
        """A message of a session; `session_id` is that of the header, ours."""
        match message.type:
            case MessageType.ICRQ | MessageType.OCRQ:
                self._request(message, now)
            case MessageType.CDN:
                self._disconnected(session_id, message, now)
            case kind:
                session = self._all.get(session_id)
                if session is None:
                    self._shared.drop(Drop.UNKNOWN_SESSION)
                elif message.unknown:
                    self._shared.drop(Drop.UNKNOWN_MANDATORY)
                    self._close_unknown(session, message, now)
                elif message.missing:
                    self._shared.drop(Drop.MISSING_AVP)
                    reason = f"{kind} without {min(message.missing)}"
                    self.close(session, CallResult.GENERAL_ERROR, reason, now, ErrorCode.OUT_OF_RANGE)
                elif kind == MessageType.ICCN and not session.is_established:
                    self._connected(session, message)
                elif kind != MessageType.WEN:  # how well a modem hears is nothing to us
                    self._shared.drop(Drop.UNEXPECTED)
                    self.close(session, CallResult.GENERAL_ERROR, f"{kind} is not expected", now)

    def close(
        self,
        session: Session,
        code: CallResult,
        reason: str,
        now: float,
        error: ErrorCode = ErrorCode.NONE,
    ) -> None:
        """End a call with a CDN. The tunnel's caller flushes."""
        self._refuse(session.peer_session, session.id.session, code, reason, error)
        self._forget(session, reason, now)

    def end_all(self, reason: str) -> None:
        """The tunnel ends, and all calls with it, without a CDN each (section 5.7)."""
        for session in self.all():
            self._forget(session, reason, 0)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called."""
        if not self._all:
            return self._empty_since + self._shared.settings.timing.empty
        return min((s.due for s in self._waiting.values() if s.due is not None), default=None)

    def handle_timeout(self, now: float) -> None:
        """Calls without an ICCN are given up, and a tunnel that nobody uses."""
        for session in tuple(self._waiting.values()):
            if session.due is not None and session.due <= now:
                self.close(session, CallResult.TIMEOUT, "no ICCN has come", now)
        if not self._all and now >= self._empty_since + self._shared.settings.timing.empty:
            self._tunnel.stop(StopResult.CLEAR, "no session is left", now)

    def _request(self, message: Message, now: float) -> None:
        peer_session = message.number(AvpType.ASSIGNED_SESSION_ID)
        if not peer_session:
            self._shared.drop(Drop.MISSING_AVP if peer_session is None else Drop.ZERO_ID)
            self._tunnel.stop(
                StopResult.GENERAL_ERROR,
                f"{message.type} without a session ID",
                now,
                ErrorCode.INVALID_SESSION_ID,
            )
            return
        refusal = self._why_not(message, peer_session, now)
        if refusal is not None:
            code, error, reason = refusal
            self._refuse(peer_session, 0, code, reason, error)
            carrier = self._tunnel.carrier
            text = f"a call from {carrier} is refused: {reason}"
            self._shared.emit(Event(EventName.CALL_REFUSED, text, carrier))
            return
        number = self._shared.new_id(self._all.__contains__)
        due = now + self._shared.settings.timing.call
        session = Session(
            SessionId(self._tunnel.id, number), peer_session, message.text(AvpType.CALLING_NUMBER), due
        )
        self._all[number] = self._waiting[number] = session
        self._shared.sessions += 1
        answer = encode_message(MessageType.ICRP, (u16(AvpType.ASSIGNED_SESSION_ID, number),))
        self._tunnel.queue(peer_session, answer)

    def _why_not(
        self, message: Message, peer_session: int, now: float
    ) -> tuple[CallResult, ErrorCode, str] | None:
        """Why a call cannot be; None if it can."""
        limits = self._shared.settings.limits
        if message.type == MessageType.OCRQ:
            return CallResult.NO_FACILITIES, ErrorCode.NONE, "an LNS dials nowhere"
        if message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            return CallResult.GENERAL_ERROR, ErrorCode.UNKNOWN_MANDATORY_AVP, text
        if message.missing:
            self._shared.drop(Drop.MISSING_AVP)
            text = f"no {min(message.missing)}"
            return CallResult.GENERAL_ERROR, ErrorCode.OUT_OF_RANGE, text
        same = self._of_peer(peer_session)
        if same is not None:
            # The CDN that says so ends the older call at the peer too.
            self._forget(same, "the peer uses its session ID for another call", now)
            return CallResult.GENERAL_ERROR, ErrorCode.INVALID_SESSION_ID, "the session ID is in use"
        if len(self._all) >= limits.sessions_per_tunnel or self._shared.sessions >= limits.sessions:
            return CallResult.NO_FACILITIES_NOW, ErrorCode.NONE, "there are too many sessions"
        return None

    def _connected(self, session: Session, message: Message) -> None:
        session.due = None
        session.sequencing = AvpType.SEQUENCING_REQUIRED in message.values
        del self._waiting[session.id.session]
        self._shared.emit(
            SessionUp(
                session.id,
                SessionId(self._tunnel.peer_tunnel, session.peer_session),
                self._tunnel.carrier,
                session.sequencing,
                session.calling_number,
            )
        )

    def _disconnected(self, session_id: int, message: Message, now: float) -> None:
        peer_session = message.number(AvpType.ASSIGNED_SESSION_ID)
        session = self._all.get(session_id)
        if session is None and session_id == 0 and peer_session:
            session = self._of_peer(peer_session)  # it has not seen our ICRP
        if session is None:
            self._shared.drop(Drop.UNKNOWN_SESSION)
            return
        code, _, sentence = message.result()
        text = f"the peer ends the call: result {CallResult(code)}"
        self._forget(session, f"{text} ({sentence})" if sentence else text, now)

    def _close_unknown(self, session: Session, message: Message, now: float) -> None:
        text = f"unknown mandatory AVP {message.unknown[0]}"
        self.close(session, CallResult.GENERAL_ERROR, text, now, ErrorCode.UNKNOWN_MANDATORY_AVP)

    def _of_peer(self, peer_session: int) -> Session | None:
        return next((s for s in self._all.values() if s.peer_session == peer_session), None)

    def _refuse(
        self, peer_session: int, session: int, code: CallResult, reason: str, error: ErrorCode
    ) -> None:
        avps = (result(code, error, reason), u16(AvpType.ASSIGNED_SESSION_ID, session))
        self._tunnel.queue(peer_session, encode_message(MessageType.CDN, avps))

    def _forget(self, session: Session, reason: str, now: float) -> None:
        del self._all[session.id.session]
        self._waiting.pop(session.id.session, None)
        self._shared.sessions -= 1
        if not self._all:
            self._empty_since = now
        if session.is_established:
            self._shared.emit(SessionDown(session.id, reason))
