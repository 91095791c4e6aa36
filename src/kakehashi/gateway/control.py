"""The control socket: one request and one answer, each a line of JSON, over a Unix socket of mode 0600.

Request: `{"command": "show", "words": ["ikev2", "sa"], "json": false, "keys": false}`. Answer: `{"ok": true,
"text": "..."}`; `{"ok": true, "status": {...}}` where JSON was asked for; `{"ok": false, "error": "..."}`.
Before the answer to `ping`, `traceroute` and `monitor` stand lines `{"line": "..."}`, one for each that is
told; they end when the client goes. Commands: `gateway/answers.py` has them all.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST_REQUEST = 32 * 1024 * 1024  # a configuration may be in it
LONGEST_ANSWER = 64 * 1024 * 1024
REQUEST_TIMEOUT = 5.0
ANSWER_TIMEOUT = 30.0
MOST_WORDS = 64
LONGEST_TRIAL = 86400  # seconds


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. `as_json`, `with_keys`: of `show`.

    `path`: the lines that lead to where `text` is typed. `seconds`: until an unconfirmed change is taken
    back. `dialect`: the language to answer in, "" is that of the configuration.
    """

    command: str
    words: tuple[str, ...] = ()
    as_json: bool = False
    with_keys: bool = False
    path: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    seconds: int = 0
    dialect: str = ""

    def encode(self) -> bytes:
        """The line to send."""
        content = {
            "command": self.command,
            "words": list(self.words),
            "json": self.as_json,
            "keys": self.with_keys,
            "path": list(self.path),
            "text": self.text,
            "seconds": self.seconds,
            "dialect": self.dialect,
        }
        return json.dumps(content).encode() + b"\n"


Answer = dict[str, Any]
Handler = Callable[[Request], Awaitable[Answer]]
Stream = Callable[[Request], AsyncIterator[str] | None]


def failure(error: str) -> Answer:
    """An answer that says why not."""
    return {"ok": False, "error": error}


def decode(line: bytes) -> Request:
    """The request of a line. ValueError for anything else."""
    try:
        content = json.loads(line)
    except RecursionError:
        raise ValueError("a request is not nested") from None
    if not isinstance(content, dict):
        raise ValueError("a request is a JSON object")
    command = content.get("command")
    if not isinstance(command, str):
        raise ValueError("a request has a command and a list of words")
    text, seconds, dialect = (content.get(name) for name in ("text", "seconds", "dialect"))
    return Request(
        command,
        _words(content.get("words", [])),
        content.get("json") is True,
        content.get("keys") is True,
        _words(content.get("path", [])),
        text if isinstance(text, str) else "",
        seconds if type(seconds) is int and 0 <= seconds <= LONGEST_TRIAL else 0,
        dialect if isinstance(dialect, str) else "",
    )


def _words(words: object) -> tuple[str, ...]:
    if not isinstance(words, list) or len(words) > MOST_WORDS:
        raise ValueError("a request has a command and a list of words")
    if not all(isinstance(word, str) for word in words):
        raise ValueError("words are strings")
    return tuple(words)


class Control:
    """Serves the socket at `path`. `stream`: what is told line by line. `longest`: octets of a request."""

    def __init__(
        self, path: Path, handler: Handler, stream: Stream | None = None, longest: int = LONGEST_REQUEST
    ) -> None:
        self._path = path
        self._longest = longest
        self._handler = handler
        self._stream = stream
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. OSError. A socket that a dead gateway left is replaced, and nothing else."""
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._client, path=str(self._path), limit=self._longest
            )
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Stop listening and take the file away."""
        if self._server:
            self._server.close()
            with contextlib.suppress(OSError):
                self._path.unlink()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                line = await reader.readline()
            if line and (told := self._told(line)) is not None:
                await _tell(told, reader, writer)
            elif line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # the client is slow, talks nonsense without end, or has gone
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _told(self, line: bytes) -> AsyncIterator[str] | None:
        """What is told line by line, if that was asked for."""
        if self._stream is None:
            return None
        try:
            return self._stream(decode(line))
        except ValueError:
            return None

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = decode(line)
        except ValueError as error:
            return failure(f"not a request: {error}")
        try:
            return await self._handler(request)
        except Exception as fault:
            # The type alone: a fault's text may quote a key.
            return failure(f"internal fault: {type(fault).__name__}")


async def _tell(told: AsyncIterator[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Each line as it comes, until there are no more or the client has gone."""

    async def pass_on() -> None:
        async for line in told:
            writer.write(json.dumps({"line": line}).encode() + b"\n")
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await writer.drain()
        writer.write(b'{"ok": true, "text": ""}\n')
        await writer.drain()

    passing = asyncio.create_task(pass_on())
    gone = asyncio.create_task(reader.read(1))
    try:
        await asyncio.wait([passing, gone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (passing, gone):
            task.cancel()
        await asyncio.gather(passing, gone, return_exceptions=True)
