"""Echo requests several times a second between the hosts of a lab, and which of them arrived.

A host sees the requests that reach it (RFC 792, RFC 4443), not only the answers to its own: so each direction
is seen for itself. Requests are told from others by what they carry, for a NAT changes all the rest.
"""

import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kakehashi.lab.blueprint import Probe
from kakehashi.lab.child import Stopping, helping
from kakehashi.lab.kernel import let_wait
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.wire.internet_checksum import internet_checksum

INTERVAL = 0.2
_MOST_A_SECOND = 400  # packets of all flows: a lab of many devices is asked less often
_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_REQUEST, _REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number
_PAYLOAD = struct.Struct("!8sHI")  # what tells ours, the flow, the number
_NOTE = struct.Struct("!BHId")  # what happened, the flow, the number, monotonic seconds
_SENT, _ARRIVED, _ANSWERED = range(3)
_BUFFER = 4 * 1024 * 1024
_LAST_WAIT = 1.0


@dataclass(slots=True)
class Flow:
    """One direction: by the number of a request, when it was sent, when it arrived, when it was answered.

    Monotonic seconds.
    """

    probe: Probe
    sent: dict[int, float] = field(default_factory=dict)
    arrived: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)


class Traffic:
    """The traffic between the hosts of `probes`, noted in `file`."""

    def __init__(self, probes: Sequence[Probe], file: Path) -> None:
        self._probes = tuple(probes)
        self._file = file
        self._mark = os.urandom(8)
        self.interval = max(INTERVAL, len(probes) / _MOST_A_SECOND)

    @contextmanager
    def going(self, namespaces: Mapping[str, NetworkNamespace]) -> Iterator[None]:
        """It goes meanwhile."""
        with ExitStack() as stack:
            hosts: dict[tuple[str, str], socket.socket] = {}
            for probe in self._probes:
                for namespace, address in (
                    (probe.source_namespace, probe.source_address),
                    (probe.destination_namespace, probe.destination_address),
                ):
                    if (namespace, str(address)) not in hosts:
                        made = _socket(namespaces[namespace], str(address), address.version)
                        hosts[namespace, str(address)] = stack.enter_context(made)
            stack.enter_context(helping(lambda stopping: self._go(hosts, stopping)))
            yield

    def flows(self) -> list[Flow]:
        """What was noted so far."""
        flows = [Flow(probe) for probe in self._probes]
        with contextlib.suppress(FileNotFoundError):
            data = self._file.read_bytes()
            for what, number, sequence, at in _NOTE.iter_unpack(data[: len(data) // _NOTE.size * _NOTE.size]):
                flow = flows[number]
                (flow.sent, flow.arrived, flow.answered)[what].setdefault(sequence, at)
        return flows

    def _go(self, hosts: Mapping[tuple[str, str], socket.socket], stopping: Stopping) -> None:
        poll = select.epoll()
        by_number = {found.fileno(): found for found in hosts.values()}
        for descriptor in by_number:
            poll.register(descriptor, select.EPOLLIN)
        sources = [hosts[p.source_namespace, str(p.source_address)] for p in self._probes]
        with self._file.open("ab", buffering=0) as notes:
            sequence, due, last = 0, time.monotonic(), 0.0
            while not (stopping() and time.monotonic() > last + _LAST_WAIT):
                now = time.monotonic()
                if now >= due and not stopping():
                    sequence, due, last = sequence + 1, max(due + self.interval, now), now
                    notes.write(b"".join(self._send(sources, sequence)))
                left = 0.05 if stopping() else due - time.monotonic()
                noted = [
                    note
                    for descriptor, _ in poll.poll(max(left, 0))
                    for note in self._receive(by_number[descriptor])
                ]
                if noted:
                    notes.write(b"".join(noted))

    def _send(self, sources: Sequence[socket.socket], sequence: int) -> Iterator[bytes]:
        for number, (probe, source) in enumerate(zip(self._probes, sources, strict=True)):
            payload = _PAYLOAD.pack(self._mark, number, sequence)
            kind = _REQUEST[probe.version]
            packet = bytearray(_HEADER.pack(kind, 0, 0, number + 1, sequence & 0xFFFF) + payload)
            if probe.version == 4:  # the kernel fills in the checksum of ICMPv6
                struct.pack_into("!H", packet, 2, internet_checksum(bytes(packet)))
            with contextlib.suppress(OSError):  # a host without a way; the packet is lost
                source.sendto(packet, (str(probe.destination_address), 0))
            yield _NOTE.pack(_SENT, number, sequence, time.monotonic())

    def _receive(self, found: socket.socket) -> Iterator[bytes]:
        version = 4 if found.family == socket.AF_INET else 6
        for _ in range(256):
            try:
                packet = found.recv(2048, socket.MSG_DONTWAIT)
            except OSError:  # nothing more, or an ICMP error came
                return
            if version == 4:
                packet = packet[(packet[0] & 0x0F) * 4 :]  # a raw IPv4 socket hands out the IP header too
            if len(packet) != _HEADER.size + _PAYLOAD.size:
                continue
            mark, number, sequence = _PAYLOAD.unpack_from(packet, _HEADER.size)
            if mark != self._mark or number >= len(self._probes):
                continue
            if packet[0] in (_REQUEST[version], _REPLY[version]):
                what = _ARRIVED if packet[0] == _REQUEST[version] else _ANSWERED
                yield _NOTE.pack(what, number, sequence, time.monotonic())


def _socket(namespace: NetworkNamespace, address: str, version: int) -> socket.socket:
    with namespace.entered():
        made = socket.socket(_FAMILY[version], socket.SOCK_RAW, _PROTOCOL[version])
    let_wait(made, _BUFFER)
    made.bind((address, 0))
    made.setblocking(False)
    return made
