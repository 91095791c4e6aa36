"""Asks RADIUS servers about users and tells them of sessions: one after the other, each some times."""

import asyncio
import os
from collections.abc import Callable

from kakehashi.gateway.access import radius
from kakehashi.gateway.access.dialed import Dialed
from kakehashi.gateway.log import Log
from kakehashi.ike.effects import Level
from kakehashi.model.l2tp_server import L2tpServer, RadiusServer
from kakehashi.ppp.users import Login, Refused, Verdict

_SILENT = Refused("nobody can say who you are, try again later")
_MOST_AT_ONCE = 256


class _Exchange(asyncio.DatagramProtocol):
    """One request on a socket of its own, and so with a port that nobody else guesses."""

    def __init__(self, request: radius.Request, secret: bytes) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._request = request
        self._secret = secret

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answer.done() and radius.answers(self._request, data, self._secret):
            self.answer.set_result(data)


class RadiusClient:
    """`entropy(n)`: n random octets. No more than some hundred requests are under way at once."""

    def __init__(self, log: Log, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._log = log
        self._entropy = entropy
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._telling: set[asyncio.Task[None]] = set()

    async def ask(self, server: L2tpServer, login: Login, caller: Dialed) -> Verdict:
        """The verdict of the first server that answers."""
        where, name = str(caller.carrier.path.remote.ip), server.host_name or "lns"
        for asked in server.radius:
            secret = asked.secret.octets
            identifier, authenticator = self._entropy(1)[0], self._entropy(16)
            request = radius.access_request(login, where, name, secret, identifier, authenticator)
            answer = await self._exchange(asked, asked.port, request)
            if answer is not None:
                return radius.verdict(login, answer)
            self._silent(asked, asked.port)
        return _SILENT

    def began(self, server: L2tpServer, session: Dialed) -> None:
        """A session has an address."""
        self._tell(server, session, radius.Status.START, 0.0)

    def ended(self, server: L2tpServer, session: Dialed, now: float) -> None:
        """It is over."""
        self._tell(server, session, radius.Status.STOP, now - session.begun)

    async def stop(self) -> None:
        """Nobody is told any more."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _tell(self, server: L2tpServer, session: Dialed, status: radius.Status, seconds: float) -> None:
        if not server.accounting or session.address is None:
            return
        used = session.used
        usage = radius.Usage(
            session=f"{session.since:%Y%m%d%H%M%S}-{session.id.tunnel:04x}-{session.id.session:04x}",
            status=status,
            user=session.user,
            address=session.address,
            seconds=int(seconds),
            inbound_octets=used.inbound_octets if used else 0,
            outbound_octets=used.outbound_octets if used else 0,
            inbound_packets=used.inbound_packets if used else 0,
            outbound_packets=used.outbound_packets if used else 0,
        )
        where = str(session.carrier.path.remote.ip)
        task = asyncio.get_running_loop().create_task(self._account(server, usage, where))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _account(self, server: L2tpServer, usage: radius.Usage, where: str) -> None:
        for told in server.radius:
            if not told.accounting_port:
                continue
            name, identifier = server.host_name or "lns", self._entropy(1)[0]
            request = radius.accounting_request(usage, where, name, told.secret.octets, identifier)
            if await self._exchange(told, told.accounting_port, request) is not None:
                return
            self._silent(told, told.accounting_port)

    async def _exchange(self, server: RadiusServer, port: int, request: radius.Request) -> bytes | None:
        """The answer; None: none came, however often the request went."""
        if not port:
            return None
        loop = asyncio.get_running_loop()
        async with self._room:
            try:
                transport, exchange = await loop.create_datagram_endpoint(
                    lambda: _Exchange(request, server.secret.octets), remote_addr=(str(server.address), port)
                )
            except OSError:
                return None
            try:
                for _ in range(server.retries + 1):
                    transport.sendto(request.datagram)
                    try:
                        return await asyncio.wait_for(asyncio.shield(exchange.answer), server.timeout)
                    except TimeoutError:
                        continue
                return None
            finally:
                exchange.answer.cancel()
                transport.close()

    def _silent(self, server: RadiusServer, port: int) -> None:
        text = f"the RADIUS server {server.address} does not answer at port {port}"
        self._log.say(Level.WARNING, text, name="radius")
