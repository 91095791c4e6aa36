"""The laptop as a process: sockets, a clock, and the halves of the protocols between them."""

import os
import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from kakehashi.gateway.dialer.client import Client
from kakehashi.gateway.dialer.esp import Esp
from kakehashi.gateway.dialer.lac import Lac, in_udp
from kakehashi.gateway.dialer.office import TUNNEL, Office
from kakehashi.ike.effects import Event, EventName, InstallChildSa, MoveChildSa, Send, UseOutbound
from kakehashi.ike.endpoint import Endpoint
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, Path, SocketAddress
from kakehashi.model.l2tp import PORT
from kakehashi.wire.internet_checksum import internet_checksum

_ESP = 50
_MARKER = bytes(4)  # RFC 3948 section 2.2
_TICK, _AGAIN, _BETWEEN = 0.1, 1.0, 1.0  # seconds
_PINGS, _MOST_PINGS = 3, 8
_LARGEST = 65535
_ICMP, _ECHO_REQUEST, _ECHO_REPLY, _TTL = 1, 8, 0, 64
_IP = struct.Struct("!BBHHHBBH4s4s")
_ECHO = struct.Struct("!BBHHH")


@dataclass(slots=True)
class Found:
    """What came of it. `rtt_ms`: of each answered echo request, `silent`: hosts that answered none;
    `seconds`: until there was an address.
    """

    user: str
    method: str = ""
    address: str = ""
    dns: list[str] = field(default_factory=list)
    mtu: int = 0
    seconds: float | None = None
    sent: int = 0
    rtt_ms: list[float] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    esp: str = ""
    failure: str = ""


