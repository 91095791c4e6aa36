"""SCCRQ, SCCRP, SCCCN: a control connection is made (RFC 2661 sections 5.1 and 7.2.1).

A Tie Breaker in an SCCRQ asks whose SCCRQ counts when both ends have sent one (section 4.4.3). An LNS that
dials nowhere has sent none, so there is no tie: the peer's counts.
"""

from hashlib import sha256
from typing import Final

from kakehashi.l2tp.challenge import is_response, response
from kakehashi.l2tp.drops import Drop, Malformed
from kakehashi.l2tp.effects import Carrier, Event, EventName, Send
from kakehashi.l2tp.half_open import HalfOpen, HalfOpenTunnels
from kakehashi.l2tp.settings import Settings
from kakehashi.l2tp.shared import Shared
from kakehashi.l2tp.tunnel import Tunnel
from kakehashi.l2tp.tunnels import Tunnels
from kakehashi.l2tp.wire.avp import Avp, avp, result, u16, u32
from kakehashi.l2tp.wire.header import ControlHeader
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import PROTOCOL_VERSION, AvpType, ErrorCode, MessageType, StopResult

_CHALLENGE_OCTETS: Final = 16
_DEFAULT_WINDOW: Final = 4  # RFC 2661 section 4.4.3, Receive Window Size
_ANY_FRAMING: Final = 3  # synchronous and asynchronous
_FIRMWARE: Final = 0x0100
Refusal = tuple[StopResult, ErrorCode, str]


