"""The IPv6 Control Protocol (RFC 5072)."""

from collections.abc import Callable
from typing import Final

from kakehashi.ppp.automaton import Automaton, Judgement, Signal
from kakehashi.ppp.settings import Settings
from kakehashi.ppp.wire.option import Option
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import Ipv6cpOption, Protocol

_OCTETS: Final = 8
_UNIVERSAL: Final = 0x02  # the "u" bit: zero in an identifier that is made up (RFC 5072 section 4.1)


class Ipv6cp(Automaton):
    """IPV6CP of one link. `ours`, `peer`: the interface identifiers, 8 octets."""

    protocol = Protocol.IPV6CP

    def __init__(
        self,
        settings: Settings,
        entropy: Callable[[int], bytes],
        send: Callable[[Protocol, Packet], None],
        signal: Callable[[Automaton, Signal, float], None],
    ) -> None:
        super().__init__(settings.timing, send, signal)
        self._entropy = entropy
        self.ours = self._identifier_octets()
        self.peer = b""

    def requests(self) -> tuple[Option, ...]:
        return (Option(Ipv6cpOption.INTERFACE_IDENTIFIER, self.ours),)

    def judge(self, options: tuple[Option, ...]) -> Judgement:
        rejects = tuple(
            o for o in options if o.type != Ipv6cpOption.INTERFACE_IDENTIFIER or len(o.value) != _OCTETS
        )
        asked = [o.value for o in options if o not in rejects]
        if not asked or asked[0] in (bytes(_OCTETS), self.ours):
            suggestion = Option(Ipv6cpOption.INTERFACE_IDENTIFIER, self._identifier_octets())
            return Judgement((suggestion,), rejects)
        self.peer = asked[0]
        return Judgement((), rejects)

    def naked(self, option: Option) -> None:
        self.ours = self._identifier_octets()

    def rejected(self, option: Option) -> None:
        self.fail("the peer wants no interface identifiers")

    def _identifier_octets(self) -> bytes:
        made = self._entropy(_OCTETS)
        return bytes([made[0] & ~_UNIVERSAL & 0xFF]) + made[1:-1] + bytes([made[-1] | 1])
