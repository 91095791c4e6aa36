"""Many TCP connections at once, all of which send as fast as they may.

python -m bench.streams receive ENDS            until all connections are closed; prints Mbit/s
python -m bench.streams send ENDS SECONDS
ENDS: lines of `source target`, one a connection.
"""

import selectors
import socket
import sys
import time
from pathlib import Path

PORT = 7778
CHUNK = bytes(1 << 16)


def receive(ends: list[tuple[str, str]]) -> float:
    """Mbit/s from the moment when all connections stand until the first one ends."""
    selector = selectors.EpollSelector()
    for target in {target for _, target in ends}:
        listener = socket.create_server((target, PORT), backlog=len(ends))
        selector.register(listener, selectors.EVENT_READ, True)
    print("ready", flush=True)
    buffer = bytearray(1 << 20)
    standing, octets, begin = 0, 0, time.monotonic()
    while True:
        for key, _ in selector.select():
            one: socket.socket = key.fileobj  # type: ignore[assignment]
            if key.data:
                connection, _ = one.accept()
                selector.register(connection, selectors.EVENT_READ, False)
                standing, octets, begin = standing + 1, 0, time.monotonic()
                continue
            size = one.recv_into(buffer)
            octets += size
            if not size:
                return octets * 8 / 1e6 / (time.monotonic() - begin)


def send(ends: list[tuple[str, str]], seconds: float) -> None:
    selector = selectors.EpollSelector()
    for source, target in ends:
        connection = socket.create_connection((target, PORT), 20, (source, 0))
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_WRITE)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(1):
            try:
                key.fileobj.send(CHUNK)  # type: ignore[union-attr]
            except BlockingIOError:
                continue


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text().splitlines()
    pairs = [(line.split()[0], line.split()[1]) for line in lines]
    if sys.argv[1] == "receive":
        print(receive(pairs))
    else:
        send(pairs, float(sys.argv[3]))
