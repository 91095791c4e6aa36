"""What a session asks of the gateway, wherever it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kakehashi.gateway.control import Request

Ask = Callable[[Request], Awaitable[dict[str, Any]]]
Tell = Callable[[Request], AsyncIterator[str]]


class RefusedError(Exception):
    """The gateway would not; the text says why."""


@dataclass(frozen=True, slots=True)
class Router:
    """The gateway over its requests: `ask` for those with one answer, `tell` for those told line by line.

    `dialect`: the language to be answered in, "" for that of the configuration.
    """

    ask: Ask
    tell: Tell
    dialect: str = ""

    async def text(self, command: str, *words: str) -> str:
        """The text of an answer. RefusedError."""
        return str((await self.answer(Request(command, words, dialect=self.dialect)))["text"])

    async def answer(self, request: Request) -> dict[str, Any]:
        """The whole of an answer. RefusedError."""
        answer = await self.ask(request)
        if not answer.get("ok"):
            raise RefusedError(str(answer.get("error", "the gateway refused")))
        return answer

    async def type(self, path: tuple[str, ...], text: str) -> dict[str, Any]:
        """A line of configuration, typed where `path` leads. RefusedError."""
        if len(path) > _DEEPEST:
            raise RefusedError("too deep")
        return await self.answer(Request("type", path=path, text=text))


_DEEPEST = 8
