"""Lists of revoked certificates and OCSP over HTTP, in a namespace: GET is answered with the list, a POST, or
a GET whose path ends in a question (RFC 6960 appendix A), by OCSP.
"""

import contextlib
import select
import socket
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from cryptography.x509 import ocsp

from kakehashi.lab.child import Stopping, helping
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.pki.statements import Statements
from kakehashi.model.address import IPAddress

PORT = 80
_POLL_SECONDS = 0.2
_SLOWEST = 5.0  # seconds for a client to say what it wants
_LONGEST = 64 * 1024
_IPV6_FREEBIND = 78  # linux/in6.h


@contextmanager
def serving_statements(
    namespace: NetworkNamespace, places: Sequence[tuple[IPAddress, int]], statements: Statements
) -> Iterator[None]:
    """Answer at these addresses and ports of the namespace meanwhile, in a process of its own."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(_listening(namespace, *place)) for place in dict.fromkeys(places)]
        stack.enter_context(helping(lambda stopping: serve(sockets, statements, stopping)))
        yield


def serve(sockets: Sequence[socket.socket], statements: Statements, stopping: Stopping) -> None:
    """Answer until it is told to stop."""
    poll = select.epoll()
    servers: dict[int, ThreadingHTTPServer] = {}
    for found in sockets:
        server = ThreadingHTTPServer(("", 0), _handler(statements), bind_and_activate=False)
        server.socket.close()
        server.socket, server.timeout, server.daemon_threads = found, 0, True
        servers[found.fileno()] = server
        poll.register(found.fileno(), select.EPOLLIN)
    while not stopping():
        for descriptor, _ in poll.poll(_POLL_SECONDS):
            with contextlib.suppress(OSError):  # a client that has gone
                servers[descriptor].handle_request()


def _listening(namespace: NetworkNamespace, address: IPAddress, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with namespace.entered():
        made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # An address that was given just now is tentative for a moment, and nobody may bind to it.
        made.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
    made.bind((str(address), port))
    made.listen(16)
    return made


def _handler(statements: Statements) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST
        server_version, sys_version = "kakehashi-lab", ""

        def do_GET(self) -> None:
            question = question_in(self.path)
            if question is None:
                self._answer("application/pkix-crl", statements.crl())
            else:
                self._answer("application/ocsp-response", statements.answer(question))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > _LONGEST:
                self.send_error(413 if length.isdigit() else 411)
                return
            self._answer("application/ocsp-response", statements.answer(self.rfile.read(int(length))))

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads it."""

    return Handler


def question_in(path: str) -> bytes | None:
    """The question of OCSP with which a path ends, in Base64."""
    last = unquote(path).partition("/")[2]
    while last:
        with contextlib.suppress(Error, ValueError):
            data = b64decode(last, validate=True)
            ocsp.load_der_ocsp_request(data)
            return data
        last = last.partition("/")[2]
    return None
