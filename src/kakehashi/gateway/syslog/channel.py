"""How messages travel to one log host: a socket each, opened and closed by its sender.

A message is in the kernel's hands when `send` returns; neither UDP nor TCP tells that it has arrived.
"""

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import Protocol

from kakehashi.model.address import IPAddress
from kakehashi.model.logging import Transport

PATIENCE = 10.0  # seconds for a connection, and for a message to leave


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and from where. `tls`: of a receiver that has to prove who it is; `name`: by this name."""

    address: IPAddress
    port: int
    local: IPAddress | None = None
    tls: ssl.SSLContext | None = None
    name: str = ""


class Channel(Protocol):
    """An open way. OSError from both when it is none any more."""

    async def send(self, message: bytes) -> None:
        """Hand one message over."""

    def close(self) -> None:
        """Once is enough, and more do no harm."""


async def open_channel(transport: Transport, target: Target) -> Channel:
    """OSError, also where the receiver does not prove who it is."""
    async with asyncio.timeout(PATIENCE):
        if transport is Transport.UDP:
            return _Datagrams(target)
        return await _Stream.open(target)


class _Datagrams:
    """One message in one datagram (RFC 5426 section 3.1)."""

    def __init__(self, target: Target) -> None:
        family = socket.AF_INET if target.address.version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            if target.local is not None:
                self._socket.bind((str(target.local), 0))
            # A connected socket is told that nobody listens.
            self._socket.connect((str(target.address), target.port))
        except OSError:
            self._socket.close()
            raise

    async def send(self, message: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().sock_sendall(self._socket, message)

    def close(self) -> None:
        self._socket.close()


class _Stream:
    """`LENGTH SP MESSAGE`, the length in decimal digits (RFC 6587 section 3.4.1, RFC 5425 section 4.3)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        # A receiver says nothing; that it has ended the connection is all that can be read.
        self._ended = asyncio.create_task(_until_the_end(reader))

    @classmethod
    async def open(cls, target: Target) -> "_Stream":
        reader, writer = await asyncio.open_connection(
            str(target.address),
            target.port,
            local_addr=(str(target.local), 0) if target.local is not None else None,
            ssl=target.tls,
            server_hostname=target.name or None if target.tls else None,
        )
        return cls(reader, writer)

    async def send(self, message: bytes) -> None:
        if self._ended.done():
            raise ConnectionResetError("the log host has ended the connection")
        self._writer.write(b"%d " % len(message) + message)
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()

    def close(self) -> None:
        self._ended.cancel()
        self._writer.close()


async def _until_the_end(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            pass


def tls_context(authorities: str | None) -> ssl.SSLContext:
    """Of a client that believes those authorities (PEM), or those of the host where it is None. OSError."""
    context = ssl.create_default_context(cadata=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
