"""The Link Control Protocol (RFC 1661 sections 5 and 6)."""

import struct
from collections.abc import Callable
from typing import ClassVar, Final

from kakehashi.ppp.automaton import Automaton, Judgement, Signal
from kakehashi.ppp.drops import Drop
from kakehashi.ppp.settings import Method, Settings
from kakehashi.ppp.wire.option import Option
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import ChapAlgorithm, Code, LcpOption, Protocol

DEFAULT_MRU: Final = 1500
NO_ECHO: Final = "the peer answers no echo"  # why a link ends
_LEAST_MRU: Final = 128
_AUTHENTICATION: Final = {
    Method.MS_CHAP_V2: struct.pack("!HB", Protocol.CHAP, ChapAlgorithm.MS_CHAP_V2),
    Method.CHAP_MD5: struct.pack("!HB", Protocol.CHAP, ChapAlgorithm.MD5),
    Method.PAP: struct.pack("!H", Protocol.PAP),
}
# What a peer may ask for, and how long the value is; PFC, ACFC and ACCM cost us nothing, as we always take
# short headers and never send any.
_ACCEPTED: Final = {
    int(LcpOption.MRU): 2,
    int(LcpOption.ACCM): 4,
    int(LcpOption.MAGIC_NUMBER): 4,
    int(LcpOption.PFC): 0,
    int(LcpOption.ACFC): 0,
}


class Lcp(Automaton):
    """LCP of one link. `peer_mru`: what the peer receives; `method`: what is agreed on."""

    protocol = Protocol.LCP
    codes: ClassVar[int] = Code.DISCARD_REQUEST

    def __init__(
        self,
        settings: Settings,
        entropy: Callable[[int], bytes],
        send: Callable[[Protocol, Packet], None],
        signal: Callable[[Automaton, Signal, float], None],
    ) -> None:
        super().__init__(settings.timing, send, signal)
        self.peer_mru = DEFAULT_MRU
        self.magic = int.from_bytes(entropy(4), "big") or 1
        self.rejected_protocol: tuple[int, float] | None = None  # by the peer, for the link to look at
        self._entropy = entropy
        self._methods = list(settings.methods)
        self._mru: int | None = settings.mru
        self._has_magic = True
        self._unanswered = 0
        self._echo_due: float | None = None

    @property
    def method(self) -> Method | None:
        """How the peer has to prove who it is; None: there is no method allowed."""
        return self._methods[0] if self._methods else None

    @property
    def echo_due(self) -> float | None:
        """When `handle_echo` wants to be called."""
        return self._echo_due if self.is_open else None

    def requests(self) -> tuple[Option, ...]:
        options = []
        if self._mru is not None:
            options.append(Option(LcpOption.MRU, struct.pack("!H", self._mru)))
        if self._methods:
            options.append(Option(LcpOption.AUTHENTICATION_PROTOCOL, _AUTHENTICATION[self._methods[0]]))
        if self._has_magic:
            options.append(Option(LcpOption.MAGIC_NUMBER, struct.pack("!I", self.magic)))
        return tuple(options)

    def judge(self, options: tuple[Option, ...]) -> Judgement:
        rejects = tuple(o for o in options if _ACCEPTED.get(o.type) != len(o.value))
        naks: list[Option] = []
        mru = DEFAULT_MRU
        for option in options:
            if option in rejects:
                continue
            if option.type == LcpOption.MRU:
                mru = option.number
                if mru < _LEAST_MRU:
                    naks.append(Option(LcpOption.MRU, struct.pack("!H", DEFAULT_MRU)))
            elif option.type == LcpOption.MAGIC_NUMBER and option.number in (0, self.magic):
                # Zero is illegal; our own may mean that the line is looped (section 6.4).
                naks.append(Option(LcpOption.MAGIC_NUMBER, self._entropy(4)))
        self.peer_mru = min(mru, DEFAULT_MRU)
        return Judgement(tuple(naks), rejects)

    def naked(self, option: Option) -> None:
        match option.type:
            case LcpOption.MRU if len(option.value) == 2:
                # A peer that wants to send more than we take can do without its wish.
                self._mru = min(max(option.number, _LEAST_MRU), self._mru or DEFAULT_MRU)
            case LcpOption.MAGIC_NUMBER:
                self.magic = int.from_bytes(self._entropy(4), "big") or 1
            case LcpOption.AUTHENTICATION_PROTOCOL:
                self._refused_method(option.value)

    def rejected(self, option: Option) -> None:
        match option.type:
            case LcpOption.MRU:
                self._mru = None
            case LcpOption.MAGIC_NUMBER:
                self._has_magic = False
            case LcpOption.AUTHENTICATION_PROTOCOL:
                self.fail("the peer refuses to say who it is")

    def special(self, packet: Packet, now: float) -> Drop | None:
        if packet.code == Code.PROTOCOL_REJECT:
            if len(packet.data) < 2:
                return Drop.PACKET_TOO_SHORT
            self.rejected_protocol = int.from_bytes(packet.data[:2], "big"), now
            return None
        if not self.is_open:
            return Drop.WRONG_PHASE  # section 5.8
        if packet.code in (Code.ECHO_REQUEST, Code.ECHO_REPLY):
            if len(packet.data) < 4:
                return Drop.PACKET_TOO_SHORT
            if self._has_magic and packet.data[:4] == struct.pack("!I", self.magic):
                return Drop.LOOPED
        if packet.code == Code.ECHO_REQUEST:
            data = self._magic_octets + packet.data[4:]
            self._send(self.protocol, Packet(Code.ECHO_REPLY, packet.identifier, data))
        elif packet.code == Code.ECHO_REPLY:
            self._unanswered = 0
        return None

    def start_echo(self, now: float) -> None:
        """The link is open: ask now and then whether the peer lives (section 5.8)."""
        self._unanswered = 0
        self._echo_due = now + self._timing.echo if self._timing.echo else None

    def heard(self) -> None:
        """The peer lives: something else has come."""
        self._unanswered = 0

    def handle_echo(self, now: float) -> None:
        """Send an Echo-Request if it is time; end the link if too many are unanswered."""
        if self.echo_due is None or now < self.echo_due:
            return
        if self._unanswered >= self._timing.echo_failures:
            self._echo_due = None
            self.close(now, NO_ECHO)
            return
        self._unanswered += 1
        self._echo_due = now + self._timing.echo
        self._send(self.protocol, Packet(Code.ECHO_REQUEST, self._next_identifier(), self._magic_octets))

    def reject_protocol(self, protocol: int, information: bytes) -> None:
        """Tell the peer that we do not speak it (section 5.7)."""
        data = struct.pack("!H", protocol) + information[: self.peer_mru - 6]
        self._send(self.protocol, Packet(Code.PROTOCOL_REJECT, self._next_identifier(), data))

    @property
    def _magic_octets(self) -> bytes:
        return struct.pack("!I", self.magic if self._has_magic else 0)

    def _refused_method(self, wanted: bytes) -> None:
        """The peer would rather prove itself by another method: by one that is allowed, or not at all."""
        refused = self._methods[0] if self._methods else None
        self._methods = [m for m in self._methods if m is not refused]
        for method in self._methods:
            if _AUTHENTICATION[method] == wanted:
                self._methods.remove(method)
                self._methods.insert(0, method)
                return
        if not self._methods:
            self.fail("the peer knows none of the authentication methods that are allowed")
