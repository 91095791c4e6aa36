"""One PPP link as the side that is dialed, without sockets or clock (RFC 1661 section 3).

Nothing that the peer sends raises out of `receive`: what comes to nothing is counted in `drops`.
"""

import enum
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

from kakehashi.ppp.automaton import Automaton, Signal
from kakehashi.ppp.chap import Chap
from kakehashi.ppp.door import Door
from kakehashi.ppp.drops import Drop, Malformed
from kakehashi.ppp.effects import (
    AskUser,
    Effect,
    Ipv4Up,
    Ipv6Up,
    LinkDown,
    LoggedIn,
    LoginRefused,
    NetworkDown,
    PacketReceived,
    SendFrame,
)
from kakehashi.ppp.ipcp import Ipcp
from kakehashi.ppp.ipv6cp import Ipv6cp
from kakehashi.ppp.lcp import Lcp
from kakehashi.ppp.pap import Pap
from kakehashi.ppp.pool import Pool
from kakehashi.ppp.settings import Method, Settings
from kakehashi.ppp.users import Granted, Login, Users, Verdict
from kakehashi.ppp.wire.frame import decode_frame, encode_frame
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import Protocol

_REJECTS_PER_SECOND: Final = 5
_VERSIONS: Final = {int(Protocol.IPV4): 4, int(Protocol.IPV6): 6}
_DATA: Final = {4: Protocol.IPV4, 6: Protocol.IPV6}


class Phase(enum.Enum):
    """RFC 1661 section 3.2. What is dead once stays so: each dial has a link of its own."""

    DEAD = "dead"
    ESTABLISH = "establish"
    AUTHENTICATE = "authenticate"
    NETWORK = "network"
    TERMINATE = "terminate"


