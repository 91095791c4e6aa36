"""Captures of the lab's links, as pcap files, by a process of our own."""

import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO, NoReturn

from kakehashi.lab.blueprint import Link
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.segments import segments
from kakehashi.lab.signals import held, let_through

_ETH_P_ALL = 0x0003
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_SO_TIMESTAMPNS = 35
_BUFFER = 16 * 1024 * 1024
_VNET_HEADER = struct.Struct("=BBHHHH")
_LONGEST = _VNET_HEADER.size + 14 + 65535
_SNAPLEN = 262144
_LINKTYPE_ETHERNET = 1
_STOP_SECONDS = 10.0


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
        sys.stdout.flush()
        sys.stderr.flush()
        with held():
            child = os.fork()
            if child == 0:
                _write_all(sources)
            stack.callback(_stop_writer, child)
        yield


def _tap(namespace: NetworkNamespace, interface: str) -> socket.socket:
    with namespace.entered():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    tap.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    tap.bind((interface, _ETH_P_ALL))
    tap.setblocking(False)
    return tap


def _write_all(sources: Mapping[int, tuple[socket.socket, BinaryIO]]) -> NoReturn:
    """The writing process: until SIGTERM, and then what still waits in the sockets."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, stop)
        let_through()
        poll = select.epoll()
        for descriptor in sources:
            poll.register(descriptor, select.EPOLLIN)
        while True:
            ready = poll.poll(0.0 if stopping else 0.2)
            if stopping and not ready:
                break
            for descriptor, _ in ready:
                _write_packets(*sources[descriptor])
    finally:
        for _, file in sources.values():
            file.flush()
        os._exit(0)


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


def _stop_writer(child: int) -> None:
    os.kill(child, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
