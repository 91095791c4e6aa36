"""Captures of the lab's links, as pcap files, by a process of our own."""

import select
import socket
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from kakehashi.lab.blueprint import Link
from kakehashi.lab.child import Stopping, helping
from kakehashi.lab.kernel import let_wait
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.segments import segments

_ETH_P_ALL = 0x0003
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_SO_TIMESTAMPNS = 35
_BUFFER = 16 * 1024 * 1024
_VNET_HEADER = struct.Struct("=BBHHHH")
_LONGEST = _VNET_HEADER.size + 14 + 65535
_SNAPLEN = 262144
_LINKTYPE_ETHERNET = 1


@contextmanager
def capturing(
    links: Sequence[Link], namespaces: Mapping[str, NetworkNamespace], folder: Path
) -> Iterator[None]:
    """Write what passes each link to `folder`/LINK.pcap; at the end all that was seen is in the files."""
    with ExitStack() as stack:
        sources: dict[int, tuple[socket.socket, BinaryIO]] = {}
        for link in links:
            tap = _tap(namespaces[link.a.namespace], link.a.interface)
            stack.callback(tap.close)
            file = stack.enter_context((folder / f"{link.name}.pcap").open("wb"))
            file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _SNAPLEN, _LINKTYPE_ETHERNET))
            file.flush()
            sources[tap.fileno()] = (tap, file)
        stack.enter_context(helping(lambda stopping: _write_all(sources, stopping)))
        yield


def _tap(namespace: NetworkNamespace, interface: str) -> socket.socket:
    with namespace.entered():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    let_wait(tap, _BUFFER)
    tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    tap.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    tap.bind((interface, _ETH_P_ALL))
    tap.setblocking(False)
    return tap


def _write_all(sources: Mapping[int, tuple[socket.socket, BinaryIO]], stopping: Stopping) -> None:
    """Until it is stopped, and then what still waits in the sockets."""
    poll = select.epoll()
    for descriptor in sources:
        poll.register(descriptor, select.EPOLLIN)
    try:
        while True:
            ending = stopping()
            ready = poll.poll(0.0 if ending else 0.2)
            if ending and not ready:
                break
            for descriptor, _ in ready:
                _write_packets(*sources[descriptor])
    finally:
        for _, file in sources.values():
            file.flush()


def _write_packets(tap: socket.socket, file: BinaryIO) -> None:
    for _ in range(64):
        try:
            data, ancillary, _, _ = tap.recvmsg(_LONGEST, 64)
        except OSError:
            break
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("=qq", value[:16])
        _, gso_type, _, gso_size, _, _ = _VNET_HEADER.unpack_from(data)
        for frame in segments(data[_VNET_HEADER.size :], gso_type, gso_size):
            file.write(struct.pack("=IIII", seconds, nanoseconds // 1000, len(frame), len(frame)) + frame)
    file.flush()
