"""The control socket: one request and one answer, each a line of JSON, over a Unix socket of mode 0600.

Request: `{"command": "show", "words": ["ikev2", "sa"], "json": false, "keys": false}`. Commands: `show`,
`clear`, `reload` and `stop`. Answer: `{"ok": true, "text": "..."}`; `{"ok": true, "status": {...}}` where
JSON was asked for; `{"ok": false, "error": "..."}`.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_REQUEST = 16 * 1024
LONGEST_ANSWER = 64 * 1024 * 1024
REQUEST_TIMEOUT = 5.0
ANSWER_TIMEOUT = 30.0
MOST_WORDS = 64


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. `as_json`, `with_keys`: of `show`."""

    command: str
    words: tuple[str, ...] = ()
    as_json: bool = False
    with_keys: bool = False

    def encode(self) -> bytes:
        """The line to send."""
        content = {"command": self.command, "words": list(self.words)}
        return json.dumps(content | {"json": self.as_json, "keys": self.with_keys}).encode() + b"\n"


Answer = dict[str, Any]
Handler = Callable[[Request], Awaitable[Answer]]


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
    command, words = content.get("command"), content.get("words", [])
    if not isinstance(command, str) or not isinstance(words, list) or len(words) > MOST_WORDS:
        raise ValueError("a request has a command and a list of words")
    if not all(isinstance(word, str) for word in words):
        raise ValueError("words are strings")
    return Request(command, tuple(words), content.get("json") is True, content.get("keys") is True)


class Control:
    """Serves the socket at `path`."""

    def __init__(self, path: Path, handler: Handler) -> None:
        self._path = path
        self._handler = handler
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. OSError. A socket that a dead gateway left is replaced, and nothing else."""
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._client, path=str(self._path), limit=LONGEST_REQUEST
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
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # the client is slow, talks nonsense without end, or has gone
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

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
