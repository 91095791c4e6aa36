"""The commands outside of configuration: what each does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from kakehashi.console.echoes import Echoes, is_missed
from kakehashi.console.filters import Filter
from kakehashi.console.interfaces import brief
from kakehashi.console.masking import masked
from kakehashi.console.router import RefusedError
from kakehashi.console.watching import Watching
from kakehashi.dialects.grammar import Command
from kakehashi.dialects.matching import Match
from kakehashi.gateway.control import Request

if TYPE_CHECKING:
    from kakehashi.console.session import Session

_FREE = ("ping", "traceroute", "enable", "exit", "quit", "logout", "terminal length", "terminal width")
# What `show` shows here that the gateway itself has no words for.
OF_THE_COMMAND_LINE = (
    "show running-config",
    "show startup-config",
    "show interfaces brief",
    "show version",
    "show tech-support",
    "show diagnosis",
    "show clock",
)
_HIDDEN = ("show running-config", "show startup-config", "show tech-support")
_ATTEMPTS = 3


def unprivileged(command: Command) -> bool:
    """May everybody type it?"""
    is_show = command.key.startswith("show ") and command.key not in _HIDDEN
    return is_show or command.key in _FREE


class Outside:
    """Carries them out for a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._router = session.router
        self._came_privileged = session.privileged
        self._watching = Watching(session.manner.topics, session.screen.watch, session.say)
        self._commands: dict[str, Callable[[Match], Awaitable[None]]] = {
            "configure": self._configure,
            "write": self._write,
            "copy running-config startup-config": self._copy,
            "reload": self._reload,
            "enable": self._enable,
            "disable": self._disable,
            "exit": self._leave,
            "quit": self._leave,
            "logout": self._leave,
            "terminal length": self._length,
            "terminal width": self._nothing,
            "terminal monitor": self._watching.monitor,
            "terminal no monitor": self._watching.no_monitor,
            "debug": self._watching.debug,
            "undebug": self._watching.undebug,
            "show debugging": self._debugging,
            "ping": self._probe,
            "traceroute": self._probe,
        }

    async def run(self, match: Match, words: Sequence[str], chosen: Filter | None) -> None:
        """A command that was understood; of its output the lines that are chosen. RefusedError."""
        key = match.command.key
        if key in self._commands:
            await self._commands[key](match)
            return
        if key in self._session.certificates.steps:
            await self._session.certificates.run(match)
            return
        text = await self._output(key, list(words))
        if key.startswith("clear "):
            return  # a device says nothing of it
        if chosen is not None:
            text = "".join(f"{line}\n" for line in chosen.lines(text.splitlines()))
        await self._session.show(text)

    async def _output(self, key: str, words: list[str]) -> str:
        match key:
            case "show running-config":
                return await self._running()
            case "show startup-config":
                return await self._router.text("configuration", "startup")
            case "show interfaces brief":
                answer = await self._router.answer(Request("interfaces"))
                return brief(answer["rows"], self._session.dialect.name)
            case "show version":
                return await self._version()
            case "show tech-support":
                return await self._support()
            case "show history":
                return "".join(f"  {line}\n" for line in self._session.history)
            case "show diagnosis":
                return await self._router.text("explain", *words[_tunnel_at(words) :])
            case "show clock":
                return f"{(await self._status())['time'][:19].replace('T', ' ')}\n"
        verb = "clear" if key.startswith("clear ") else "show"
        return await self._router.text(verb, *words[1:])

    async def _running(self) -> str:
        text = await self._router.text("configuration", "running")
        header = self._session.manner.header
        return header.format(size=len(text.encode())) + text

    async def _status(self) -> Any:
        answer = await self._router.answer(Request("show", as_json=True))
        return answer["status"]

    async def _version(self) -> str:
        about = await self._router.answer(Request("about"))
        title = self._session.dialect.title
        return f"kakehashi {about['version']}, speaking as {title}\nhostname {about['hostname'] or '-'}\n"

    async def _support(self) -> str:
        """Everything that can be shown, one after the other."""
        parts: list[str] = []
        for command in self._session.manner.exec:
            key = command.key
            if not key.startswith("show ") or key in ("show tech-support", "show startup-config"):
                continue
            words = command.words
            try:
                text = await self._output(key, words.split())
            except RefusedError as error:
                text = f"{error}\n"
            parts.append(f"------------------ {words} ------------------\n\n{text.rstrip()}\n")
        return masked("\n".join(parts))

    async def _configure(self, _: Match) -> None:
        if self._router.dialect:
            raise RefusedError("the configuration is in another language: type in that one to change it")
        self._session.enter_configuration()

    async def _write(self, _: Match) -> None:
        manner = self._session.manner
        self._session.say(manner.saving)
        await self._router.text("save")
        if manner.saved:
            self._session.say(manner.saved)

    async def _copy(self, match: Match) -> None:
        if self._session.manner.destination:
            wanted = await self._session.screen.ask("Destination filename [startup-config]? ")
            if wanted.strip() not in ("", "startup-config"):
                raise RefusedError("only startup-config can be written")
        if self._session.manner.copying:
            self._session.say(self._session.manner.copying)
        await self._write(match)

    async def _reload(self, match: Match) -> None:
        """Back to what is saved, with new SAs; whoever typed it has to log in again."""
        session, manner = self._session, self._session.manner.reload
        if manner.unsaved and await self._is_unsaved():
            if not manner.unsaved.endswith(" "):
                session.say(manner.unsaved)
            elif (await session.screen.ask(manner.unsaved)).strip().lower() in ("y", "yes"):
                await self._write(match)
        *before, question = manner.question.split("\n")
        for line in before:
            session.say(line)
        answer = await session.screen.ask(question)
        if answer.strip().lower() in manner.agreed:
            await self._router.text("restart")
            session.is_over = True

    async def _is_unsaved(self) -> bool:
        """Is anything else running than what is saved?"""
        try:
            saved = await self._router.text("configuration", "startup")
        except RefusedError:
            return True
        return saved != await self._router.text("configuration", "running")

    async def _enable(self, _: Match) -> None:
        session = self._session
        if session.privileged:
            return
        if session.unlock is None and self._came_privileged:
            session.privileged = True  # who needed no password to come here needs none to come back
            return
        if session.unlock is None:
            raise RefusedError("No password set")
        for _attempt in range(_ATTEMPTS):
            if session.unlock(await session.screen.ask("Password: ", hidden=True)):
                session.privileged = True
                return
        raise RefusedError("Bad secrets")

    async def _disable(self, _: Match) -> None:
        self._session.privileged = False

    async def _leave(self, _: Match) -> None:
        self._session.is_over = True

    async def _length(self, match: Match) -> None:
        self._session.length = match.values["lines"]

    async def _nothing(self, _: Match) -> None:
        pass

    async def _debugging(self, match: Match) -> None:
        await self._session.show(self._watching.shown(match))

    async def _probe(self, match: Match) -> None:
        key, values = match.command.key, match.values
        target = str(values.get("address") or values.get("host"))
        words = [target]
        for name in ("source", "repeat", "size"):
            if name in values:
                words += [name, str(values[name])]
        is_ios_ping = key == "ping" and self._session.dialect.name == "cisco-ios"
        if is_ios_ping:
            await self._ios_ping(target, words, int(values.get("repeat", 5)), int(values.get("size", 100)))
            return
        async for line in self._router.tell(Request(key, tuple(words))):
            if not is_missed(line):
                self._session.say(line)

    async def _ios_ping(self, target: str, words: list[str], count: int, size: int) -> None:
        """As IOS counts them."""
        session = self._session
        session.say("Type escape sequence to abort.")
        session.say(f"Sending {count}, {size}-byte ICMP Echos to {target}, timeout is 2 seconds:")
        echoes = Echoes(count, session.screen.write)
        try:
            async for line in self._router.tell(Request("ping", tuple(words))):
                echoes.hear(line)
        except asyncio.CancelledError:
            echoes.end(is_whole=False)
            raise
        echoes.end()


def _tunnel_at(words: Sequence[str]) -> int:
    """Where the name of a tunnel stands in `show ... diagnosis NAME`."""
    return next(i for i, word in enumerate(words) if "diagnosis".startswith(word.lower())) + 1
