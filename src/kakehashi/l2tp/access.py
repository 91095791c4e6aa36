"""People dial in: an LNS with a PPP link in each session, without sockets or clock."""

from collections.abc import Callable
from dataclasses import dataclass

from kakehashi.l2tp.alarms import Alarms
from kakehashi.l2tp.effects import Carrier, Effect, Received, SessionDown, SessionId, SessionUp
from kakehashi.l2tp.lns import Lns
from kakehashi.l2tp.lockout import Lockout
from kakehashi.l2tp.settings import Settings
from kakehashi.ppp.effects import Effect as LinkEffect
from kakehashi.ppp.effects import LinkDown, LoggedIn, LoginRefused, SendFrame
from kakehashi.ppp.link import Link
from kakehashi.ppp.pool import Pool
from kakehashi.ppp.settings import Settings as LinkSettings
from kakehashi.ppp.users import Login, Users, Verdict


@dataclass(frozen=True, slots=True)
class OfLink:
    """What the link of a session tells; never SendFrame, which is done."""

    id: SessionId
    carrier: Carrier
    effect: LinkEffect


class AccessServer:
    """`lns` may be asked for its drops and its status; what changes it goes through here."""

    def __init__(
        self,
        settings: Settings,
        link: LinkSettings,
        users: Users,
        pool: Pool,
        entropy: Callable[[int], bytes],
        lockout: Lockout | None = None,
    ) -> None:
        self.lns = Lns(settings, entropy)
        self.links: dict[SessionId, Link] = {}
        self._link_settings = link
        self._users = users
        self._pool = pool
        self._entropy = entropy
        self._lockout = lockout or Lockout()
        self._carriers: dict[SessionId, Carrier] = {}
        self._alarms = Alarms()
        self._effects: list[Effect | OfLink] = []

    def receive(self, datagram: bytes, carrier: Carrier, now: float) -> None:
        """Take the payload of one UDP datagram. Never raises for what it reads."""
        self.lns.receive(datagram, carrier, now)
        self._carry_out(now)

    def verdict(self, session: SessionId, login: Login, verdict: Verdict, now: float) -> None:
        """Answers an AskUser of that session's link."""
        self._call(session, lambda link: link.verdict(login, verdict, now), now)

    def idle(self, session: SessionId, now: float) -> None:
        """No packet of the session has passed for too long."""
        self._call(session, lambda link: link.idle(now), now)

    def disconnect(self, session: SessionId, reason: str, now: float) -> None:
        """End a session in words: PPP, then the call."""
        self._call(session, lambda link: link.terminate(reason, now), now)

    def close_tunnel(self, tunnel: int, reason: str, now: float) -> bool:
        """End a tunnel with its calls, in words. False if there is no such tunnel."""
        closed = self.lns.close_tunnel(tunnel, reason, now)
        self._carry_out(now)
        return closed

    def send_packet(self, session: SessionId, version: int, packet: bytes, now: float) -> None:
        """Send an IP packet, where no data plane does that."""
        self._call(session, lambda link: link.send_packet(version, packet), now)

    def lost_peer(self, peer: str, reason: str, now: float) -> None:
        """The IPsec peer of this name is gone, and with it all that it carried."""
        self.lns.lost_peer(peer, reason)
        self._carry_out(now)

    def moved(self, carrier: Carrier, to: Carrier) -> None:
        """IPsec has found the peer at another address or port."""
        self.lns.moved(carrier, to)
        for session, found in self._carriers.items():
            if found == carrier:
                self._carriers[session] = to

    def heard(self, session: SessionId, now: float) -> None:
        """The data plane has taken packets of this session: its peer lives."""
        self.lns.heard(session.tunnel, now)
        self._call(session, lambda link: link.heard(), now)

    def shutdown(self, now: float) -> None:
        """Say goodbye to every peer."""
        self.lns.shutdown(now)
        self._carry_out(now)

    def handle_timeout(self, now: float) -> None:
        """Do what is due. To be called at `next_timeout`, or later."""
        self.lns.handle_timeout(now)
        while (number := self._alarms.take(now)) is not None:
            session = SessionId(number >> 16, number & 0xFFFF)
            self._call(session, lambda link: link.handle_timeout(now), now)
        self._carry_out(now)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` wants to be called, monotonic seconds."""
        times = (self.lns.next_timeout(), self._alarms.next())
        return min((t for t in times if t is not None), default=None)

    def effects(self) -> list[Effect | OfLink]:
        """Take what is to be done, in this order."""
        taken, self._effects = self._effects, []
        return taken

    def _call(self, session: SessionId, what: Callable[[Link], object], now: float) -> None:
        link = self.links.get(session)
        if link is not None:
            what(link)
            self._drain(session, link, now)
            self._carry_out(now)

    def _carry_out(self, now: float) -> None:
        """What the LNS wants, until it wants no more; frames go to and from the links."""
        while effects := self.lns.effects():
            for effect in effects:
                match effect:
                    case Received(session, frame):
                        link = self.links.get(session)
                        if link is not None:
                            link.receive(frame, now)
                            self._drain(session, link, now)
                    case SessionUp():
                        self._effects.append(effect)
                        self._dialed(effect, now)
                    case SessionDown(session, reason):
                        self._hung_up(session, reason, now)
                        self._effects.append(effect)
                    case _:
                        self._effects.append(effect)

    def _dialed(self, session: SessionUp, now: float) -> None:
        if self._lockout.is_locked(session.carrier, now):
            self.lns.close_session(session.id, "too many failed logins, try again later", now)
            return
        link = Link(self._link_settings, self._users, self._pool, self._entropy, now)
        self.links[session.id] = link
        self._carriers[session.id] = session.carrier
        self._drain(session.id, link, now)

    def _hung_up(self, session: SessionId, reason: str, now: float) -> None:
        link = self.links.get(session)
        if link is not None:
            link.lower_down(reason, now)
            self._drain(session, link, now)

    def _drain(self, session: SessionId, link: Link, now: float) -> None:
        """What a link wants."""
        carrier = self._carriers[session]
        for effect in link.effects():
            if isinstance(effect, SendFrame):
                self.lns.send_frame(session, effect.frame)
                continue
            self._effects.append(OfLink(session, carrier, effect))
            match effect:
                case LoginRefused():
                    self._lockout.failed(carrier, now)
                case LoggedIn():
                    self._lockout.passed(carrier)
                case LinkDown(_, reason):
                    self._alarms.set(_number(session), None)
                    del self.links[session], self._carriers[session]
                    self.lns.close_session(session, reason, now)
                    return
        self._alarms.set(_number(session), link.next_timeout())


def _number(session: SessionId) -> int:
    return session.tunnel << 16 | session.session
