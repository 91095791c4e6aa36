"""The laptop's half of L2TP (RFC 2661): its own LAC, with one tunnel and one call. No sockets, no clock."""

import struct
from hashlib import md5

from kakehashi.gateway.dialer.client import Client
from kakehashi.l2tp.drops import Malformed
from kakehashi.l2tp.wire.avp import Avp, avp, result, u16, u32
from kakehashi.l2tp.wire.header import ControlHeader, DataHeader, is_control
from kakehashi.l2tp.wire.message import Message, encode_message
from kakehashi.l2tp.wire.registry import AvpType, MessageType
from kakehashi.ppp.drops import Malformed as MalformedFrame

_VERSION, _FRAMING, _SPEED, _WINDOW = b"\x01\x00", 3, 10**8, 4
_TUNNEL, _SESSION = 1, 1


class Lac:
    """`out`: datagrams to send. One message is under way at a time and goes again at each `tick` until it is
    acknowledged. `failure`: why the server ended it, "" while it has not.
    """

    def __init__(self, ppp: Client, name: str, secret: bytes = b"") -> None:
        self.ppp = ppp
        self.out: list[bytes] = []
        self.failure = ""
        self.is_up = False
        self._name, self._secret = name.encode(), secret
        self._peer_tunnel = self._peer_session = 0
        self._ns = self._nr = 0
        self._queue: list[tuple[int, bytes]] = []

    def begin(self) -> None:
        """Ask for a tunnel."""
        self._say(
            MessageType.SCCRQ,
            avp(AvpType.PROTOCOL_VERSION, _VERSION),
            u32(AvpType.FRAMING_CAPABILITIES, _FRAMING),
            avp(AvpType.HOST_NAME, self._name),
            u16(AvpType.ASSIGNED_TUNNEL_ID, _TUNNEL),
            u16(AvpType.RECEIVE_WINDOW_SIZE, _WINDOW),
        )

    def end(self) -> None:
        """Say goodbye; nobody waits for an answer."""
        if self._peer_tunnel:
            self._queue.clear()
            self._say(MessageType.STOPCCN, u16(AvpType.ASSIGNED_TUNNEL_ID, _TUNNEL), result(1))

    def tick(self) -> None:
        """What has no answer goes again."""
        self._transmit()
        if self.is_up:
            self.ppp.tick()
            self.frames()

    def frames(self) -> None:
        """What the link wants to send."""
        header = DataHeader(self._peer_tunnel, self._peer_session)
        self.out += [header.encode(frame) for frame in self.ppp.out]
        self.ppp.out.clear()

    def receive(self, datagram: bytes) -> None:
        """Take a datagram from the server; what is none is left alone."""
        try:
            if not is_control(datagram):
                header, frame = DataHeader.decode(datagram)
                if self.is_up and (header.tunnel_id, header.session_id) == (_TUNNEL, _SESSION):
                    self.ppp.receive(frame)
                    self.frames()
                return
            control, body = ControlHeader.decode(datagram)
            self._control(control, body)
        except (Malformed, MalformedFrame):
            return

    def _control(self, header: ControlHeader, body: bytes) -> None:
        if self._queue and header.nr == (self._ns + 1) & 0xFFFF:
            self._queue.pop(0)
            self._ns = header.nr
        if not body:
            self._transmit()
            return
        if header.ns != self._nr:
            self._acknowledge()
            return
        self._nr = (header.ns + 1) & 0xFFFF
        self._understand(Message.decode(body, self._secret))
        self._acknowledge()
        self._transmit()

    def _understand(self, message: Message) -> None:
        match message.type:
            case MessageType.SCCRP:
                self._peer_tunnel = message.number(AvpType.ASSIGNED_TUNNEL_ID) or 0
                self._say(MessageType.SCCCN, *self._response(message))
                self._say(
                    MessageType.ICRQ,
                    u16(AvpType.ASSIGNED_SESSION_ID, _SESSION),
                    u32(AvpType.CALL_SERIAL_NUMBER, 1),
                )
            case MessageType.ICRP:
                self._peer_session = message.number(AvpType.ASSIGNED_SESSION_ID) or 0
                self._say(
                    MessageType.ICCN,
                    u32(AvpType.TX_CONNECT_SPEED, _SPEED),
                    u32(AvpType.FRAMING_TYPE, 1),
                    session=self._peer_session,
                )
                self.is_up = True
            case MessageType.STOPCCN | MessageType.CDN:
                code, _, sentence = message.result()
                self.failure = sentence or f"{message.type.name} with result {code}"
                self._queue.clear()

    def _response(self, message: Message) -> list[Avp]:
        """To the server's challenge (section 5.1.1)."""
        challenge = message.values.get(AvpType.CHALLENGE)
        if challenge is None:
            return []
        value = bytes((MessageType.SCCCN,)) + self._secret + challenge
        return [avp(AvpType.CHALLENGE_RESPONSE, md5(value, usedforsecurity=False).digest())]

    def _say(self, kind: MessageType, *avps: Avp, session: int = 0) -> None:
        self._queue.append((session, encode_message(kind, avps)))
        if len(self._queue) == 1:
            self._transmit()

    def _transmit(self) -> None:
        if self._queue:
            session, body = self._queue[0]
            self.out.append(ControlHeader(self._peer_tunnel, session, self._ns, self._nr).encode(body))

    def _acknowledge(self) -> None:
        self.out.append(ControlHeader(self._peer_tunnel, 0, self._ns, self._nr).encode(b""))


def in_udp(payload: bytes, port: int) -> bytes:
    """A UDP datagram between that port and itself; IPv4 lets the checksum be nought (RFC 768)."""
    return struct.pack("!HHHH", port, port, 8 + len(payload), 0) + payload
