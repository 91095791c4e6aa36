"""One question over HTTP: for lists of revoked certificates, and OCSP (RFC 6960 appendix A).

HTTP/1.0, one connection, no redirection, a limit for the time and for the octets: nothing more is needed, and
who answers is not trusted with more.
"""

import asyncio
from urllib.parse import urlsplit

from kakehashi.pki.revocation import MAX_ANSWER, MAX_LIST
from kakehashi.pki.verdict import Fetch, FetchKind

TIMEOUT = 5.0  # seconds for all of it
_MAX_HEADER = 16 * 1024


async def fetch(wanted: Fetch) -> tuple[bytes | None, str]:
    """What comes back, or None and why nothing does."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _ask(wanted), ""
    except TimeoutError:
        return None, f"no answer within {TIMEOUT:g} s"
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        return None, str(error) or type(error).__name__


async def _ask(wanted: Fetch) -> bytes:
    parts = urlsplit(wanted.url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("only http:// addresses are asked")
    limit = MAX_LIST if wanted.kind is FetchKind.CRL else MAX_ANSWER
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=_MAX_HEADER)
    try:
        writer.write(_request(wanted, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query))
        await writer.drain()
        header = await reader.readuntil(b"\r\n\r\n")
        status = header.split(b" ", 2)[1:2]
        if status != [b"200"]:
            raise ValueError(f"the server answers {(status or [b'nothing'])[0].decode(errors='replace')[:8]}")
        body = bytearray()
        while chunk := await reader.read(65536):
            body += chunk
            if len(body) > limit:
                raise ValueError(f"the answer is larger than {limit} octets")
        return bytes(body)
    finally:
        writer.close()


def _request(wanted: Fetch, host: str, path: str, query: str) -> bytes:
    target = f"{path}?{query}" if query else path
    if any(ord(c) <= 0x20 or ord(c) == 0x7F for c in target + host):
        raise ValueError("the address has characters that none may have")
    lines = [f"{'POST' if wanted.body else 'GET'} {target} HTTP/1.0", f"Host: {host}", "Connection: close"]
    if wanted.body:
        lines += ["Content-Type: application/ocsp-request", f"Content-Length: {len(wanted.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + wanted.body
