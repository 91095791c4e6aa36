"""How fast one TCP connection goes between two hosts of the lab."""

import contextlib
import socket
import threading
import time

from kakehashi.lab.netns import NetworkNamespace
from kakehashi.model.address import IPAddress

_CHUNK = bytes(256 * 1024)
_CONNECT_SECONDS = 5.0
_STALL_SECONDS = 5.0


def throughput(
    source: NetworkNamespace,
    source_address: IPAddress,
    destination: NetworkNamespace,
    destination_address: IPAddress,
    seconds: float,
    most_octets: int,
) -> float | None:
    """Mbit/s of payload that arrived, sending for `seconds` or `most_octets`; None without a connection."""
    family = socket.AF_INET if destination_address.version == 4 else socket.AF_INET6
    with destination.entered():
        listener = socket.socket(family, socket.SOCK_STREAM)
    with source.entered():
        sender = socket.socket(family, socket.SOCK_STREAM)
    with listener, sender:
        listener.bind((str(destination_address), 0))
        listener.listen(1)
        listener.settimeout(_CONNECT_SECONDS)
        sender.bind((str(source_address), 0))
        sender.settimeout(_CONNECT_SECONDS)
        try:
            sender.connect((str(destination_address), listener.getsockname()[1]))
            receiver, _ = listener.accept()
        except OSError:
            return None
        with receiver:
            return _transfer(sender, receiver, seconds, most_octets)


def _transfer(sender: socket.socket, receiver: socket.socket, seconds: float, most: int) -> float | None:
    arrived: list[tuple[float, int]] = []

    def receive() -> None:
        buffer = bytearray(len(_CHUNK))
        receiver.settimeout(_STALL_SECONDS)
        total = 0
        with contextlib.suppress(OSError):
            while count := receiver.recv_into(buffer):
                total += count
                arrived[:] = [(time.monotonic(), total)]

    reader = threading.Thread(target=receive, daemon=True)
    start = time.monotonic()
    reader.start()
    sender.settimeout(_STALL_SECONDS)
    sent = 0
    with contextlib.suppress(OSError):
        while sent < most and time.monotonic() - start < seconds:
            sent += sender.send(_CHUNK[: most - sent])
        sender.shutdown(socket.SHUT_WR)
    reader.join(_STALL_SECONDS + seconds)
    if not arrived:
        return None
    end, octets = arrived[0]
    return octets * 8 / 1e6 / max(end - start, 1e-6)