class Opening:
    """Everything before a tunnel stands. `tunnels`: those that do; a new one is put there."""

    def __init__(self, shared: Shared, tunnels: Tunnels) -> None:
        self._shared = shared
        self._tunnels = tunnels
        self.half_open: HalfOpenTunnels[HalfOpen] = HalfOpenTunnels(shared.settings.limits)

    def configure(self, settings: Settings) -> None:
        """Other limits."""
        self.half_open.configure(settings.limits)

    def receive(self, header: ControlHeader, body: bytes, carrier: Carrier, now: float) -> Tunnel | None:
        """A control message of no tunnel that stands. The tunnel that it makes or moves; None: none."""
        half = self.half_open.get(header.tunnel_id)
        if half is not None and half.carrier != carrier:
            self._shared.drop(Drop.WRONG_CARRIER)
            return None
        if half is None and header.tunnel_id:
            self._shared.drop(Drop.UNKNOWN_TUNNEL)
            if body:
                self._answer_unknown(header, body, carrier, now)
            return None
        if not body:
            self._shared.drop(Drop.UNEXPECTED)  # an acknowledgment that proves nothing the SCCCN does not
            return None
        try:
            message = Message.decode(body, self._shared.secret)
        except Malformed as malformed:
            self._shared.drop(malformed.drop)
            return None
        if half is not None:
            return self._continued(half, header, message, now)
        return self._begun(header, message, sha256(body).digest(), carrier, now)

    def expire(self, now: float) -> None:
        """Forget who has been silent for too long."""
        self.half_open.expire(now)

    def next_timeout(self) -> float | None:
        """When `expire` wants to be called."""
        return self.half_open.next_timeout()

    def lost_peer(self, peer: str) -> None:
        """The IPsec peer is gone."""
        self.half_open.lost_peer(peer)

    def _begun(
        self, header: ControlHeader, message: Message, request: bytes, carrier: Carrier, now: float
    ) -> Tunnel | None:
        """A message for tunnel 0: an SCCRQ, or a StopCCN of who has not seen our SCCRP."""
        peer_tunnel = message.number(AvpType.ASSIGNED_TUNNEL_ID)
        half = self.half_open.of_peer(carrier, peer_tunnel or 0)
        if message.type == MessageType.STOPCCN and half is not None:
            self._withdrawn(half, header, message)
            return None
        if message.type != MessageType.SCCRQ or header.ns:
            self._shared.drop(Drop.UNEXPECTED)
            return None
        if not peer_tunnel or message.missing:
            self._shared.drop(Drop.ZERO_ID if peer_tunnel == 0 else Drop.MISSING_AVP)
            return None
        if half is not None and half.request == request:
            self._shared.drop(Drop.DUPLICATE)
            self._shared.emit(Send(half.answer, carrier))
            return None
        tunnel = self._tunnels.of_peer(carrier, peer_tunnel)
        if tunnel is not None and tunnel.request == request:
            self._shared.drop(Drop.DUPLICATE)
            tunnel.flush(now, acknowledge=True)
            return tunnel
        refusal = self._why_not(message)
        if refusal is not None:
            self._refuse(refusal, peer_tunnel, carrier, now)
            return None
        self._answer(message, peer_tunnel, request, carrier, now)
        return None

    def _why_not(self, message: Message) -> Refusal | None:
        """Why an SCCRQ cannot have its tunnel; None if it can."""
        if message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            return StopResult.GENERAL_ERROR, ErrorCode.UNKNOWN_MANDATORY_AVP, text
        version = message.number(AvpType.PROTOCOL_VERSION) or 0
        if version >> 8 != PROTOCOL_VERSION >> 8:
            # The error code says which version we speak (section 4.4.2).
            return (
                StopResult.PROTOCOL_VERSION,
                ErrorCode(PROTOCOL_VERSION),
                f"protocol version {version >> 8}",
            )
        if AvpType.CHALLENGE in message.values and not self._shared.secret:
            text = "tunnel authentication is asked for, and no secret is configured"
            return StopResult.NOT_AUTHORIZED, ErrorCode.NONE, text
        if len(self._tunnels) >= self._shared.settings.limits.tunnels:
            return StopResult.GENERAL_ERROR, ErrorCode.INSUFFICIENT_RESOURCES, "there are too many tunnels"
        return None

    def _answer(
        self, message: Message, peer_tunnel: int, request: bytes, carrier: Carrier, now: float
    ) -> None:
        """Send an SCCRP (section 6.2)."""
        settings, secret = self._shared.settings, self._shared.secret
        tunnel = self._new_id()
        challenge = self._shared.entropy(_CHALLENGE_OCTETS) if secret else b""
        avps = [
            u16(AvpType.PROTOCOL_VERSION, PROTOCOL_VERSION),
            u32(AvpType.FRAMING_CAPABILITIES, _ANY_FRAMING),
            u32(AvpType.BEARER_CAPABILITIES, 0),
            u16(AvpType.FIRMWARE_REVISION, _FIRMWARE),
            avp(AvpType.HOST_NAME, settings.host_name.encode()),
            avp(AvpType.VENDOR_NAME, settings.vendor_name.encode()),
            u16(AvpType.ASSIGNED_TUNNEL_ID, tunnel),
            u16(AvpType.RECEIVE_WINDOW_SIZE, settings.window),
        ]
        if secret:
            avps.append(avp(AvpType.CHALLENGE, challenge))
        asked = message.values.get(AvpType.CHALLENGE)
        if asked is not None:
            avps.append(avp(AvpType.CHALLENGE_RESPONSE, response(MessageType.SCCRP, secret, asked)))
        answer = ControlHeader(peer_tunnel, 0, 0, 1).encode(encode_message(MessageType.SCCRP, avps))
        window = message.number(AvpType.RECEIVE_WINDOW_SIZE)
        half = HalfOpen(
            tunnel,
            peer_tunnel,
            carrier,
            message.text(AvpType.HOST_NAME),
            _DEFAULT_WINDOW if window is None else max(window, 1),
            request,
            answer,
            challenge,
            now + settings.limits.half_open_timeout,
        )
        self._shared.drops[Drop.HALF_OPEN_LIMIT] += self.half_open.add(half)
        self._shared.emit(Send(answer, carrier))

    def _continued(
        self, half: HalfOpen, header: ControlHeader, message: Message, now: float
    ) -> Tunnel | None:
        """A message for a tunnel that is half open: the SCCCN, or a StopCCN."""
        if half.refusal:
            self._shared.drop(Drop.DUPLICATE)
            self._shared.emit(Send(half.refusal, half.carrier))
            return None
        if message.type == MessageType.STOPCCN:
            self._withdrawn(half, header, message)
            return None
        if (header.ns, header.nr) != (1, 1):
            self._shared.drop(Drop.OUTSIDE_WINDOW)
            return None
        refusal = self._why_not_connected(half, message)
        if refusal is not None:
            self._tell_refused(half.carrier, refusal[2])
            answer = ControlHeader(half.peer_tunnel, 0, 1, 2).encode(_stop(half.tunnel, refusal))
            self.half_open.refuse(half.tunnel, answer)
            self._shared.emit(Send(answer, half.carrier))
            return None
        self.half_open.remove(half.tunnel)
        ghost = self._tunnels.of_peer(half.carrier, half.peer_tunnel)
        if ghost is not None:
            # The peer has begun anew with a tunnel ID that it had before, as after a restart.
            ghost.down("the peer has begun anew")
            self._tunnels.remove(ghost)
        tunnel = Tunnel(self._shared, half, now)
        self._tunnels.add(tunnel)
        return tunnel

    def _why_not_connected(self, half: HalfOpen, message: Message) -> Refusal | None:
        if message.type != MessageType.SCCCN:
            self._shared.drop(Drop.UNEXPECTED)
            return StopResult.FSM_ERROR, ErrorCode.NONE, f"{message.type} in place of SCCCN"
        if message.unknown:
            self._shared.drop(Drop.UNKNOWN_MANDATORY)
            text = f"unknown mandatory AVP {message.unknown[0]}"
            return StopResult.GENERAL_ERROR, ErrorCode.UNKNOWN_MANDATORY_AVP, text
        if half.challenge:
            given = message.values.get(AvpType.CHALLENGE_RESPONSE, b"")
            if not is_response(MessageType.SCCCN, self._shared.secret, half.challenge, given):
                text = "it does not know the tunnel's secret" if given else "it does not authenticate"
                return StopResult.NOT_AUTHORIZED, ErrorCode.NONE, text
        if len(self._tunnels) >= self._shared.settings.limits.tunnels:
            return StopResult.GENERAL_ERROR, ErrorCode.INSUFFICIENT_RESOURCES, "there are too many tunnels"
        return None

    def _withdrawn(self, half: HalfOpen, header: ControlHeader, message: Message) -> None:
        """The peer does not want what we offer, as when our Challenge Response is wrong."""
        code, _, sentence = message.result()
        text = f"the peer {half.host_name} at {half.carrier} ends the tunnel: result {StopResult(code)}"
        text += f" ({sentence})" if sentence else ""
        self._shared.emit(Event(EventName.REFUSED, text, half.carrier))
        self.half_open.remove(half.tunnel)
        acknowledgment = ControlHeader(half.peer_tunnel, 0, 1, (header.ns + 1) & 0xFFFF)
        self._shared.emit(Send(acknowledgment.encode(b""), half.carrier))

    def _refuse(self, refusal: Refusal, peer_tunnel: int, carrier: Carrier, now: float) -> None:
        """A StopCCN that leaves nothing behind; it answers each SCCRQ, and is not sent again by itself."""
        if not self._shared.may_answer(now):
            self._shared.drop(Drop.ANSWERS_LIMIT)
            return
        self._tell_refused(carrier, refusal[2])
        # An ID that is not zero: some peers take zero for malformed (section 4.4.3, Assigned Tunnel ID).
        body = _stop(self._new_id(), refusal)
        self._shared.emit(Send(ControlHeader(peer_tunnel, 0, 0, 1).encode(body), carrier))

    def _answer_unknown(self, header: ControlHeader, body: bytes, carrier: Carrier, now: float) -> None:
        try:
            message = Message.decode(body, self._shared.secret)
        except Malformed:
            return
        if message.type != MessageType.STOPCCN:
            self.disown(header.tunnel_id, header.nr, header.ns + 1, carrier, now)

    def disown(self, tunnel: int, ns: int, nr: int, carrier: Carrier, now: float) -> None:
        """Say that a tunnel is not there, as after a restart: its peer need not find out by silence.

        The ID of ours is all that is known of it, and by that a peer finds it even in a message for tunnel 0
        (section 4.4.3, Assigned Tunnel ID). `ns` is what it expects of us, as far as it has said so.
        """
        if not self._shared.may_answer(now):
            self._shared.drop(Drop.ANSWERS_LIMIT)
            return
        refusal = StopResult.GENERAL_ERROR, ErrorCode.NO_CONTROL_CONNECTION, "there is no such tunnel here"
        header = ControlHeader(0, 0, ns, nr & 0xFFFF)
        self._shared.emit(Send(header.encode(_stop(tunnel, refusal)), carrier))

    def _tell_refused(self, carrier: Carrier, reason: str) -> None:
        text = f"a tunnel from {carrier} is refused: {reason}"
        self._shared.emit(Event(EventName.REFUSED, text, carrier))

    def _new_id(self) -> int:
        return self._shared.new_id(lambda n: n in self._tunnels or self.half_open.get(n) is not None)


def _stop(tunnel: int, refusal: Refusal) -> bytes:
    code, error, reason = refusal
    avps: tuple[Avp, ...] = (u16(AvpType.ASSIGNED_TUNNEL_ID, tunnel), result(code, error, reason))
    return encode_message(MessageType.STOPCCN, avps)
