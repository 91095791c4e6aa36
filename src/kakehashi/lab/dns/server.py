"""A name server on UDP and TCP port 53 of a namespace."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.update

from kakehashi.lab.child import Stopping, helping
from kakehashi.lab.dns.zone import Zone
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.model.address import IPAddress

PORT = 53
_POLL_SECONDS = 0.2
_LONGEST = 65535
_CLASSIC = 512  # RFC 1035 section 4.2.1: without EDNS
_MOST_CONNECTIONS, _IDLE_SECONDS = 32, 5.0


def zones_of(names: Iterable[tuple[str, IPAddress]]) -> tuple[Zone, ...]:
    """The zones that hold these names: of each name, all behind its first label."""
    by_origin: dict[dns.name.Name, list[tuple[str, IPAddress]]] = {}
    for text, address in names:
        name = dns.name.from_text(text)
        origin = name.parent() if len(name) > 1 else name
        by_origin.setdefault(origin, []).append((text, address))
    return tuple(Zone(origin, held) for origin, held in by_origin.items())


@contextmanager
def serving_names(
    namespace: NetworkNamespace, addresses: Sequence[IPAddress], names: Sequence[tuple[str, IPAddress]]
) -> Iterator[None]:
    """Answer for `names` at `addresses` of the namespace meanwhile."""
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for address in addresses:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with namespace.entered():
                    made = stack.enter_context(socket.socket(family, kind))
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.bind((str(address), PORT))
                made.setblocking(False)
                if kind == socket.SOCK_STREAM:
                    made.listen(16)
                sockets.append(made)
        zones = zones_of(names)
        stack.enter_context(helping(lambda stopping: _Server(sockets, zones).run(stopping)))
        yield


def reply(data: bytes, zones: Sequence[Zone], *, stream: bool = False) -> bytes | None:
    """What is said to a message; None: nothing, for it is none. `stream`: it came by TCP."""
    try:
        message = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError, struct.error):
        return _not_understood(data)
    if message.flags & dns.flags.QR:
        return None
    answer = _answer(message, zones)
    limit = _LONGEST if stream else max(_CLASSIC, message.payload)
    wire = answer.to_wire(max_size=_LONGEST)
    if len(wire) > limit:
        short = dns.message.make_response(message)
        short.flags |= dns.flags.TC
        wire = short.to_wire()
    return wire


def _answer(message: dns.message.Message, zones: Sequence[Zone]) -> dns.message.Message:
    is_update = isinstance(message, dns.update.UpdateMessage)
    asked = message.sections[0]
    if len(asked) != 1 or asked[0].rdclass != dns.rdataclass.IN:
        return _refusal(message, dns.rcode.FORMERR)
    name = asked[0].name
    holding = [zone for zone in zones if name.is_subdomain(zone.origin)]
    zone = max(holding, key=lambda each: len(each.origin), default=None)
    if isinstance(message, dns.update.UpdateMessage):
        if zone is None or zone.origin != name:
            return _refusal(message, dns.rcode.NOTAUTH)
        return _refusal(message, zone.update(message))
    if is_update or message.opcode() != dns.opcode.QUERY:
        return _refusal(message, dns.rcode.NOTIMP)
    # Of all other names of the world it says that there are none: this internet has no others.
    return zone.answer(message) if zone else _refusal(message, dns.rcode.NXDOMAIN)


def _refusal(message: dns.message.Message, code: dns.rcode.Rcode) -> dns.message.Message:
    answer = dns.message.make_response(message)
    answer.set_rcode(code)
    return answer


def _not_understood(data: bytes) -> bytes | None:
    """RFC 1035 section 4.1.1: FORMERR, to what has a header and is no answer."""
    if len(data) < 12 or data[2] & 0x80:
        return None
    return data[:2] + bytes([0x80 | data[2] & 0x79, int(dns.rcode.FORMERR)]) + bytes(8)


@dataclass(slots=True)
class _Connection:
    """One TCP connection, and the part of a message that has come."""

    socket: socket.socket
    until: float
    data: bytearray = field(default_factory=bytearray)


class _Server:
    """Answers on its sockets until it is told to stop."""

    def __init__(self, sockets: Sequence[socket.socket], zones: Sequence[Zone]) -> None:
        self._zones = zones
        self._listening = {found.fileno(): found for found in sockets}
        self._connections: dict[int, _Connection] = {}
        self._poll = select.epoll()

    def run(self, stopping: Stopping) -> None:
        for descriptor in self._listening:
            self._poll.register(descriptor, select.EPOLLIN)
        while not stopping():
            for descriptor, _ in self._poll.poll(_POLL_SECONDS):
                with contextlib.suppress(OSError):  # a client that has gone
                    self._ready(descriptor)
            for descriptor, connection in list(self._connections.items()):
                if connection.until < time.monotonic():
                    self._drop(descriptor)

    def _ready(self, descriptor: int) -> None:
        found = self._listening.get(descriptor)
        if found is None:
            self._read(descriptor)
        elif found.type == socket.SOCK_DGRAM:
            data, sender = found.recvfrom(_LONGEST)
            if answer := reply(data, self._zones):
                found.sendto(answer, sender)
        else:
            made, _ = found.accept()
            if len(self._connections) >= _MOST_CONNECTIONS:
                made.close()
                return
            made.setblocking(False)
            self._connections[made.fileno()] = _Connection(made, time.monotonic() + _IDLE_SECONDS)
            self._poll.register(made.fileno(), select.EPOLLIN)

    def _read(self, descriptor: int) -> None:
        connection = self._connections[descriptor]
        try:
            part = connection.socket.recv(_LONGEST)
            connection.data += part
            while len(connection.data) >= 2:
                size = int.from_bytes(connection.data[:2])
                if len(connection.data) < 2 + size:
                    break
                data = bytes(connection.data[2 : 2 + size])
                del connection.data[: 2 + size]
                if answer := reply(data, self._zones, stream=True):
                    connection.socket.send(len(answer).to_bytes(2) + answer)
        except OSError:
            part = b""
        if not part:
            self._drop(descriptor)

    def _drop(self, descriptor: int) -> None:
        self._connections.pop(descriptor).socket.close()
