"""Peers known by name: their addresses, looked up again and again (V1-35).

| what happened | the next look |
| --- | --- |
| an answer | when its time to live is over, after `interval` at the latest and 5 s at the soonest |
| no answer | after 2 s, then each time after twice as long, up to `interval`; addresses found before stay |
| the host has other links, addresses or routes | soon, for names that were not found |
| the configuration is read again | at once |
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kakehashi.gateway.lookup import Answer, LookupFailedError, look_up, order
from kakehashi.gateway.wires.ways import plain_wires
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.names import NameService
from kakehashi.model.status import NameStatus

SOONEST = 5.0  # an answer that is good for no time at all is not asked for without end
FIRST_RETRY = 2.0
AT_ONCE = 16  # names that are looked up at the same time
Changed = Callable[[str, frozenset[IPAddress]], None]
Failed = Callable[[str, str], None]
Ask = Callable[[str, frozenset[int], NameService], Awaitable[Answer]]
_NOBODY: Mapping[str, tuple[IPAddress, ...]] = {}


def known_by_name(gateway: Gateway) -> Iterator[tuple[str, Hostname]]:
    """Each tunnel with each host name that its peer, or an IKEv1 peer it uses, is known by."""
    peers = {peer.name: peer.address for peer in gateway.ikev1_peers}
    for tunnel in gateway.tunnels:
        used = tunnel.peers if isinstance(tunnel, Ikev1Tunnel) else ()
        hosts = dict.fromkeys((tunnel.peer_address, *(peers.get(name) for name in used)))
        yield from ((tunnel.interface, h) for h in hosts if tunnel.enabled and isinstance(h, Hostname))


def versions_by_name(gateway: Gateway) -> dict[str, frozenset[int]]:
    """The host names by which tunnels, IKEv1 peers, next hop servers and pseudowires are known, and which IP
    versions count.
    """
    versions: dict[str, frozenset[int]] = {}
    wires = ((w.interface, w.peer) for w in plain_wires(gateway) if isinstance(w.peer, Hostname))
    for _, host in (*known_by_name(gateway), *wires, *_next_hop_servers(gateway)):
        wanted = frozenset({4, 6} if host.version is None else {host.version})
        versions[host.name] = versions.get(host.name, frozenset()) | wanted
    return versions


def _next_hop_servers(gateway: Gateway) -> Iterator[tuple[str, Hostname]]:
    for multipoint in gateway.multipoints:
        if multipoint.enabled:
            yield from ((multipoint.interface, host) for host in multipoint.names)


@dataclass(slots=True)
class Known:
    """What is known of one name; times are monotonic seconds. `due`: when it is looked up again."""

    versions: frozenset[int]
    due: float
    addresses: tuple[IPAddress, ...] = ()
    server: str = ""
    asked_at: float | None = None
    answered_at: float | None = None
    good_until: float = 0.0
    failure: str = ""
    failures: int = 0

    def answered(self, answer: Answer, interval: float, now: float) -> bool:
        """There is an answer; are there other addresses than before?"""
        kept = [a for a in self.addresses if a.version in answer.missing]
        addresses = tuple(sorted({*answer.addresses, *kept}, key=order))
        seconds = interval if answer.seconds is None else answer.seconds
        changed = addresses != self.addresses
        self.addresses, self.server, self.answered_at = addresses, answer.server, now
        self.good_until = now + seconds
        self.due = now + max(SOONEST, min(seconds, interval))
        self.failure, self.failures = "", 0
        return changed

    def failed(self, reason: str, interval: float, now: float) -> bool:
        """There is none, for `reason`; is that news? A name server that fails for a while moves no peer."""
        news = reason != self.failure
        self.failure = reason
        self.due = now + min(FIRST_RETRY * 2**self.failures, interval)
        self.failures = min(self.failures + 1, 32)
        return news

    def hurry(self, now: float) -> None:
        """There is hope again for one that was not found."""
        if self.failures:
            self.due = min(self.due, max(now, (self.asked_at or 0.0) + FIRST_RETRY))
            self.failures = 1


class Resolver:
    """Looks up every name in time. `changed` is told a host name with its new addresses, `failed` a name with
    the reason why it is not found, once each.
    """

    def __init__(self, changed: Changed, failed: Failed, ask: Ask = look_up) -> None:
        self._changed = changed
        self._failed = failed
        self._ask = ask
        self._service = NameService()
        self._known: dict[str, Known] = {}
        self._asking: dict[str, asyncio.Task[Answer | str]] = {}
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)

    def follow(self, gateway: Gateway) -> None:
        """The names of now, and how they are found. All are looked up at once."""
        now = asyncio.get_running_loop().time()
        before, self._known = self._known, {}
        for name, versions in versions_by_name(gateway).items():
            known = before.get(name) or Known(versions, now)
            known.versions, known.due = versions, now
            self._known[name] = known
        self._service = gateway.names
        self._forget_questions()
        self._wake.set()

    def found(self, host: Hostname) -> frozenset[IPAddress]:
        """The addresses of a name, as far as they are known and count."""
        known = self._known.get(host.name)
        found = known.addresses if known else ()
        return frozenset(a for a in found if host.version in (None, a.version))

    def failure(self, host: Hostname) -> str:
        """Why the last look for the name found nothing, or ""."""
        known = self._known.get(host.name)
        return known.failure if known else ""

    def hurry(self) -> None:
        """Something of the host has changed: names that were not found may be found now."""
        now = asyncio.get_running_loop().time()
        for known in self._known.values():
            known.hurry(now)
        self._wake.set()

    def statuses(self, used: Mapping[str, tuple[IPAddress, ...]] = _NOBODY) -> tuple[NameStatus, ...]:
        """Every name. `used`: the addresses that tunnels turn to, by name."""
        now = asyncio.get_running_loop().time()
        return tuple(
            NameStatus(
                name=name,
                addresses=known.addresses,
                used=used.get(name, ()),
                server=known.server,
                age=None if known.answered_at is None else now - known.answered_at,
                remaining=max(0.0, known.good_until - now),
                next_look=max(0.0, known.due - now),
                failure=known.failure,
            )
            for name, known in self._known.items()
        )

    async def run(self) -> None:
        """Never ends; to be cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._wake.clear()
                self._take_answers(loop.time())
                waiting = self._begin(loop.time())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(waiting):
                        await self._wake.wait()
        finally:
            self._forget_questions()

    def _begin(self, now: float) -> float | None:
        """Ask for what is due; when the next is."""
        for name, known in self._known.items():
            if known.due <= now and name not in self._asking:
                known.asked_at = now
                task = asyncio.create_task(self._look(name, known.versions, self._service))
                task.add_done_callback(lambda _: self._wake.set())
                self._asking[name] = task
        return min((k.due for name, k in self._known.items() if name not in self._asking), default=None)

    def _take_answers(self, now: float) -> None:
        for name, task in [*self._asking.items()]:
            if not task.done():
                continue
            del self._asking[name]
            known, outcome = self._known[name], task.result()
            if isinstance(outcome, Answer):
                if known.answered(outcome, self._service.interval, now):
                    self._changed(name, frozenset(known.addresses))
            elif known.failed(outcome, self._service.interval, now):
                self._failed(name, outcome)

    async def _look(self, name: str, versions: frozenset[int], service: NameService) -> Answer | str:
        """The answer, or why there is none."""
        async with self._room:
            try:
                return await self._ask(name, versions, service)
            except LookupFailedError as error:
                return str(error)
            except Exception as fault:  # whatever a server sent: it moves no peer, and the next look comes
                return f"the answer cannot be read ({type(fault).__name__})"

    def _forget_questions(self) -> None:
        asking: Iterable[asyncio.Task[Answer | str]] = self._asking.values()
        for task in asking:
            task.cancel()
        self._asking = {}
