"""Echo requests from a host of the lab (RFC 792, RFC 4443), without a program of the host's."""

import contextlib
import os
import socket
import statistics
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from kakehashi.lab.netns import NetworkNamespace
from kakehashi.model.address import IPAddress
from kakehashi.wire.internet_checksum import internet_checksum

_INTERVAL = 1.0
_LATER_REQUESTS = 3
_LATER_SECONDS = 1.5
_ECHO_REQUEST = {4: 8, 6: 128}
_ECHO_REPLY = {4: 0, 6: 129}
_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResult:
    """`first_seconds`: until the first request was answered, negotiation included; None: it never was.

    `rtt_ms`: the median of the requests after it; None without any answer.
    """

    ok: bool
    rtt_ms: float | None
    first_seconds: float | None
    sent: int
    received: int


class Ping:
    """One host's echo requests to one address."""

    def __init__(self, namespace: NetworkNamespace, source: IPAddress, destination: IPAddress) -> None:
        version = destination.version
        with namespace.entered():
            self._socket = socket.socket(
                socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_RAW, _PROTOCOL[version]
            )
        self._socket.bind((str(source), 0))
        self._to = (str(destination), 0)
        self._version = version
        self._identifier = int.from_bytes(os.urandom(2))
        self._sent: dict[int, float] = {}
        self._answered: dict[int, float] = {}

    def run(self, patience: float, hopeless: Callable[[], bool] = lambda: False) -> PingResult:
        """Ask once a second until there is an answer, at most `patience` seconds; then ask some more.

        `hopeless` is asked once a second too: True gives up.
        """
        with self._socket:
            end = time.monotonic() + patience
            while not self._answered and time.monotonic() < end:
                self._request()
                self._receive(_INTERVAL, lambda: bool(self._answered))
                if not self._answered and hopeless():
                    break
            early = len(self._sent)
            if self._answered:
                self._receive(_INTERVAL, lambda: len(self._answered) == early)
                for _ in range(_LATER_REQUESTS):
                    number = self._request()
                    self._receive(_LATER_SECONDS, lambda number=number: number in self._answered)  # type: ignore[misc]
        later = [rtt for number, rtt in self._answered.items() if number > early]
        chosen = later or list(self._answered.values())
        return PingResult(
            ok=bool(self._answered),
            rtt_ms=round(statistics.median(chosen) * 1000, 3) if chosen else None,
            first_seconds=self._answered.get(1),
            sent=len(self._sent),
            received=len(self._answered),
        )

    def _request(self) -> int:
        number = len(self._sent) + 1
        packet = bytearray(_HEADER.pack(_ECHO_REQUEST[self._version], 0, 0, self._identifier, number))
        packet += bytes(range(0x10, 0x48))
        if self._version == 4:  # the kernel knows the pseudo-header of ICMPv6, and fills its checksum in
            struct.pack_into("!H", packet, 2, internet_checksum(bytes(packet)))
        self._sent[number] = time.monotonic()
        with contextlib.suppress(OSError):  # a route that is not there yet; the next request may find it
            self._socket.sendto(packet, self._to)
        return number

    def _receive(self, seconds: float, done: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while not done() and (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                packet = self._socket.recv(2048)
            except OSError:  # the time is up, or an ICMP error came
                continue
            if self._version == 4:
                packet = packet[(packet[0] & 0x0F) * 4 :]  # a raw IPv4 socket hands out the IP header too
            if len(packet) < _HEADER.size:
                continue
            kind, _, _, identifier, number = _HEADER.unpack_from(packet)
            if kind == _ECHO_REPLY[self._version] and identifier == self._identifier and number in self._sent:
                self._answered.setdefault(number, time.monotonic() - self._sent[number])
