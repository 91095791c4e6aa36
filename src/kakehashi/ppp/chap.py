"""CHAP (RFC 1994) with MD5, and MS-CHAPv2 (RFC 2759), as the side that asks."""

from typing import Final

from kakehashi.ppp.door import Door, Guard, user_name
from kakehashi.ppp.drops import Drop
from kakehashi.ppp.settings import Settings
from kakehashi.ppp.users import ChapLogin, Granted, MsChapV2Login
from kakehashi.ppp.wire.authentication import decode_chap_response, encode_chap_challenge
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import ChapCode, Protocol

_CHALLENGE_OCTETS: Final = 16
_AUTHENTICATION_FAILURE: Final = 691  # RFC 2759 section 6
_VERSION: Final = 3


class Chap(Door):
    """A Challenge goes out until its Response comes."""

    protocol = Protocol.CHAP

    def __init__(self, guard: Guard, settings: Settings, microsoft: bool) -> None:
        super().__init__(guard)
        self._settings = settings
        self._microsoft = microsoft
        self._identifier = guard.entropy(1)[0]
        self._challenge = guard.entropy(_CHALLENGE_OCTETS)
        self._left = settings.timing.max_configure

    def start(self, now: float) -> None:
        self._send_challenge(now)

    def handle_timeout(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self.due = None
            if self._left > 0 and self._pending is None:
                self._send_challenge(now)

    def receive(self, packet: Packet, now: float) -> Drop | None:
        if packet.code != ChapCode.RESPONSE:
            return Drop.STRAY_ANSWER
        if self._again(packet):
            return None
        if self.is_passed or packet.identifier != self._identifier:
            return Drop.STRAY_ANSWER
        if self._pending is not None:
            return Drop.DUPLICATE
        value, name = decode_chap_response(packet.data)
        self.due = None
        user = user_name(name)
        if self._microsoft:
            self._try(packet, MsChapV2Login(user, packet.identifier, self._challenge, value), now)
        else:
            self._try(packet, ChapLogin(user, packet.identifier, self._challenge, value), now)
        return None

    def _send_challenge(self, now: float) -> None:
        self._left -= 1
        self.due = now + self._settings.timing.restart
        data = encode_chap_challenge(self._challenge, self._settings.name.encode())
        self._guard.send(self.protocol, Packet(ChapCode.CHALLENGE, self._identifier, data))

    def _welcome(self, packet: Packet, verdict: Granted) -> Packet:
        text = f"{verdict.proof} M=welcome" if self._microsoft else "welcome"
        return Packet(ChapCode.SUCCESS, packet.identifier, text.encode())

    def _refusal(self, packet: Packet, message: str, again: bool) -> Packet:
        # Another try answers another challenge, under the next identifier (RFC 2759 section 6).
        self._challenge = self._guard.entropy(_CHALLENGE_OCTETS)
        self._identifier = (packet.identifier + 1) % 256
        if not self._microsoft:
            return Packet(ChapCode.FAILURE, packet.identifier, message.encode())
        text = (
            f"E={_AUTHENTICATION_FAILURE} R={int(again)} C={self._challenge.hex().upper()} "
            f"V={_VERSION} M={message}"
        )
        return Packet(ChapCode.FAILURE, packet.identifier, text.encode())
