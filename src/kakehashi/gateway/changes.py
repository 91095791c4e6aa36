"""What runs, and how it is changed: the file read again, lines typed, a text on trial until confirmed."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.editing import EditError, Line, edited, lines_of_document, written
from kakehashi.dialects.manners import manner_of
from kakehashi.gateway import configuration
from kakehashi.gateway.configuration import Configuration
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.files import replace_file
from kakehashi.gateway.host.facts import Link
from kakehashi.gateway.interfaces import Mapped, map_interfaces
from kakehashi.gateway.log import Log
from kakehashi.gateway.options import RunOptions
from kakehashi.ike.effects import Level
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway

NAME = "running-config"  # what findings call it
Take = Callable[[Configuration, Mapped], Awaitable[list[str]]]


class Changes:
    """One at a time. `links`: of the host. `judge`: what else is to be said of a configuration. `tell`: where
    the operator reads what is found in the file. `take`: makes a configuration run, and says what was done.

    What is typed may be half of something: then it is in force as far as it goes, and findings say what is
    missing. A file or a whole text with errors is refused.
    """

    def __init__(
        self,
        options: RunOptions,
        loaded: Configuration,
        mapped: Mapped,
        log: Log,
        links: Callable[[], Mapping[str, Link]],
        judge: Callable[[Gateway], Iterable[Finding]],
        tell: Callable[[Iterable[Finding]], None],
        take: Take,
    ) -> None:
        self.running, self.mapped = loaded, mapped
        self._options = options
        self._log = log
        self.links = links
        self._judge = judge
        self._tell = tell
        self._take = take
        self._lock = asyncio.Lock()
        self._lines: tuple[Line, ...] | None = None
        self._findings = self._all_findings(loaded, mapped)
        self._fallback: Configuration | None = None
        self._trial: asyncio.TimerHandle | None = None
        self._reverting: asyncio.Task[None] | None = None

    @property
    def on_trial(self) -> bool:
        """Will what runs be taken back, unless it is confirmed?"""
        return self._fallback is not None

    async def reload(self) -> str:
        """Read the file again: what was done, or why nothing was; told in the log too."""
        try:
            return await self.restart()
        except GatewayError as error:
            return str(error)

    async def restart(self) -> str:
        """The same. GatewayError where nothing was done."""
        async with self._lock:
            try:
                loaded = await asyncio.to_thread(
                    configuration.load, self._options.file, self._options.dialect
                )
                told = await self._replace(loaded, self._tell)
            except GatewayError as error:
                raise GatewayError(self._kept(str(error))) from error
            self._end_trial()
            self._log.say(Level.NOTICE, f"read {self._options.file} again: {told}", name="reloaded")
            return told

    async def type(self, path: Sequence[str], text: str) -> tuple[str, ...]:
        """A line typed in the block that `path` leads to; what is new and wrong. GatewayError."""
        async with self._lock:
            dialect = self.running.dialect
            habits = manner_of(dialect).habits
            try:
                # Meanwhile the tunnels go on: of a large centre this is seconds.
                lines = await asyncio.to_thread(edited, self._document(), path, text, dialect.grammar, habits)
            except EditError as error:
                raise GatewayError(str(error)) from error
            if lines == self._lines:
                return ()
            loaded = await asyncio.to_thread(_read, lines, dialect)
            mapped = map_interfaces(loaded.gateway, self._options.maps, self.links())
            before = self._findings
            told = await self._begin(loaded, mapped)
            self._lines = lines
            where = f"{path[-1]}: " if path else ""
            self._log.say(Level.INFO, f"typed: {where}{_words(text)}; {told}", name="typed")
            return _new(before, self._findings)

    async def apply(self, text: str, seconds: int) -> str:
        """Run this text instead; after `seconds`, if not 0, what ran before again, unless confirmed."""
        async with self._lock:
            if self._fallback is not None:
                raise GatewayError(
                    "a configuration is on trial", "confirm it, or wait until it has been taken back"
                )
            before = self.running
            loaded = await asyncio.to_thread(configuration.read, text, before.dialect, NAME)
            told = await self._replace(loaded)
            if seconds:
                self._fallback = before
                loop = asyncio.get_running_loop()
                self._trial = loop.call_later(seconds, self._expired)
                told = f"{told}; taken back in {seconds} s unless confirmed"
            self._log.say(Level.NOTICE, f"a configuration was applied: {told}", name="applied")
            return told

    def confirm(self) -> str:
        """What is on trial stays. GatewayError if nothing is."""
        if self._fallback is None:
            raise GatewayError("no configuration is on trial")
        self._end_trial()
        self._log.say(Level.NOTICE, "the configuration on trial was confirmed", name="confirmed")
        return "confirmed"

    def save(self) -> None:
        """Write what runs into the file that is read at the start. GatewayError."""
        path = Path(os.path.realpath(self._options.file))
        if self._fallback is not None:
            raise GatewayError("a configuration on trial is not saved", "confirm it first: kakehashi confirm")
        try:
            _write(path, self.text)
        except OSError as error:
            raise GatewayError(f"{path}: {error.strerror}", "nothing was saved") from error
        self._log.say(Level.NOTICE, f"the configuration was saved in {path}", name="saved")

    @property
    def text(self) -> str:
        """What runs, as the device shows it."""
        dialect = self.running.dialect
        return written(self._document(), dialect.grammar, manner_of(dialect).habits)

    @property
    def saved_text(self) -> str:
        """What is read at the next start. GatewayError."""
        return shown(
            configuration.load(self._options.file, self.running.dialect.name).text, self.running.dialect
        )

    def hurry(self) -> None:
        """The time of what is on trial is over."""
        if self._trial:
            self._trial.cancel()
            self._expired()

    def stop(self) -> None:
        """Take nothing back any more."""
        self._end_trial()

    def tasks(self) -> list[asyncio.Task[None]]:
        """What is under way."""
        return [self._reverting] if self._reverting else []

    def _document(self) -> tuple[Line, ...]:
        if self._lines is None:
            self._lines = lines_of_document(self.running.dialect.parse(self.running.text))
        return self._lines

    async def _replace(
        self, loaded: Configuration, tell: Callable[[Iterable[Finding]], None] = lambda _: None
    ) -> str:
        """GatewayError if it has errors."""
        mapped = map_interfaces(loaded.gateway, self._options.maps, self.links())
        findings = self._all_findings(loaded, mapped)
        tell(findings)
        if wrong := configuration.errors(findings):
            raise GatewayError(str(wrong[0]))
        told = await self._begin(loaded, mapped)
        self._lines = None
        return told

    async def _begin(self, loaded: Configuration, mapped: Mapped) -> str:
        """Let it run."""
        self.running, self.mapped = loaded, mapped
        self._findings = self._all_findings(loaded, mapped)
        return "; ".join(await self._take(loaded, mapped)) or "nothing has changed"

    def _all_findings(self, loaded: Configuration, mapped: Mapped) -> tuple[Finding, ...]:
        return (*loaded.findings, *mapped.findings, *self._judge(loaded.gateway))

    def _expired(self) -> None:
        self._reverting = asyncio.get_running_loop().create_task(self._go_back())

    async def _go_back(self) -> None:
        async with self._lock:
            before = self._fallback
            if before is None:
                return
            self._end_trial()
            mapped = map_interfaces(before.gateway, self._options.maps, self.links())
            told = await self._begin(before, mapped)
            self._lines = None
            self._log.say(
                Level.WARNING, f"nobody confirmed the configuration, taken back: {told}", name="taken-back"
            )

    def _end_trial(self) -> None:
        if self._trial:
            self._trial.cancel()
        self._fallback = self._trial = None

    def _kept(self, reason: str) -> str:
        text = f"the old configuration stays in force: {reason}"
        self._log.say(Level.ERROR, text, name="reload-refused")
        return text


def _read(lines: tuple[Line, ...], dialect: Dialect) -> Configuration:
    return configuration.read(written(lines, dialect.grammar, manner_of(dialect).habits), dialect, NAME)


def shown(text: str, dialect: Dialect) -> str:
    """A text as the device would show it."""
    return written(lines_of_document(dialect.parse(text)), dialect.grammar, manner_of(dialect).habits)


def _new(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[str, ...]:
    """The sentences on what is wrong now and was not before."""
    known = {finding.message for finding in before}
    serious = (Severity.ERROR, Severity.WARNING)
    told = [f for f in after if f.message not in known and f.severity in serious]
    return tuple(dict.fromkeys(f"{f.message}{f' ({f.remedy})' if f.remedy else ''}" for f in told))


def _words(text: str) -> str:
    """The first words of what was typed; no secret is among them."""
    return " ".join(text.split()[:2])


def _write(path: Path, text: str) -> None:
    """All of it or nothing, with the rights that the file has, or for the owner alone."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    replace_file(path, text.encode("utf-8"), mode)
