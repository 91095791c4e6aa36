"""The Password Authentication Protocol (RFC 1334 section 2), as the side that asks."""

from kakehashi.ppp.door import Door, user_name
from kakehashi.ppp.drops import Drop
from kakehashi.ppp.users import Granted, PapLogin
from kakehashi.ppp.wire.authentication import decode_pap_request, encode_pap_answer
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import PapCode, Protocol


class Pap(Door):
    """The peer begins; we wait."""

    protocol = Protocol.PAP

    def receive(self, packet: Packet, now: float) -> Drop | None:
        if packet.code != PapCode.AUTHENTICATE_REQUEST:
            return Drop.STRAY_ANSWER
        if self._again(packet):
            return None
        if self.is_passed:
            # Whatever comes later gets the answer of before (section 2.2.1).
            self._guard.send(self.protocol, self._welcome(packet, Granted()))
            return None
        if self._pending is not None:
            return Drop.DUPLICATE
        user, password = decode_pap_request(packet.data)
        self._try(packet, PapLogin(user_name(user), password), now)
        return None

    def _welcome(self, packet: Packet, verdict: Granted) -> Packet:
        return Packet(PapCode.AUTHENTICATE_ACK, packet.identifier, encode_pap_answer("welcome"))

    def _refusal(self, packet: Packet, message: str, again: bool) -> Packet:
        return Packet(PapCode.AUTHENTICATE_NAK, packet.identifier, encode_pap_answer(message))
