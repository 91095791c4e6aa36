"""Questions over HTTP for news of certificates: what comes back, and what is not put up with."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import pytest

from kakehashi.gateway import http
from kakehashi.gateway.lookup import Answer, LookupFailedError
from kakehashi.model.names import NameService
from kakehashi.pki.revocation import MAX_ANSWER, MAX_LIST
from kakehashi.pki.verdict import Fetch, FetchKind
from tests.gateway.virtual import VirtualLoop

OK = b"HTTP/1.1 200 OK\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """On 127.0.0.1, in the test's own loop; `asked` are the requests that came."""

    def __init__(self, answer: bytes | Serve) -> None:
        self.asked: list[bytes] = []
        self._answer = answer
        self.port = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            if b"Content-Length: " in request:
                request += await reader.readexactly(
                    int(request.split(b"Content-Length: ")[1].split(b"\r\n")[0])
                )
            self.asked.append(request)
            if isinstance(self._answer, bytes):
                writer.write(self._answer)
                await writer.drain()
            else:
                await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def ask(
        self,
        url: str = "http://127.0.0.1:{}/list.crl",
        kind: FetchKind = FetchKind.CRL,
        body: bytes = b"",
        **more: object,
    ) -> tuple[bytes | None, str]:
        async def story() -> tuple[bytes | None, str]:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            async with server:
                self.port = server.sockets[0].getsockname()[1]
                wanted = Fetch(kind, url.format(self.port), body)
                return await http.fetch(wanted, **more)  # type: ignore[arg-type]

        return asyncio.run(story())


def test_a_list_is_asked_for_by_get() -> None:
    server = Server(OK + b"\r\nthe list")
    assert server.ask("http://127.0.0.1:{}/crl/a.crl?v=1") == (b"the list", "")
    (request,) = server.asked
    assert request.startswith(b"GET /crl/a.crl?v=1 HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n" % server.port)


def test_ocsp_is_asked_by_post() -> None:
    server = Server(OK + b"Content-Length: 10\r\n\r\nthe answer")
    assert server.ask("http://127.0.0.1:{}", FetchKind.OCSP, b"\x30\x00?") == (b"the answer", "")
    assert server.asked[0].startswith(b"POST / HTTP/1.0\r\n")
    assert b"Content-Type: application/ocsp-request\r\nContent-Length: 3\r\n" in server.asked[0]
    assert server.asked[0].endswith(b"\r\n\r\n\x30\x00?")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "answers 302, and no other address is"),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://other.example/\r\n\r\n", "answers 301"),
        (b"HTTP/1.1 404 Not Found\r\n\r\nno such list", "the server answers 404"),
        (b"HTTP/1.1 200\xff\r\n\r\n", "the server answers"),
        (b"HTTP/1.1\r\n\r\n", "the server answers nothing"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "does not speak HTTP"),
        (b"", "ends the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\n", "ends the connection without an answer"),
        (OK + b"X: " + b"y" * 40_000 + b"\r\n\r\n", "header is larger than 16384 octets"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "in parts"),
        (OK + b"Content-Length: 100\r\n\r\nshort", "the answer ends after 5 of 100 octets"),
    ],
)  # fmt: skip
def test_bad_answers_are_told_apart(answer: bytes, words: str) -> None:
    data, error = Server(answer).ask()
    assert data is None
    assert words in error


@pytest.mark.parametrize(("kind", "limit"), [(FetchKind.CRL, MAX_LIST), (FetchKind.OCSP, MAX_ANSWER)])
def test_more_than_may_be_is_not_read(kind: FetchKind, limit: int) -> None:
    sent = 0

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(OK + b"\r\n")
        while True:
            writer.write(bytes(65536))
            await writer.drain()
            sent += 65536

    assert Server(endless).ask(kind=kind) == (None, f"the answer is larger than {limit} octets")
    assert sent < limit + 16 * 1024 * 1024, "what the sockets hold, no more"
    told = Server(OK + b"Content-Length: 99999999\r\n\r\nx").ask(kind=kind)
    assert told == (None, f"the answer is larger than {limit} octets")


def test_a_body_that_is_just_as_large_as_may_be_is_read() -> None:
    data, error = Server(OK + b"\r\n" + bytes(MAX_ANSWER)).ask(kind=FetchKind.OCSP)
    assert (len(data or b""), error) == (MAX_ANSWER, "")


def test_an_answer_ends_at_its_length() -> None:
    async def stays(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"content-length: 3\r\n\r\nonetwo")
        await asyncio.sleep(3600)

    assert Server(stays).ask() == (b"one", "")


@pytest.mark.parametrize("beginning", [b"", OK, OK + b"\r\nhalf of it"])
def test_who_is_slow_is_not_waited_for(beginning: bytes) -> None:
    """In virtual time: a connection that says no more ends after five seconds of it."""

    async def story() -> tuple[float, tuple[bytes | None, str]]:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        theirs.send(beginning)
        reader, writer = await asyncio.open_connection(sock=ours)

        async def connected(*_: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            return reader, writer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(http, "_connected", connected)
            begun = loop.time()
            told = await http.fetch(Fetch(FetchKind.CRL, "http://10.0.0.1/"))
        theirs.close()
        return loop.time() - begun, told

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(story()) == (5.0, (None, "no answer within 5 s"))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{}/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "ldap://127.0.0.1/cn=x",
        "http://",
        "http:///list",
        "",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "http://127.0.0.1:{}/a b",
        "http://127.0.0.1:{}/a\x00b",
        "http://127.0.0.1:{}/ä",
    ],
)
def test_only_plain_addresses_of_http_are_asked(url: str) -> None:
    server = Server(OK + b"\r\nx")
    data, error = server.ask(url)
    assert data is None
    assert error
    assert server.asked == []


def test_nobody_is_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listened at
        port = taken.getsockname()[1]
        data, error = asyncio.run(http.fetch(Fetch(FetchKind.CRL, f"http://127.0.0.1:{port}/")))
    assert data is None
    assert error == f"127.0.0.1 port {port}: Connection refused"


def test_names_are_looked_up_as_the_configuration_says_and_addresses_tried_in_turn() -> None:
    service = NameService(hosts=(("pki.example", (ip_address("127.0.0.1"),)),))
    seen: list[tuple[str, NameService]] = []

    async def ask(name: str, _versions: frozenset[int], names: NameService) -> Answer:
        seen.append((name, names))
        return Answer((ip_address("127.0.0.2"), ip_address("127.0.0.1")), 60, "a test")

    server = Server(OK + b"\r\nthe list")
    assert server.ask("http://PKI.example:{}/", names=service, ask=ask) == (b"the list", "")
    assert seen == [("pki.example", service)]
    assert b"\r\nHost: PKI.example:%d\r\n" % server.port in server.asked[0]


def test_a_name_that_is_not_found_is_the_reason() -> None:
    async def ask(name: str, _versions: frozenset[int], _names: NameService) -> Answer:
        raise LookupFailedError(f"{name} does not exist")

    told = Server(b"").ask("http://pki.example/", ask=ask)
    assert told == (None, "pki.example does not exist")
