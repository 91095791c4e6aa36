"""Asks RADIUS servers about users and tells them of sessions: one after the other, each some times.

Who has been silent is the last to be asked for a while, so that not each login has to wait for it.
"""

import asyncio
import os
from collections.abc import Callable

from kakehashi.gateway.access import radius
from kakehashi.gateway.access.dialed import Dialed
from kakehashi.gateway.access.terms import Terms
from kakehashi.gateway.log import Log
from kakehashi.ike.effects import Level
from kakehashi.model.address import IPAddress
from kakehashi.model.l2tp_server import L2tpServer, RadiusServer
from kakehashi.ppp.users import Granted, Login, Refused, Verdict

_SILENT = Refused("nobody can say who you are, try again later")
_MOST_AT_ONCE = 256
_DEAD_TIME = 60.0  # seconds


class _Exchange(asyncio.DatagramProtocol):
    """One request on a socket of its own, and so with a port that nobody else guesses."""

    def __init__(self, request: radius.Request, secret: bytes) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._request = request
        self._secret = secret
        self.is_unsigned = False

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self.answer.done():
            return
        if radius.answers(self._request, data, self._secret):
            self.answer.set_result(data)
        elif radius.is_answer(self._request, data, self._secret):
            self.is_unsigned = True


class RadiusClient:
    """`entropy(n)`: n random octets. No more than some hundred requests are under way at once."""

    def __init__(self, log: Log, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._log = log
        self._entropy = entropy
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._telling: set[asyncio.Task[None]] = set()
        self._dead: dict[tuple[IPAddress, int], float] = {}

    async def ask(self, server: L2tpServer, login: Login, caller: Dialed) -> Verdict:
        """The verdict of the first server that answers; what else it says becomes the caller's terms."""
        caller.terms = Terms()
        where, name = str(caller.carrier.path.remote.ip), server.host_name or "lns"
        for asked in self._in_order(server, lambda one: one.port):
            secret = asked.secret.octets
            identifier, authenticator = self._entropy(1)[0], self._entropy(16)
            request = radius.access_request(login, where, name, secret, identifier, authenticator)
            answer = await self._exchange(asked, asked.port, request)
            if answer is not None:
                verdict = radius.verdict(login, answer)
                if isinstance(verdict, Granted):
                    caller.terms = radius.terms(answer)
                return verdict
            self._silent(asked, asked.port)
        return _SILENT

    def serves(self, server: L2tpServer, begins: bool) -> None:
        """The server begins, or ends; sessions that were told of before are no more."""
        if server.accounting:
            status = radius.Status.ON if begins else radius.Status.OFF
            session, name = self._entropy(4).hex(), server.host_name or "lns"
            self._account_soon(
                server, lambda secret, number: radius.server_request(status, session, name, secret, number)
            )

    def began(self, server: L2tpServer, session: Dialed) -> None:
        """A session has an address."""
        self._tell(server, session, radius.Status.START, 0.0)

    def goes_on(self, server: L2tpServer, session: Dialed, now: float) -> None:
        """It has carried something since."""
        self._tell(server, session, radius.Status.INTERIM, now - session.begun)

    def ended(self, server: L2tpServer, session: Dialed, now: float) -> None:
        """It is over."""
        self._tell(server, session, radius.Status.STOP, now - session.begun)

    async def settle(self, seconds: float) -> None:
        """Wait until everything is told that is to be told; not longer than that."""
        if self._telling:
            await asyncio.wait(self._telling, timeout=seconds)

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
            cause=session.cause,
            classes=session.terms.classes,
            prefix=session.prefix,
        )
        where, name = str(session.carrier.path.remote.ip), server.host_name or "lns"
        self._account_soon(
            server, lambda secret, number: radius.accounting_request(usage, where, name, secret, number)
        )

    def _account_soon(self, server: L2tpServer, request: Callable[[bytes, int], radius.Request]) -> None:
        """`request` is made of a secret and an identifier."""
        task = asyncio.get_running_loop().create_task(self._account(server, request))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _account(self, server: L2tpServer, request: Callable[[bytes, int], radius.Request]) -> None:
        for told in self._in_order(server, lambda one: one.accounting_port):
            if not told.accounting_port:
                continue
            made = request(told.secret.octets, self._entropy(1)[0])
            if await self._exchange(told, told.accounting_port, made) is not None:
                return
            self._silent(told, told.accounting_port)

    def _in_order(self, server: L2tpServer, port: Callable[[RadiusServer], int]) -> list[RadiusServer]:
        """As the configuration has them, but those behind who have been silent of late."""
        now = asyncio.get_running_loop().time()
        return sorted(server.radius, key=lambda one: self._dead.get((one.address, port(one)), 0) > now)

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
                if exchange.is_unsigned:
                    self._unsigned(server)
                return None
            finally:
                exchange.answer.cancel()
                transport.close()

    def _unsigned(self, server: RadiusServer) -> None:
        text = (
            f"the RADIUS server {server.address} does not sign its answers, so that anybody on the way can "
            "change them (CVE-2024-3596), and they are not believed: let it add a Message-Authenticator"
        )
        self._log.say(Level.WARNING, text, name="radius")

    def _silent(self, server: RadiusServer, port: int) -> None:
        self._dead[server.address, port] = asyncio.get_running_loop().time() + _DEAD_TIME
        text = f"the RADIUS server {server.address} does not answer at port {port}"
        self._log.say(Level.WARNING, text, name="radius")
