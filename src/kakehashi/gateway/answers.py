"""What the running gateway answers: over the control socket, and to its own terminals."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from importlib.metadata import version

from kakehashi.check.explain import text as explanation
from kakehashi.check.explain.walk import explain
from kakehashi.dataplane.protocol import DataPlane
from kakehashi.dialects.base import Clear, Dialect, ShowError
from kakehashi.dialects.registry import UnknownDialectError, by_name
from kakehashi.gateway import status
from kakehashi.gateway.changes import Changes
from kakehashi.gateway.control import Answer, Request, failure
from kakehashi.gateway.driver import Driver
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.log import Listener, Log
from kakehashi.gateway.overview import overview
from kakehashi.gateway.pki_requests import PkiRequests
from kakehashi.gateway.probes import probe
from kakehashi.model.logging import Severity, Threshold
from kakehashi.model.status import Status

UNHEARD = 1000  # lines that a terminal may be behind


class Answers:
    """`status_now`: of this moment. `stop`: ends the gateway. `keep_up`: begins what is always to be up."""

    def __init__(
        self,
        changes: Changes,
        status_now: Callable[[], Awaitable[Status]],
        driver: Driver,
        dataplane: DataPlane,
        log: Log,
        stop: Callable[[], None],
        pki: PkiRequests | None = None,
        clear_callers: Callable[[Clear], str] = lambda wanted: "nobody has dialed in",
        clear_next_hops: Callable[[str | None], int] = lambda tunnel: 0,
        keep_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._changes = changes
        self._status = status_now
        self._driver = driver
        self._dataplane = dataplane
        self._log = log
        self._stop = stop
        self._pki = pki
        self._clear_callers = clear_callers
        self._clear_next_hops = clear_next_hops
        self._keep_up = keep_up

    async def answer(self, request: Request) -> Answer:
        """The answer to anything but what is told line by line."""
        try:
            match request.command:
                case "show":
                    return await self._show(request)
                case "clear":
                    return await self._clear(request)
                case "reload":
                    return _text(await self._changes.reload())
                case "restart":
                    return await self._restart()
                case "stop":
                    self._stop()
                    return _text("stopping")
                case "interfaces":
                    return await self._interfaces()
                case "about":
                    return self._about()
                case "configuration":
                    return self._configuration(request)
                case "type":
                    warnings = await self._changes.type(request.path, request.text)
                    return {"ok": True, "text": "", "warnings": list(warnings)} | self._names()
                case "apply":
                    return _text(await self._changes.apply(request.text, request.seconds))
                case "confirm":
                    return _text(self._changes.confirm())
                case "save":
                    self._changes.save()
                    return _text("saved")
                case "pki" if self._pki is not None:
                    return await self._pki.answer(request)
                case "explain":
                    return await self._explain(request)
                case "log":
                    return _text("".join(f"{line}\n" for line in self._log.last))
        except (GatewayError, ShowError, UnknownDialectError) as error:
            return failure(str(error))
        return failure(f"no command {request.command}")

    def stream(self, request: Request) -> AsyncIterator[str] | None:
        """What is told line by line, or None if the request is another."""
        match request.command:
            case "monitor":
                return self._monitor(request.words)
            case "ping" | "traceroute":
                running = self._changes.running.gateway
                return probe(request.command, request.words, running, self._changes.mapped.devices)
        return None

    async def tell(self, request: Request) -> AsyncIterator[str]:
        """The same, for who knows which commands those are."""
        lines = self.stream(request)
        if lines is None:
            return
        async for line in lines:
            yield line

    async def _monitor(self, words: tuple[str, ...]) -> AsyncIterator[str]:
        """The log; `words`: from which level on, and then the subjects that are told down to `debug`."""
        waiting: asyncio.Queue[str] = asyncio.Queue(UNHEARD)

        def hear(line: str) -> None:
            with suppress(asyncio.QueueFull):
                waiting.put_nowait(line)

        listener = Listener(_threshold(words, self._changes.running.gateway.logging.monitor), hear)
        self._log.join(listener)
        try:
            while True:
                yield await waiting.get()
        finally:
            self._log.leave(listener)

    def _names(self) -> Answer:
        running = self._changes.running
        return {"dialect": running.dialect.name, "hostname": running.gateway.hostname}

    async def _interfaces(self) -> Answer:
        """A row for each interface: is it up, and what is its address? A tunnel is up as it is judged."""
        rows = [
            {
                "name": interface.name,
                "address": next((str(a) for a in interface.addresses if a.version == 4), ""),
                "method": interface.method,
                "enabled": interface.enabled,
                "up": interface.up,
            }
            for interface in (await self._status()).interfaces
        ]
        return _text("") | {"rows": rows}

    def _about(self) -> Answer:
        """Who answers."""
        return _text("") | self._names() | {"version": version("kakehashi"), "trial": self._changes.on_trial}

    def _dialect(self, request: Request) -> Dialect:
        return by_name(request.dialect) if request.dialect else self._changes.running.dialect

    def _configuration(self, request: Request) -> Answer:
        dialect, running = self._dialect(request), self._changes.running
        if request.words == ("text",):
            return _text(running.text)
        if request.words == ("startup",):
            return _text(self._changes.saved_text)
        if dialect.name != running.dialect.name:
            return _text(dialect.render(running.gateway).text)
        return _text(self._changes.text)

    async def _show(self, request: Request) -> Answer:
        if request.words == ("dataplane",):
            return self._show_dataplane(request)
        current = await self._status()
        if request.as_json:
            return {"ok": True, "status": status.to_json(current, request.with_keys)}
        if not request.words:
            return _text(overview(current))
        return _text(self._dialect(request).show(request.words, current, self._changes.running.gateway))

    async def _explain(self, request: Request) -> Answer:
        """Why tunnels are not up; `words`: one of them, `text`: "ja" for Japanese."""
        gateway = self._changes.running.gateway
        name = request.words[0] if request.words else None
        names = {t.interface.lower(): t.interface for t in gateway.tunnels}
        if name is not None and name.lower() not in names:
            known = ", ".join(names.values()) or "none"
            return failure(f"there is no tunnel {name}; the tunnels are: {known}")
        found = explain(gateway, await self._status(), names[name.lower()] if name is not None else None)
        return _text(explanation.render(found, request.text == "ja")) | {
            "explanations": [explanation.to_json(each) for each in found]
        }

    def _show_dataplane(self, request: Request) -> Answer:
        """No router has this command."""
        means = dict(self._dataplane.means())
        if request.as_json:
            return {"ok": True, "status": {"dataplane": means}}
        width = max(map(len, means))
        return _text("\n".join(f"{name:{width}}  {what}" for name, what in means.items()))

    async def _restart(self) -> Answer:
        """As after `reload` on a router: what is saved runs, and every SA is made anew."""
        told = await self._changes.restart()
        self._driver.clear(None, at_once=True)
        self._keep_up()
        return _text(told)

    async def _clear(self, request: Request) -> Answer:
        wanted = self._dialect(request).clear(request.words, await self._status())
        if wanted.callers:
            return _text(self._clear_callers(wanted))
        if wanted.next_hops:
            count = self._clear_next_hops(wanted.tunnel)
            return _text(f"{count} peer{'' if count == 1 else 's'} forgotten")
        number = self._driver.clear(wanted.tunnel, wanted.version, wanted.peer, wanted.at_once)
        if wanted.at_once:
            self._keep_up()
        return _text(
            f"{number} IKE SA{'' if number == 1 else 's'} {'' if wanted.at_once else 'being '}deleted"
        )


def _threshold(words: tuple[str, ...], monitor: Threshold) -> Threshold:
    """Of a terminal: `monitor` as configured, `none` but the subjects, or the name of a level."""
    if not words or words[0] == "monitor":
        base = monitor
    elif words[0] == "none":
        base = Threshold(None)
    else:
        base = Threshold(Severity.__members__.get(words[0].upper(), Severity.NOTICE))
    chosen = tuple((subject.lower(), Severity.DEBUG) for subject in words[1:])
    return Threshold(base.level, (*base.subjects, *chosen))


def _text(text: str) -> Answer:
    return {"ok": True, "text": text}
