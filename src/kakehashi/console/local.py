"""`kakehashi console`: a session at this terminal with a gateway that runs on this machine."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from prompt_toolkit.input import create_input

from kakehashi.console.display import Display
from kakehashi.console.outside import OF_THE_COMMAND_LINE
from kakehashi.console.piped import Piped, run_lines
from kakehashi.console.router import RefusedError, Router
from kakehashi.console.session import Session
from kakehashi.console.terminal import Terminal
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.matching import Failure, match_line
from kakehashi.dialects.registry import by_name
from kakehashi.gateway.control import LONGEST_ANSWER, Request


async def console(socket: Path, dialect: str) -> None:
    """Until somebody leaves. `dialect` "": that of the configuration. RefusedError, UnknownDialectError."""
    router = socket_router(socket, dialect)
    about = await router.answer(Request("about"))
    language = by_name(dialect or about["dialect"])
    if dialect and language.name == about["dialect"]:
        router = socket_router(socket, "")
    hostname = about["hostname"]
    if sys.stdin.isatty() and sys.stdout.isatty():
        display = cast(Display, Display.from_pty(sys.stdout, term=os.environ.get("TERM")))
        terminal = Terminal(create_input(), display, router)
        await terminal.run(Session(router, terminal, language, hostname=hostname))
        return
    screen = Piped(sys.stdout)
    lines = sys.stdin.read().splitlines()
    await run_lines(Session(router, screen, language, hostname=hostname), lines)


async def shown(socket: Path, words: Sequence[str]) -> str | None:
    """What the command line shows behind `show`; None where it has no such command either. RefusedError."""
    router = socket_router(socket, "")
    about = await router.answer(Request("about"))
    language = by_name(about["dialect"])
    typed = ["show", *words]
    found = match_line(typed, manner_of(language).exec)
    if isinstance(found, Failure) or found.command.key not in OF_THE_COMMAND_LINE:
        return None
    screen = io.StringIO()
    await Session(router, Piped(screen), language, hostname=about["hostname"]).run(" ".join(typed))
    return screen.getvalue()


def socket_router(path: Path, dialect: str) -> Router:
    """The gateway behind a control socket."""

    async def ask(request: Request) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
            try:
                writer.write(request.encode())
                await writer.drain()
                return dict(json.loads(await reader.readline()))
            finally:
                writer.close()
        except (OSError, ValueError) as error:
            raise RefusedError(f"the gateway at {path} does not answer: {error}") from error

    async def tell(request: Request) -> AsyncIterator[str]:
        try:
            reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
        except OSError as error:
            raise RefusedError(f"the gateway at {path} does not answer: {error}") from error
        try:
            writer.write(request.encode())
            await writer.drain()
            while line := await reader.readline():
                content = json.loads(line)
                if "line" not in content:
                    break
                yield str(content["line"])
        finally:
            with suppress(OSError):
                writer.close()

    return Router(ask, tell, dialect)