class Laptop:
    """At `own`, dials in to an office at `address`; only in a namespace where IKE's ports are free."""

    def __init__(self, office: Office, own: IPv4Address, address: IPv4Address) -> None:
        self._own, self._address = own, address
        self._endpoint = Endpoint(office.laptop, os.urandom)
        self._ppp = Client(office.caller.name, office.caller.password.octets, os.urandom)
        secret = office.server.secret.octets if office.server.secret else b""
        self._lac = Lac(self._ppp, "laptop", secret)
        self._found = Found(office.caller.name)
        self._esp: Esp | None = None
        self._refused = ""
        self._sockets: dict[int, socket.socket] = {}
        self._raw: socket.socket | None = None
        self._sent: dict[int, float] = {}

    def dial(self, hosts: list[IPv4Address], patience: float) -> Found:
        """Dial, send echo requests to the hosts, hang up. `patience`: seconds until there is an address."""
        with ExitStack() as stack:
            self._open(stack)
            begun = time.monotonic()
            path = Path(SocketAddress(self._own, IKE_PORT), SocketAddress(self._address, IKE_PORT))
            self._endpoint.initiate(TUNNEL, path, begun)
            self._run(lambda: self._esp is not None, begun + patience)
            if self._esp is None:
                return self._failed(self._refused or "IPsec does not come up: no answer")
            self._lac.begin()
            self._run(lambda: self._ppp.address is not None, begun + patience)
            if self._ppp.address is None:
                return self._failed(self._why() or "no address is lent: no answer")
            self._found.seconds = time.monotonic() - begun
            self._tell()
            for host in hosts:
                self._ping(host)
            self._hang_up()
            return self._found

    def _open(self, stack: ExitStack) -> None:
        for port in (IKE_PORT, NAT_T_PORT):
            opened = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            opened.bind((str(self._own), port))
            self._sockets[port] = opened
        self._raw = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_RAW, _ESP))
        self._raw.bind((str(self._own), 0))

    def _tell(self) -> None:
        found, ppp = self._found, self._ppp
        found.method, found.mtu = ppp.method, ppp.mtu
        found.address, found.dns = str(ppp.address), [str(a) for a in ppp.dns]
        if self._esp is not None:
            sa = self._esp.sa
            found.esp = f"{sa.cipher} {sa.integrity.name}{', in UDP' if sa.udp_encapsulation else ''}"

    def _failed(self, reason: str) -> Found:
        self._tell()
        self._found.failure = reason
        self._hang_up()
        return self._found

    def _why(self) -> str:
        return self._ppp.failure or self._lac.failure

    def _ping(self, host: IPv4Address) -> None:
        heard = len(self._found.rtt_ms)
        for number in range(_MOST_PINGS):
            if number >= _PINGS and len(self._found.rtt_ms) > heard:
                return
            self._found.sent += 1
            sequence = self._found.sent
            self._sent[sequence] = time.monotonic()
            self._ppp.send(_echo_request(self._ppp.address or self._own, host, sequence))
            self._lac.frames()
            self._run(self._answered(sequence), time.monotonic() + _BETWEEN)
        if len(self._found.rtt_ms) == heard:
            self._found.silent.append(str(host))

    def _answered(self, sequence: int) -> Callable[[], bool]:
        return lambda: sequence not in self._sent

    def _hang_up(self) -> None:
        """Words without waiting for answers."""
        self._lac.end()
        self._flush()
        self._endpoint.shutdown(time.monotonic())
        self._carry_out()

    def _run(self, done: Callable[[], bool], until: float) -> None:
        """Until it is done, refused, or too late."""
        again = 0.0
        while not done() and not self._refused and not self._why() and (now := time.monotonic()) < until:
            if self._esp is not None and now >= again:
                self._lac.tick()
                again = now + _AGAIN
            self._flush()
            due = self._endpoint.next_timeout()
            if due is not None and due <= now:
                self._endpoint.handle_timeout(now)
                self._carry_out()
            sources = [*self._sockets.values(), *([self._raw] if self._raw else [])]
            for ready in select.select(sources, [], [], _TICK)[0]:
                self._take(ready)

    def _take(self, ready: socket.socket) -> None:
        datagram, source = ready.recvfrom(_LARGEST)
        if ready is self._raw:
            self._packet(datagram[(datagram[0] & 15) * 4 :])
            return
        port = ready.getsockname()[1]
        if port == NAT_T_PORT and not datagram.startswith(_MARKER):
            self._packet(datagram)
            return
        path = Path(SocketAddress(self._own, port), SocketAddress(IPv4Address(source[0]), source[1]))
        message = datagram[len(_MARKER) :] if port == NAT_T_PORT else datagram
        self._endpoint.receive(message, path, time.monotonic())
        self._carry_out()

    def _packet(self, packet: bytes) -> None:
        inside = self._esp.open(packet) if self._esp else None
        if inside is None:
            return
        self._lac.receive(inside[8:])
        self._flush()
        for packet_ in self._ppp.packets:
            sequence = _echo_reply(packet_)
            if sequence in self._sent:
                self._found.rtt_ms.append((time.monotonic() - self._sent.pop(sequence)) * 1000)
        self._ppp.packets.clear()

    def _flush(self) -> None:
        esp = self._esp
        if esp is None:
            return
        for payload in self._lac.out:
            packet = esp.seal(in_udp(payload, PORT))
            remote = esp.sa.path.remote
            if esp.sa.udp_encapsulation:
                self._sockets[NAT_T_PORT].sendto(packet, (str(remote.ip), remote.port))
            elif self._raw is not None:
                self._raw.sendto(packet, (str(remote.ip), 0))
        self._lac.out.clear()

    def _carry_out(self) -> None:
        while effects := self._endpoint.effects():
            for effect in effects:
                match effect:
                    case Send(datagram, path):
                        port = path.local.port
                        marked = _MARKER + datagram if port == NAT_T_PORT else datagram
                        self._sockets[port].sendto(marked, (str(path.remote.ip), path.remote.port))
                    case InstallChildSa(sa, _):
                        self._esp = Esp(sa, os.urandom)
                    case Event(name=EventName.NEGOTIATION_FAILED, message=message):
                        self._refused = message
                    case UseOutbound() | MoveChildSa():
                        pass


def _echo_request(source: IPv4Address, destination: IPv4Address, sequence: int) -> bytes:
    """RFC 792, in an IPv4 packet."""
    octets = bytes(56)
    echo = _ECHO.pack(
        _ECHO_REQUEST,
        0,
        internet_checksum(_ECHO.pack(_ECHO_REQUEST, 0, 0, 1, sequence) + octets),
        1,
        sequence,
    )
    total = _IP.size + len(echo) + len(octets)
    parts = (0x45, 0, total, sequence, 0, _TTL, _ICMP)
    header = _IP.pack(*parts, 0, source.packed, destination.packed)
    return _IP.pack(*parts, internet_checksum(header), source.packed, destination.packed) + echo + octets


def _echo_reply(packet: bytes) -> int:
    """Its sequence number; 0: it is none."""
    start = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < max(start, _IP.size) + _ECHO.size or packet[9] != _ICMP or packet[start] != _ECHO_REPLY:
        return 0
    return int.from_bytes(packet[start + 6 : start + 8], "big")
