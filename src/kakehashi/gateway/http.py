"""One question over HTTP: for lists of revoked certificates, and OCSP (RFC 6960 appendix A).

HTTP/1.0, one connection, no redirection, a limit for the time and for the octets: nothing more is needed, and
who answers is not trusted with more.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from kakehashi.gateway.lookup import Answer, LookupFailedError, look_up
from kakehashi.model.names import NameService
from kakehashi.pki.revocation import MAX_ANSWER, MAX_LIST
from kakehashi.pki.verdict import Fetch, FetchKind

TIMEOUT = 5.0  # seconds for all of it
_MAX_HEADER = 16 * 1024
_MOST_ADDRESSES = 4  # of one name that are tried
_VERSIONS = frozenset({4, 6})

Ask = Callable[[str, frozenset[int], NameService], Awaitable[Answer]]


async def fetch(
    wanted: Fetch, names: NameService | None = None, ask: Ask = look_up
) -> tuple[bytes | None, str]:
    """What comes back, or None and why nothing does. `names`: how the configuration has names looked up."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _ask(wanted, names or NameService(), ask), ""
    except TimeoutError:
        return None, f"no answer within {TIMEOUT:g} s"
    except asyncio.IncompleteReadError:
        return None, "the server ends the connection without an answer"
    except asyncio.LimitOverrunError:
        return None, f"the answer's header is larger than {_MAX_HEADER} octets"
    except (OSError, ValueError, LookupFailedError) as error:
        return None, str(error) or type(error).__name__


async def _ask(wanted: Fetch, names: NameService, ask: Ask) -> bytes:
    parts = urlsplit(wanted.url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("only http:// addresses are asked")
    limit = MAX_LIST if wanted.kind is FetchKind.CRL else MAX_ANSWER
    request = _request(wanted, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query)
    reader, writer = await _connected(parts.hostname, parts.port or 80, names, ask)
    try:
        writer.write(request)
        await writer.drain()
        return await _body(reader, _length(await reader.readuntil(b"\r\n\r\n")), limit)
    finally:
        writer.close()


async def _connected(
    host: str, port: int, names: NameService, ask: Ask
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """With the first of a name's addresses that takes the connection."""
    error: OSError | None = None
    for address in (await _addresses(host, names, ask))[:_MOST_ADDRESSES]:
        try:
            return await asyncio.open_connection(address, port, limit=_MAX_HEADER)
        except OSError as refused:
            error = OSError(f"{address} port {port}: {os.strerror(refused.errno or 0)}")
    raise error or OSError(f"{host} has no address")


async def _addresses(host: str, names: NameService, ask: Ask) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        return [str(address) for address in (await ask(host, _VERSIONS, names)).addresses]


def _length(header: bytes) -> int | None:
    """The length of the body as the header says it. ValueError for what is no answer to be used."""
    first, *lines = header.split(b"\r\n")
    if not first.startswith(b"HTTP/1."):
        raise ValueError("the server does not speak HTTP")
    status = first.split(b" ", 2)[1:2]
    if status != [b"200"]:
        told = (status or [b"nothing"])[0].decode(errors="replace")[:8]
        followed = ", and no other address is asked instead" if told[:1] == "3" else ""
        raise ValueError(f"the server answers {told}{followed}")
    fields = {name.strip().lower(): value.strip() for name, _, value in (f.partition(b":") for f in lines)}
    if fields.get(b"transfer-encoding", b"identity").lower() != b"identity":
        raise ValueError("the answer is in parts, for which nobody has asked")
    length = fields.get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 12 else None


async def _body(reader: asyncio.StreamReader, length: int | None, limit: int) -> bytes:
    """What follows the header, to its length, or to the end of the connection."""
    body = bytearray()
    while (length is None or len(body) < length) and (chunk := await reader.read(65536)):
        body += chunk
        if max(len(body), length or 0) > limit:
            raise ValueError(f"the answer is larger than {limit} octets")
    if length is not None and len(body) < length:
        raise ValueError(f"the answer ends after {len(body)} of {length} octets")
    return bytes(body[:length])


def _request(wanted: Fetch, host: str, path: str, query: str) -> bytes:
    target = f"{path}?{query}" if query else path
    if any(not 0x20 < ord(c) < 0x7F for c in target + host):
        raise ValueError("the address has characters that none may have")
    lines = [f"{'POST' if wanted.body else 'GET'} {target} HTTP/1.0", f"Host: {host}", "Connection: close"]
    if wanted.body:
        lines += ["Content-Type: application/ocsp-request", f"Content-Length: {len(wanted.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + wanted.body