class Link:
    """One link. `users` says who may come in, `pool` gives addresses, `entropy(n)` n random octets."""

    def __init__(
        self, settings: Settings, users: Users, pool: Pool, entropy: Callable[[int], bytes], now: float
    ) -> None:
        self.drops: Counter[Drop] = Counter()
        self.phase = Phase.ESTABLISH
        self.user = ""
        self.entropy = entropy
        self._settings = settings
        self._users = users
        self._pool = pool
        self._effects: list[Effect] = []
        self._failed = 0
        self._address: IPv4Address | None = None
        self._reason = ""
        self._door: Door | None = None
        self._door_due: float | None = None
        self._ncps: dict[int, Automaton] = {}
        self._finished: set[int] = set()
        self._second = now
        self._rejects = 0
        self._lcp = Lcp(settings, entropy, self.send, self._lcp_signal)
        self._lcp.open(now)
        self._lcp.up(now)

    def receive(self, frame: bytes, now: float) -> None:
        """Take a frame. Never raises for what it reads."""
        if self.phase is Phase.DEAD:
            self.drops[Drop.LINK_DOWN] += 1
            return
        try:
            protocol, information = decode_frame(frame)
            drop = self._receive(protocol, information, now)
        except Malformed as malformed:
            drop = malformed.drop
        if drop is not None:
            self.drops[drop] += 1

    def verdict(self, login: Login, verdict: Verdict, now: float) -> None:
        """Answers AskUser. Nothing comes of it if the peer waits for that no more."""
        if self._door is not None and self.phase is Phase.AUTHENTICATE:
            self._door.verdict(login, verdict, now)

    def heard(self) -> None:
        """The data plane has taken packets of this link: the peer lives, whatever it says to echoes."""
        self._lcp.heard()

    def idle(self, now: float) -> None:
        """The data plane says that no packet has passed for too long."""
        self.terminate("idle for too long", now)

    def terminate(self, reason: str, now: float) -> None:
        """End the link in words; LinkDown follows when the peer has heard, or does not answer."""
        if self.phase not in (Phase.DEAD, Phase.TERMINATE):
            self._reason = self._reason or reason
            self.phase = Phase.TERMINATE
            self._door_due = None
            self._lcp.close(now, reason)

    def lower_down(self, reason: str, now: float) -> None:
        """What carries the link is gone: it ends without a word."""
        self._reason = self._reason or reason
        self._lcp.down(now)
        self._end()

    def send_packet(self, version: int, packet: bytes) -> bool:
        """Send an IP packet to the peer. False if packets of that version do not pass."""
        protocol = _DATA[version]
        if not self._is_open(protocol):
            return False
        self._effects.append(SendFrame(encode_frame(protocol, packet)))
        return True

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        self._lcp.handle_timeout(now)
        self._lcp.handle_echo(now)
        for ncp in tuple(self._ncps.values()):
            ncp.handle_timeout(now)
        if self._door is not None:
            self._door.handle_timeout(now)
        if self._door_due is not None and now >= self._door_due:
            self.terminate("the peer has not proved in time who it is", now)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds; None: never."""
        if self.phase is Phase.DEAD:
            return None
        times = [self._lcp.due, self._lcp.echo_due, self._door_due]
        times.extend(ncp.due for ncp in self._ncps.values())
        if self._door is not None:
            times.append(self._door.due)
        return min((t for t in times if t is not None), default=None)

    def effects(self) -> list[Effect]:
        """Take what is to be done, in this order."""
        taken, self._effects = self._effects, []
        return taken

    # What the control protocols ask of their link.

    def send(self, protocol: int, packet: Packet) -> None:
        """A control packet for the peer."""
        self._effects.append(SendFrame(encode_frame(protocol, packet.encode())))

    def ask(self, login: Login) -> Verdict | None:
        """Who knows this user?"""
        verdict = self._users.check(login)
        if verdict is None:
            self._effects.append(AskUser(login))
        return verdict

    def attempts_left(self) -> int:
        """How often the peer may still fail, this time not counted."""
        if self._lcp.method is Method.CHAP_MD5:
            return 0  # a Failure is the end (RFC 1994 section 4.2)
        return self._settings.attempts - self._failed - 1

    def granted(self, login: Login, verdict: Granted, now: float) -> None:
        """On to the network protocols, if there is an address left."""
        if login.user != self.user:
            self._give_back()  # whoever was here before
        self.user = login.user
        self._door_due = None
        self._effects.append(LoggedIn(login.user, self._method))
        self._network(verdict.address, now)

    def refused(self, login: Login, reason: str, now: float) -> None:
        """The peer may try again so many times."""
        self._effects.append(LoginRefused(login.user, self._method, reason))
        left = self.attempts_left()
        self._failed += 1
        if left <= 0:
            self.terminate(f"authentication failed: {reason}", now)

    def _receive(self, protocol: int, information: bytes, now: float) -> Drop | None:
        if protocol in _VERSIONS:
            if not self._is_open(protocol):
                return Drop.WRONG_PHASE
            self._effects.append(PacketReceived(_VERSIONS[protocol], information))
            return None
        match protocol:
            case Protocol.LCP:
                drop = self._lcp.receive(Packet.decode(information), now)
                self._look_at_rejected()
                return drop
            case Protocol.PAP | Protocol.CHAP if self._door is not None and self._door.protocol == protocol:
                if self.phase not in (Phase.AUTHENTICATE, Phase.NETWORK):
                    return Drop.WRONG_PHASE
                return self._door.receive(Packet.decode(information), now)
            case _ if self.phase is not Phase.NETWORK:
                return Drop.WRONG_PHASE
            case _ if protocol in self._ncps:
                return self._ncps[protocol].receive(Packet.decode(information), now)
        return self._reject(protocol, information, now)

    def _reject(self, protocol: int, information: bytes, now: float) -> Drop:
        """CCP among others: nothing here compresses, nor encrypts twice."""
        if now - self._second >= 1:
            self._second, self._rejects = now, 0
        self._rejects += 1
        if self._rejects > _REJECTS_PER_SECOND:
            return Drop.REJECTS_LIMIT
        self._lcp.reject_protocol(protocol, information)
        return Drop.UNKNOWN_PROTOCOL

    def _look_at_rejected(self) -> None:
        rejected, self._lcp.rejected_protocol = self._lcp.rejected_protocol, None
        if rejected is None:
            return
        protocol, now = rejected
        if protocol in (Protocol.LCP, Protocol.PAP, Protocol.CHAP):
            self._lcp.peer_rejects(now)
        elif protocol in self._ncps:
            self._ncps[protocol].peer_rejects(now)

    def _lcp_signal(self, lcp: Automaton, signal: Signal, now: float) -> None:
        match signal:
            case Signal.UP:
                self._lcp.start_echo(now)
                self._authenticate(now)
            case Signal.DOWN:
                self._door = None
                self._door_due = None
                for ncp in self._ncps.values():
                    ncp.down(now)
                if self.phase is not Phase.TERMINATE:
                    self.phase = Phase.ESTABLISH
            case Signal.FINISHED:
                self._reason = self._reason or lcp.reason
                self._end()

    def _authenticate(self, now: float) -> None:
        match self._lcp.method:
            case None:
                self.granted_nobody(now)
                return
            case Method.PAP:
                self._door = Pap(self)
            case method:
                self._door = Chap(self, self._settings, microsoft=method is Method.MS_CHAP_V2)
        self.phase = Phase.AUTHENTICATE
        self._door_due = now + self._settings.timing.authentication
        self._door.start(now)

    def granted_nobody(self, now: float) -> None:
        """No method is configured: whoever dials may come in, without a name."""
        self._network(None, now)

    def _network(self, wanted: IPv4Address | None, now: float) -> None:
        self.phase = Phase.NETWORK
        if self._address is None:
            self._address = self._pool.take(self.user, wanted)
        if self._address is None:
            self.terminate("there is no address left", now)
            return
        ncps: list[Automaton] = [Ipcp(self._settings, self._address, self.send, self._ncp_signal)]
        if self._settings.ipv6:
            ncps.append(Ipv6cp(self._settings, self.entropy, self.send, self._ncp_signal))
        self._ncps = {int(ncp.protocol): ncp for ncp in ncps}
        self._finished = set()
        for ncp in ncps:
            ncp.open(now)
            ncp.up(now)

    def _ncp_signal(self, ncp: Automaton, signal: Signal, now: float) -> None:
        match signal:
            case Signal.UP:
                self._effects.append(self._network_up(ncp))
            case Signal.DOWN:
                self._effects.append(NetworkDown(4 if isinstance(ncp, Ipcp) else 6))
            case Signal.FINISHED if self.phase is Phase.NETWORK:
                self._finished.add(int(ncp.protocol))
                if self._finished == self._ncps.keys():
                    self.terminate(f"no network protocol is agreed on: {ncp.reason}", now)

    def _network_up(self, ncp: Automaton) -> Effect:
        mtu = self._lcp.peer_mru
        if isinstance(ncp, Ipv6cp):
            return Ipv6Up(self.user, ncp.ours, ncp.peer, mtu)
        assert isinstance(ncp, Ipcp)  # noqa: S101 - there are only these two
        return Ipv4Up(self.user, self._settings.address, ncp.address, self._settings.dns[:2], mtu)

    def _is_open(self, protocol: int) -> bool:
        """Do the packets of a network protocol pass? Its control protocol is 0x8000 above."""
        ncp = self._ncps.get(protocol | 0x8000)
        return ncp is not None and ncp.is_open

    def _end(self) -> None:
        if self.phase is Phase.DEAD:
            return
        self.phase = Phase.DEAD
        self._give_back()
        self._effects.append(LinkDown(self.user, self._reason))

    def _give_back(self) -> None:
        if self._address is not None:
            self._pool.give_back(self._address)
            self._address = None

    @property
    def _method(self) -> str:
        return "" if self._lcp.method is None else self._lcp.method.value
