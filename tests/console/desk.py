"""Somebody sits down at a router that is not there: the session and what changes its configuration are real,
the host, the tunnels and the wire are not.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kakehashi.console.piped import Piped, run_lines
from kakehashi.console.router import Router
from kakehashi.console.session import Session
from kakehashi.dialects.editing import Line, lines_of_document
from kakehashi.dialects.registry import by_name
from kakehashi.gateway import configuration
from kakehashi.gateway.answers import Answers
from kakehashi.gateway.certificates import Certificates
from kakehashi.gateway.changes import Changes
from kakehashi.gateway.configuration import Configuration
from kakehashi.gateway.control import Answer, Request, decode
from kakehashi.gateway.host.facts import Facts, Link
from kakehashi.gateway.interface_status import interface_statuses
from kakehashi.gateway.interfaces import Mapped, map_interfaces
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.options import RunOptions
from kakehashi.gateway.pki_requests import PkiRequests
from kakehashi.gateway.pki_store import Store
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status, TunnelStatus
from kakehashi.pki.keyring import Keyring

WANS = ("GigaEthernet0.0", "GigabitEthernet0/0", "eth1")
NOON = datetime(2026, 1, 2, 12, 0, 0)


class Desk:
    """`text` is what the router has been started with; `cleared` is what `clear` asked for."""

    def __init__(self, dialect: str, text: str = "", folder: Path = Path("/nowhere")) -> None:
        self.dialect = by_name(dialect)
        self.screen = StringIO()
        self.log = StringIO()
        self.cleared: list[tuple[object, ...]] = []
        self.taken: list[Gateway] = []
        self.probed: list[Request] = []
        self.file = folder / "router.cfg"
        loaded = configuration.read(text, self.dialect, "router.cfg")
        wans = {i.name: "wan0" for i in loaded.gateway.interfaces if i.name in WANS}
        links = {"wan0": Link(index=1, name="wan0", admin_up=True, running=True, mtu=1500)}
        options = RunOptions(file=self.file, state_dir=folder, dialect=dialect, maps=wans)
        log = Log(LogOptions(), lambda: NOON, self.log)
        mapped = map_interfaces(loaded.gateway, wans, links)
        self.changes = Changes(
            options, loaded, mapped, log, lambda: links, lambda _: (), lambda _: None, self._take
        )
        driver: Any = SimpleNamespace(clear=self.clear, now=lambda: 0.0, step=lambda: None)
        store = Store(options.certificates, lambda: NOON.replace(tzinfo=UTC))
        self.certificates = Certificates(store, log, lambda: NOON.replace(tzinfo=UTC), lambda: None)
        self.trusted = self.certificates.load(loaded.gateway)
        pki = PkiRequests(self.certificates, folder, lambda: self.gateway, self._trust, log)
        self.answers = Answers(self.changes, self._status, driver, driver, log, lambda: None, pki=pki)
        self.session = Session(Router(self._ask, self._tell), Piped(self.screen), self.dialect)

    @property
    def gateway(self) -> Gateway:
        return self.changes.running.gateway

    @property
    def lines(self) -> tuple[Line, ...]:
        """What runs, as the editor has it."""
        return lines_of_document(self.dialect.parse(self.changes.text))

    def type(self, *lines: str) -> str:
        """What the terminal shows while these lines are typed."""
        self.screen.truncate(self.screen.seek(0))
        asyncio.run(run_lines(self.session, [line for text in lines for line in text.splitlines() or [""]]))
        return self.screen.getvalue()

    def clear(self, *words: object, at_once: bool = False) -> int:
        self.cleared.append(words)
        return 1

    def _trust(self, keyring: Keyring) -> None:
        self.trusted = keyring

    async def _take(self, loaded: Configuration, mapped: Mapped) -> Sequence[str]:
        self.taken.append(loaded.gateway)
        self.trusted = self.certificates.load(loaded.gateway)
        return []

    async def _status(self) -> Status:
        tunnels = tuple(TunnelStatus(name=t.interface, up=False) for t in self.gateway.tunnels)
        facts, devices = Facts(links=self.changes.links()), self.changes.mapped.devices
        interfaces = tuple(interface_statuses(self.gateway, devices, facts, tunnels, {}))
        status = Status(hostname=self.gateway.hostname, time=NOON, tunnels=tunnels, interfaces=interfaces)
        return self.certificates.added_to(status)

    async def _ask(self, request: Request) -> Answer:
        return await self.answers.answer(decode(request.encode()))

    async def _tell(self, request: Request) -> AsyncIterator[str]:
        self.probed.append(request)
        yield "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.5 ms"
