"""SCCRQ, SCCRP, SCCCN: a control connection is made by either end (RFC 3931 sections 3.3.1 and 7.2).

An SCCRQ that is answered leaves a half-open connection and nothing else, and of these there are only so many.
The SCCRP is not sent again by itself: a peer that has not seen it repeats its SCCRQ.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import EventName, Send
from kakehashi.l2tp.half_open import HalfOpen, HalfOpenTunnels
from kakehashi.l2tp.v3.connection import (
    DEFAULT_WINDOW,
    Connection,
    State,
    is_ack,
    is_authentic,
    whole,
)
from kakehashi.l2tp.v3.peering import Peering
from kakehashi.l2tp.v3.shared import Shared
from kakehashi.l2tp.v3.wire.digest import hiding_key
from kakehashi.l2tp.v3.wire.header import ControlHeader
from kakehashi.l2tp.v3.wire.message import Message, avp, encode_message, u16, u32
from kakehashi.l2tp.v3.wire.registry import AvpType, MessageType, PseudowireKind
from kakehashi.l2tp.wire.avp import Avp, result
from kakehashi.l2tp.wire.registry import ErrorCode, StopResult

_NONCE_OCTETS: Final = 16
_TIE_OCTETS: Final = 8
_CAPABILITIES: Final = b"".join(int(kind).to_bytes(2, "big") for kind in PseudowireKind)
Refusal = tuple[StopResult, ErrorCode, str]


@dataclass(frozen=True, slots=True, repr=False)
class HalfOpenConnection(HalfOpen):
    """An SCCRQ that was answered: `challenge` is our nonce, `asked` what the SCCRQ said."""

    asked: Message | None = None


class Opening:
    """Everything before a control connection stands. `connections`: by our ID, new ones are put there."""

    def __init__(self, shared: Shared, connections: dict[int, Connection]) -> None:
        self._shared = shared
        self._connections = connections
        self.half_open: HalfOpenTunnels[HalfOpenConnection] = HalfOpenTunnels(shared.settings.limits)

    def begin(self, peering: Peering, now: float) -> Connection:
        """Send an SCCRQ."""
        number = self._new_id()
        nonce = self._shared.entropy(_NONCE_OCTETS) if peering.peer.secret else b""
        tie = self._shared.entropy(_TIE_OCTETS)
        avps = [*self._ours(peering, number, nonce), avp(AvpType.TIE_BREAKER, tie)]
        sccrq = self._shared.body(peering.peer, MessageType.SCCRQ, avps)
        connection = Connection.begin(self._shared, peering.peer, number, nonce, tie, sccrq, now)
        self._connections[number] = peering.current = connection
        peering.retry = None
        return connection

    def begun(
        self, peering: Peering, raw: bytes, header: ControlHeader, body: bytes, now: float
    ) -> Connection | None:
        """A message for connection 0. The connection that it moves; None: none."""
        message = self._read(peering, body)
        if message is None:
            return None
        remote_id = message.number(AvpType.ASSIGNED_CONNECTION_ID)
        half = self.half_open.of_peer(peering.peer.carrier, remote_id or 0)
        if message.type == MessageType.STOPCCN and half is not None:
            nonces = _nonce(half) + half.challenge
            if is_authentic(self._shared, peering.peer, raw, nonces, now):
                self._withdrawn(half, message, now)
            return None
        if message.type != MessageType.SCCRQ or header.ns:
            self._shared.drop(Drop.UNEXPECTED)
            return None
        if not is_authentic(self._shared, peering.peer, raw, b"", now):
            return None
        if not remote_id or message.missing:
            self._shared.drop(Drop.ZERO_ID if remote_id == 0 else Drop.MISSING_AVP)
            return None
        return self._requested(peering, message, remote_id, sha256(raw).digest(), now)

    def continued(
        self, peering: Peering, raw: bytes, header: ControlHeader, body: bytes, now: float
    ) -> Connection | None:
        """A message for a half-open connection. The connection that it makes."""
        half = self.half_open.get(header.connection_id)
        if half is None or half.asked is None:
            self._shared.drop(Drop.UNKNOWN_TUNNEL)
            return None
        if half.carrier != peering.peer.carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return None
        if not is_authentic(self._shared, peering.peer, raw, _nonce(half) + half.challenge, now):
            return None
        if is_ack(body) or not body:
            return None  # it proves nothing that the SCCCN does not
        message = self._read(peering, body)
        if message is None:
            return None
        if message.type == MessageType.STOPCCN:
            self._withdrawn(half, message, now)
            return None
        if (header.ns, header.nr) != (1, 1):
            self._shared.drop(Drop.OUTSIDE_WINDOW)
            return None
        self.half_open.remove(half.tunnel)
        if message.type != MessageType.SCCCN or message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY if message.unknown else Drop.UNEXPECTED)
            refusal = (StopResult.FSM_ERROR, ErrorCode.NONE, f"{message.type} in place of SCCCN")
            if message.unknown:
                text = f"unknown mandatory AVP {message.unknown[0]}"
                refusal = (StopResult.GENERAL_ERROR, ErrorCode.UNKNOWN_MANDATORY_AVP, text)
            header = ControlHeader(half.peer_tunnel, 1, 2)
            self._refuse(peering, refusal, header, half.tunnel, half.challenge + _nonce(half), now)
            return None
        return self._connected(peering, half, half.asked, now)

    def _requested(
        self, peering: Peering, message: Message, remote_id: int, request: bytes, now: float
    ) -> Connection | None:
        """An SCCRQ."""
        half = self.half_open.of_peer(peering.peer.carrier, remote_id)
        if half is not None and half.request == request:
            self._shared.drop(Drop.DUPLICATE)
            self._shared.emit(Send(half.answer, half.carrier))
            return None
        current = peering.current
        if current is not None and current.request == request:
            self._shared.drop(Drop.DUPLICATE)
            current.flush(now, acknowledge=True)
            return current
        refusal = self._why_not(peering, message) or self._tie(peering, message, now)
        if refusal is not None:
            nonces = message.values.get(AvpType.NONCE, b"")
            # An ID that is not zero: some peers take zero for malformed.
            self._refuse(peering, refusal, ControlHeader(remote_id, 0, 1), self._new_id(), nonces, now)
            return current
        self._answer(peering, message, remote_id, request, now)
        return current

    def _why_not(self, peering: Peering, message: Message) -> Refusal | None:
        """Why an SCCRQ cannot have its connection; None if it can."""
        if message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            return StopResult.GENERAL_ERROR, ErrorCode.UNKNOWN_MANDATORY_AVP, text
        if AvpType.NONCE in message.values and not peering.peer.secret:
            text = "control message authentication is asked for, and no secret is configured"
            return StopResult.NOT_AUTHORIZED, ErrorCode.NONE, text
        if peering.peer.secret and AvpType.NONCE not in message.values:
            return StopResult.NOT_AUTHORIZED, ErrorCode.NONE, "there is no nonce"
        if peering.peer.control is None:
            return StopResult.NOT_AUTHORIZED, ErrorCode.NONE, "every session is configured"
        return None

    def _tie(self, peering: Peering, message: Message, now: float) -> Refusal | None:
        """Both ends have begun: the lower Tie Breaker counts (section 5.4.3). None if the peer's does."""
        ours = peering.current
        if ours is None or ours.state is not State.WAIT_REPLY:
            return None
        theirs = message.values.get(AvpType.TIE_BREAKER, b"")
        self._shared.drop(Drop.LOST_TIE)
        if not theirs or theirs >= ours.tie:
            if theirs == ours.tie:
                self._forget(peering, ours)
                peering.pause(now)
            return StopResult.ALREADY_EXISTS, ErrorCode.NONE, "the other connection counts"
        self._forget(peering, ours)
        peering.pause(now, self._shared.settings.limits.half_open_timeout)
        return None

    def _forget(self, peering: Peering, connection: Connection) -> None:
        connection.state = State.ENDED
        del self._connections[connection.id]
        peering.current = None

    def _answer(self, peering: Peering, message: Message, remote_id: int, request: bytes, now: float) -> None:
        """Send an SCCRP."""
        peer, number = peering.peer, self._new_id()
        nonce = self._shared.entropy(_NONCE_OCTETS) if peer.secret else b""
        body = self._shared.body(peer, MessageType.SCCRP, self._ours(peering, number, nonce))
        nonces = nonce + message.values.get(AvpType.NONCE, b"")
        answer = whole(peer, ControlHeader(remote_id, 0, 1), body, nonces)
        window = message.number(AvpType.RECEIVE_WINDOW_SIZE)
        half = HalfOpenConnection(
            number,
            remote_id,
            peer.carrier,
            message.text(AvpType.HOST_NAME),
            DEFAULT_WINDOW if window is None else max(window, 1),
            request,
            answer,
            nonce,
            now + self._shared.settings.limits.half_open_timeout,
            asked=message,
        )
        self._shared.drops[Drop.HALF_OPEN_LIMIT] += self.half_open.add(half)
        self._shared.emit(Send(answer, peer.carrier))

    def _connected(
        self, peering: Peering, half: HalfOpenConnection, asked: Message, now: float
    ) -> Connection:
        ghost = peering.current
        if ghost is not None:
            # The peer has begun anew, as after a restart.
            ghost.down("the peer has begun anew", now)
            self._forget(peering, ghost)
        connection = Connection(self._shared, peering.peer, half.tunnel, half.challenge, now)
        self._connections[half.tunnel] = peering.current = connection
        connection.answered(asked, half.peer_window, half.request, now)
        return connection

    def _withdrawn(self, half: HalfOpenConnection, message: Message, now: float) -> None:
        """The peer does not want what we offer."""
        code, _, sentence = message.result()
        text = f"the peer {half.host_name} at {half.carrier} ends the connection: result {StopResult(code)}"
        text += f" ({sentence})" if sentence else ""
        self._shared.tell(EventName.REFUSED, text, half.carrier, now)
        self.half_open.remove(half.tunnel)

    def _refuse(
        self,
        peering: Peering,
        refusal: Refusal,
        header: ControlHeader,
        number: int,
        nonces: bytes,
        now: float,
    ) -> None:
        """A StopCCN that leaves nothing behind; it is not sent again by itself."""
        code, error, reason = refusal
        text = f"a control connection from {peering.peer.carrier} is refused: {reason}"
        if self._shared.tell(EventName.REFUSED, text, peering.peer.carrier, now):
            avps = (result(code, error, reason), u32(AvpType.ASSIGNED_CONNECTION_ID, number))
            body = encode_message(MessageType.STOPCCN, avps)
            self._shared.emit(Send(whole(peering.peer, header, body, nonces), peering.peer.carrier))

    def _read(self, peering: Peering, body: bytes) -> Message | None:
        if not body:
            self._shared.drop(Drop.UNEXPECTED)
            return None
        try:
            return Message.decode(body, hiding_key(peering.peer.secret))
        except Malformed as malformed:
            self._shared.drop(malformed.drop)
            return None

    def _ours(self, peering: Peering, number: int, nonce: bytes) -> list[Avp]:
        """What an SCCRQ and an SCCRP say of us (sections 6.1 and 6.2)."""
        settings, control = self._shared.settings, peering.peer.control
        name = (control.host_name if control else "") or settings.host_name
        avps = [
            avp(AvpType.HOST_NAME, name.encode() or b"lcce"),
            u32(AvpType.ROUTER_ID, settings.router_id),
            u32(AvpType.ASSIGNED_CONNECTION_ID, number),
            avp(AvpType.PSEUDOWIRE_CAPABILITIES, _CAPABILITIES),
            avp(AvpType.VENDOR_NAME, settings.vendor_name.encode()),
            u16(AvpType.RECEIVE_WINDOW_SIZE, peering.peer.window),
        ]
        return avps + ([avp(AvpType.NONCE, nonce)] if nonce else [])

    def _new_id(self) -> int:
        return self._shared.new_id(lambda n: n in self._connections or self.half_open.get(n) is not None)


def _nonce(half: HalfOpenConnection) -> bytes:
    """The peer's."""
    return half.asked.values.get(AvpType.NONCE, b"") if half.asked else b""
