"""The Internet Protocol Control Protocol (RFC 1332), with name servers (RFC 1877)."""

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

from kakehashi.ppp.automaton import Automaton, Judgement, Signal
from kakehashi.ppp.settings import Settings
from kakehashi.ppp.wire.option import Option
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import IpcpOption, Protocol

_DNS: Final = (IpcpOption.PRIMARY_DNS, IpcpOption.SECONDARY_DNS)


class Ipcp(Automaton):
    """IPCP of one link. `address`: the peer's, which it is told and has to ask for."""

    protocol = Protocol.IPCP

    def __init__(
        self,
        settings: Settings,
        address: IPv4Address,
        send: Callable[[Protocol, Packet], None],
        signal: Callable[[Automaton, Signal, float], None],
    ) -> None:
        super().__init__(settings.timing, send, signal)
        self.address = address
        self._ours: IPv4Address | None = settings.address
        given = zip(_DNS, settings.dns, strict=False)
        # What the peer may ask for, and the only value it gets; compression and NetBIOS name servers are
        # rejected, as is a name server that we do not know.
        self._values = {int(kind): server.packed for kind, server in given}
        self._values[IpcpOption.IP_ADDRESS] = address.packed

    def requests(self) -> tuple[Option, ...]:
        return () if self._ours is None else (Option(IpcpOption.IP_ADDRESS, self._ours.packed),)

    def judge(self, options: tuple[Option, ...]) -> Judgement:
        rejects = tuple(o for o in options if o.type not in self._values or len(o.value) != 4)
        naks = [
            Option(o.type, self._values[o.type])
            for o in options
            if o not in rejects and o.value != self._values[o.type]
        ]
        if all(o.type != IpcpOption.IP_ADDRESS for o in options):
            # A peer that does not ask is told to (RFC 1332 section 3.3, RFC 1661 section 5.3).
            naks.append(Option(IpcpOption.IP_ADDRESS, self.address.packed))
        return Judgement(tuple(naks), rejects)

    def rejected(self, option: Option) -> None:
        self._ours = None  # the peer does not care who we are
