"""Between L2TP, the data plane and the host: messages in, effects carried out in order, a timer armed.

What rides on IPsec follows it: a peer whose last SA is gone has no tunnel any more, one that has moved is
spoken to where it is now. The data plane passes IP packets by itself; it is asked now and then what it has
seen of each session.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Address
from typing import Protocol

from kakehashi.dataplane.protocol import DataPlane, L2tpMessage
from kakehashi.gateway.access.dialed import Dialed
from kakehashi.gateway.access.prefixes import Prefixes
from kakehashi.gateway.access.server import LimitedUsers, access_server, our_address, user_table
from kakehashi.gateway.access.terms import Cause
from kakehashi.gateway.alarm import Alarm
from kakehashi.gateway.guard import guarded
from kakehashi.gateway.log import Log
from kakehashi.ike.effects import Level
from kakehashi.l2tp import effects as l2tp
from kakehashi.l2tp.access import AccessServer, OfLink
from kakehashi.model.address import IPNetwork, Path, SocketAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.status import CLEARED
from kakehashi.ppp import effects as ppp
from kakehashi.ppp.lcp import NO_ECHO
from kakehashi.ppp.neighbour import Neighbour, link_local
from kakehashi.ppp.users import Login, Verdict

LOOK_PERIOD = 5.0  # seconds between two looks at what the sessions have carried
_SMALLEST_PERIOD = 0.5
_UNKNOWN_MTU = 1280
# Seconds between Router Advertisements; RFC 4861 section 6.2.1 has 200 to 600, and at first three, 16 apart.
_INITIAL_ADVERTISEMENTS, _INITIAL_PERIOD, _ADVERTISEMENT_PERIOD = 3, 16.0, 400.0


class Asks(Protocol):
    """Who is asked about users that the configuration does not know, and told of sessions."""

    async def ask(self, server: L2tpServer, login: Login, caller: Dialed) -> Verdict: ...
    def serves(self, server: L2tpServer, begins: bool) -> None: ...
    def began(self, server: L2tpServer, session: Dialed) -> None: ...
    def goes_on(self, server: L2tpServer, session: Dialed, now: float) -> None: ...
    def ended(self, server: L2tpServer, session: Dialed, now: float) -> None: ...


@dataclass(slots=True)
class Standing:
    """A server as it runs. `users` limits; `prefixes` lends them; `sessions` by our two IDs."""

    settings: L2tpServer
    access: AccessServer
    users: LimitedUsers
    prefixes: Prefixes
    sessions: dict[l2tp.SessionId, Dialed] = field(default_factory=dict)

    def named(self, user: str) -> int:
        """How many sessions that user has."""
        return sum(session.user == user for session in self.sessions.values())


class Access:
    """Every server that people dial in to. Runs on one loop.

    `mtu`: octets of the largest packet that fits into a session of that tunnel. `changed` is called when an
    address was lent or came back. `asks` None: nobody else knows users.
    """

    def __init__(
        self,
        dataplane: DataPlane,
        log: Log,
        wall_clock: Callable[[], datetime],
        *,
        mtu: Callable[[str], int] = lambda tunnel: _UNKNOWN_MTU,
        changed: Callable[[], None] = lambda: None,
        entropy: Callable[[int], bytes] = os.urandom,
        asks: Asks | None = None,
    ) -> None:
        self.servers: dict[str, Standing] = {}
        self.refusals: Counter[str] = Counter()
        self._dataplane = dataplane
        self._log = log
        self._wall_clock = wall_clock
        self._mtu = mtu
        self._changed = changed
        self._entropy = entropy
        self._asks = asks
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm(self._timeout)
        self._looking: asyncio.TimerHandle | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._sas: dict[int, tuple[str, str]] = {}  # by inbound SPI: the server and the peer

    def configure(self, gateway: Gateway) -> None:
        """What counts from now on. Whoever has dialed in to a server that has changed has to dial again."""
        wanted = {s.interface: s for s in gateway.l2tp_servers if _runs(gateway, s)}
        for name, standing in list(self.servers.items()):
            if wanted.get(name) != standing.settings:
                self._shut_down(standing)
                del self.servers[name]
        for name, settings in wanted.items():
            if name not in self.servers:
                self.servers[name] = self._start(settings, gateway)
                if self._asks:
                    self._asks.serves(settings, True)

    def message(self, message: L2tpMessage) -> None:
        """Take what has come by an SA."""
        standing = self.servers.get(message.tunnel)
        if standing is not None:
            peer = (message.peer or message.tunnel) if standing.settings.protected else ""
            carrier = l2tp.Carrier(message.path, peer)
            standing.access.receive(message.payload, carrier, self._loop.time())
            self._step()

    def installed(self, sa: ChildSa) -> None:
        """A peer has an SA."""
        if sa.tunnel in self.servers:
            self._sas[sa.spi_in] = sa.tunnel, sa.peer or sa.tunnel

    def moved(self, spi_in: int, path: Path) -> None:
        """IPsec has found a peer elsewhere; the ports of L2TP stay what they are inside ESP."""
        tunnel, peer = self._sas.get(spi_in, ("", ""))
        standing = self.servers.get(tunnel)
        if standing is None:
            return
        carriers = {t.carrier for t in standing.access.lns.tunnels() if t.carrier.peer == peer}
        carriers |= {s.carrier for s in standing.sessions.values() if s.carrier.peer == peer}
        for carrier in carriers:
            to = l2tp.Carrier(_elsewhere(carrier.path, path), peer)
            standing.access.moved(carrier, to)
            for session in standing.sessions.values():
                if session.carrier == carrier:
                    session.moved_to = to

    def removed(self, spi_in: int) -> None:
        """An SA is gone; without any its peer can neither be heard nor told."""
        tunnel, peer = self._sas.pop(spi_in, ("", ""))
        standing = self.servers.get(tunnel)
        if standing is not None and (tunnel, peer) not in self._sas.values():
            for session in standing.sessions.values():
                if session.carrier.peer == peer:
                    session.cause = Cause.LOST_CARRIER
            standing.access.lost_peer(peer, "its IPsec SAs are gone", self._loop.time())
            self._step()

    def addresses(self, tunnel: str) -> tuple[IPv4Address, ...]:
        """Of IPv4, those that are lent there now."""
        found = (n.network_address for n in self.networks(tunnel))
        return tuple(address for address in found if isinstance(address, IPv4Address))

    def networks(self, tunnel: str) -> tuple[IPNetwork, ...]:
        """What is lent there now: an address of IPv4, a prefix of IPv6."""
        standing = self.servers.get(tunnel)
        sessions = standing.sessions.values() if standing else ()
        lent = (network for session in sessions for network in session.networks)
        return tuple(sorted(lent, key=lambda n: (n.version, n.network_address.packed)))

    def clear(self, tunnel: str | None = None, user: str | None = None) -> int:
        """End sessions, of a server or of a user, or all; how many."""
        now, ended = self._loop.time(), 0
        for name, standing in self.servers.items():
            for id_, session in list(standing.sessions.items()):
                if tunnel in (None, name) and user in (None, session.user):
                    session.cause = Cause.ADMIN_RESET
                    standing.access.disconnect(id_, CLEARED, now)
                    ended += 1
        self._step()
        return ended

    def hang_up(
        self, tunnels: Iterable[tuple[str, int]], sessions: Iterable[tuple[str, int, int]]
    ) -> tuple[int, int]:
        """End tunnels with all of their sessions, and sessions alone, by server and our IDs; how many."""
        now, closed, ended = self._loop.time(), 0, 0
        for name, tunnel in tunnels:
            if name in self.servers:
                for id_, session in self.servers[name].sessions.items():
                    session.cause = Cause.ADMIN_RESET if id_.tunnel == tunnel else session.cause
                closed += self.servers[name].access.close_tunnel(tunnel, CLEARED, now)
        for name, tunnel, number in sessions:
            standing, id_ = self.servers.get(name), l2tp.SessionId(tunnel, number)
            if standing is not None and id_ in standing.sessions:
                standing.sessions[id_].cause = Cause.ADMIN_RESET
                standing.access.disconnect(id_, CLEARED, now)
                ended += 1
        self._step()
        return closed, ended

    def shutdown(self) -> None:
        """Say goodbye to all who have dialed in."""
        for standing in self.servers.values():
            self._shut_down(standing)

    def stop(self) -> None:
        """Nothing more is done."""
        self._alarm.stop()
        if self._looking:
            self._looking.cancel()
        for task in self._asking:
            task.cancel()
        self._looking = None

    def _shut_down(self, standing: Standing) -> None:
        for session in standing.sessions.values():
            session.cause = Cause.NAS_REBOOT
        standing.access.shutdown(self._loop.time())
        self._step()
        if self._asks:
            self._asks.serves(standing.settings, False)

    def _start(self, settings: L2tpServer, gateway: Gateway) -> Standing:
        def sessions_of(user: str) -> int:
            standing = self.servers.get(settings.interface)
            return standing.named(user) if standing else 0

        users = LimitedUsers(settings, user_table(settings), sessions_of)
        ours = our_address(settings, gateway)
        access = access_server(settings, ours, users, self._entropy)
        return Standing(settings, access, users, Prefixes(settings.prefixes))

    def _step(self) -> None:
        """Carry out what the servers ask, and arm the timer. To be called after every call into one."""
        for standing in list(self.servers.values()):
            while effects := standing.access.effects():
                for effect in effects:
                    guarded(self._log, self._carry_out, standing, effect)
        self._arm()

    def _carry_out(self, standing: Standing, effect: l2tp.Effect | OfLink) -> None:
        name = standing.settings.interface
        match effect:
            case l2tp.Send(datagram, carrier):
                peer = "" if carrier.peer == name else carrier.peer
                self._dataplane.send_l2tp(name, datagram, carrier.path, peer)
            case l2tp.TunnelUp(_, _, host_name, carrier):
                text = f"L2TP tunnel with {_called(host_name)} at {carrier.path.remote.ip}"
                self._log.say(Level.INFO, text, name, "l2tp-tunnel")
            case l2tp.TunnelDown(_, host_name, carrier, reason):
                where = f"{_called(host_name)} at {carrier.path.remote.ip}"
                text = f"the L2TP tunnel with {where} is gone: {reason}"
                self._log.say(Level.INFO, text, name, "l2tp-tunnel")
            case l2tp.SessionUp():
                self._session_up(standing, effect)
            case l2tp.SessionDown(session, reason):
                self._session_down(standing, session, reason)
            case OfLink(session, _, of_link):
                found = standing.sessions.get(session)
                if found is not None:
                    self._of_link(standing, found, of_link)
            case l2tp.Event(event, message, _):
                self.refusals[str(event)] += 1
                self._log.say(Level.NOTICE, message, name, str(event))

    def _session_up(self, standing: Standing, up: l2tp.SessionUp) -> None:
        names = {t.tunnel: t.host_name for t in standing.access.lns.tunnels()}
        host_name = names.get(up.id.tunnel, "")
        session = Dialed(up, self._loop.time(), self._wall_clock(), host_name, mtu=_UNKNOWN_MTU)
        standing.sessions[up.id] = session
        self._install(standing, session)
        self._look_soon()

    def _session_down(self, standing: Standing, id_: l2tp.SessionId, reason: str) -> None:
        session = standing.sessions.get(id_)
        if session is None:
            return
        self._look_at(standing)
        del standing.sessions[id_]
        self._dataplane.remove_session(standing.settings.interface, id_.tunnel, id_.session)
        session.reason = session.reason or reason
        who = _called(session.user or session.host_name)
        at = f" with {session.address}" if session.address else ""
        text = (
            f"{who}{at} has left: {session.reason}"
            if session.user
            else f"a call of {who} has ended: {reason}"
        )
        self._log.say(Level.NOTICE, text, standing.settings.interface, "l2tp-session-down")
        if session.told_at is not None and self._asks:
            self._asks.ended(standing.settings, session, self._loop.time())
        if session.prefix is not None:
            standing.prefixes.give_back(session.prefix)
        if session.address is not None or session.prefix is not None:
            self._changed()

    def _of_link(self, standing: Standing, session: Dialed, effect: ppp.Effect) -> None:
        name = standing.settings.interface
        match effect:
            case ppp.LoggedIn(user, method):
                session.user, session.method = user, method
                where = session.carrier.path.remote.ip
                text = f"{_called(user)} has logged in by {method} from {where}"
                self._log.say(Level.NOTICE, text, name, "l2tp-login")
            case ppp.LoginRefused(user, method, reason):
                self.refusals["login-refused"] += 1
                where = session.carrier.path.remote.ip
                text = f"the login of {_called(user)} by {method} from {where} is refused: {reason}"
                self._log.say(Level.WARNING, text, name, "l2tp-login-refused")
            case ppp.Ipv4Up(user, _, peer, _, mtu):
                session.address, session.mtu = peer, min(mtu, self._mtu(name))
                session.is_open = True
                self._install(standing, session)
                text = f"{_called(user)} has the address {peer}, MTU {session.mtu}"
                self._log.say(Level.NOTICE, text, name, "l2tp-session-up")
                if self._asks and session.told_at is None:
                    session.told_at = self._loop.time()
                    self._asks.began(standing.settings, session)
                self._changed()
            case ppp.Ipv6Up(user, ours, peer, mtu):
                self._ipv6_up(standing, session, Neighbour(ours, peer, None, min(mtu, self._mtu(name))))
            case ppp.PacketReceived(6, packet) if session.neighbour:
                answer = session.neighbour.answer(packet)
                if answer is not None:
                    standing.access.send_packet(session.id, 6, answer, self._loop.time())
            case ppp.NetworkDown(version):
                if version == 4:
                    session.is_open = False
                else:
                    session.neighbour = session.advertise_at = None
                self._install(standing, session)
                self._changed()
            case ppp.LinkDown(_, reason):
                session.reason = reason
                if reason == NO_ECHO:
                    session.cause = Cause.LOST_CARRIER
                self._session_down(standing, session.id, reason)
            case ppp.AskUser(login):
                self._ask(standing, session, login)

    def _ipv6_up(self, standing: Standing, session: Dialed, link: Neighbour) -> None:
        """The caller has a link-local address, and a prefix if there is one for it."""
        if session.prefix is None:
            session.prefix = standing.prefixes.take(session.terms.prefix)
        session.neighbour = replace(link, prefix=session.prefix)
        session.mtu = session.mtu if session.is_open else link.mtu
        session.advertised, session.advertise_at = 0, self._loop.time()
        self._install(standing, session)
        where = session.prefix or f"the link-local address {link_local(link.peer)} alone"
        text = f"{_called(session.user)} has {where}"
        self._log.say(Level.NOTICE, text, standing.settings.interface, "l2tp-session-up")
        self._advertise(standing, session)
        self._look_soon()
        self._changed()

    def _advertise(self, standing: Standing, session: Dialed) -> None:
        """Tell the caller its prefix, at first some times in a row (RFC 4861 section 6.2.4)."""
        if session.neighbour is None or session.prefix is None or session.advertise_at is None:
            return
        now = self._loop.time()
        if now >= session.advertise_at:
            session.advertised += 1
            begins = session.advertised < _INITIAL_ADVERTISEMENTS
            session.advertise_at = now + (_INITIAL_PERIOD if begins else _ADVERTISEMENT_PERIOD)
            standing.access.send_packet(session.id, 6, session.neighbour.advertisement(), now)

    def _ask(self, standing: Standing, session: Dialed, login: Login) -> None:
        if self._asks is None:
            return
        asks = self._asks

        async def ask() -> None:
            verdict = standing.users.limit(login, await asks.ask(standing.settings, login, session))
            standing.access.verdict(session.id, login, verdict, self._loop.time())
            self._step()

        task = self._loop.create_task(ask())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def _install(self, standing: Standing, session: Dialed) -> None:
        self._dataplane.install_session(standing.settings.interface, session.installed())

    def _look_soon(self) -> None:
        if self._looking is None:
            waits = [seconds for s in self.servers.values() for seconds in _waits(s) if seconds]
            period = max(_SMALLEST_PERIOD, min([LOOK_PERIOD, *(seconds / 4 for seconds in waits)]))
            self._looking = self._loop.call_later(period, self._look)

    def _look(self) -> None:
        """Who is idle, and who lives?"""
        self._looking = None
        now = self._loop.time()
        for standing in self.servers.values():
            guarded(self._log, self._look_at, standing)
            for session in list(standing.sessions.values()):
                guarded(self._log, self._judge, standing, session, now)
        self._step()
        if any(standing.sessions for standing in self.servers.values()):
            self._look_soon()

    def _judge(self, standing: Standing, session: Dialed, now: float) -> None:
        """What is due for a session: an end, an account, an advertisement."""
        terms, settings = session.terms, standing.settings
        if session.used and session.used.inbound_packets > session.packets_in:
            session.packets_in = session.used.inbound_packets
            standing.access.heard(session.id, now)
        most, interim = terms.idle or settings.idle, settings.interim or terms.interim
        if most and session.networks and session.idle(now) >= most:
            session.cause = Cause.IDLE_TIMEOUT
            standing.access.idle(session.id, now)
        elif terms.session and session.told_at is not None and now - session.begun >= terms.session:
            session.cause = Cause.SESSION_TIMEOUT
            standing.access.disconnect(session.id, "its time is over", now)
        elif interim and self._asks and session.told_at is not None and now - session.told_at >= interim:
            session.told_at = now
            self._asks.goes_on(settings, session, now)
        self._advertise(standing, session)

    def _look_at(self, standing: Standing) -> None:
        for used in self._dataplane.l2tp_sessions():
            if used.tunnel == standing.settings.interface:
                session = standing.sessions.get(l2tp.SessionId(used.tunnel_id, used.session_id))
                if session is not None:
                    session.used = used

    def look(self) -> Iterable[Standing]:
        """The servers with what their sessions have carried by now."""
        for standing in self.servers.values():
            self._look_at(standing)
        return self.servers.values()

    def _arm(self) -> None:
        times = (standing.access.next_timeout() for standing in self.servers.values())
        self._alarm.set(times)

    def _timeout(self) -> None:
        for standing in list(self.servers.values()):
            guarded(self._log, standing.access.handle_timeout, self._loop.time())
        self._step()


def _waits(standing: Standing) -> Iterator[int]:
    """After so many seconds something may be due for a session."""
    yield standing.settings.idle
    yield standing.settings.interim
    for session in standing.sessions.values():
        yield from (session.terms.idle, session.terms.interim, session.terms.session)


def _runs(gateway: Gateway, server: L2tpServer) -> bool:
    if not server.protected:
        return server in gateway.open_servers
    tunnel = gateway.tunnel(server.interface)
    return tunnel is not None and tunnel.enabled


def _called(name: str) -> str:
    """A name as the peer says it: anything may be in it."""
    return f"`{name[:64]}`" if name else "somebody"


def _elsewhere(path: Path, ends: Path) -> Path:
    local, remote = path.local, path.remote
    return replace(
        path,
        local=SocketAddress(ends.local.ip, local.port),
        remote=SocketAddress(ends.remote.ip, remote.port),
    )
