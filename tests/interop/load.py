"""As many numbered UDP packets as go through, and every one accounted for.

A window of them is under way, each is sent back, and the next is sent for each that comes: so nothing on the
way overflows, and what is missing at the end was lost for another reason.
"""

import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.interop.network import Network
from tests.kernel.story import inside

WINDOW = 64
PORT = 7000
LAST_ONES = 10.0  # seconds that what is under way at the end may take
ONE_MORE = 0.5  # seconds
_NUMBER = struct.Struct("!Q")
_FILLING = bytes(1000)


@dataclass(frozen=True)
class Outcome:
    """How many were sent and came back, and how many twice."""

    sent: int
    returned: int
    twice: int

    @property
    def lost(self) -> int:
        return self.sent - self.returned


def through(
    network: Network, near: str, far: str, seconds: float, enough: Callable[[], bool], most: float
) -> Outcome:
    """From `near`, which is ours, to `far`, which is the peer's, and back.

    For so many seconds, and until `enough` is true, but not for more than `most`.
    """
    with inside(network.ours):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with _echo(network, far), sender:
        sender.bind((near, 0))
        sender.connect((far, PORT))
        sender.setblocking(False)
        return _send(sender, seconds, enough, time.monotonic() + most)


def _send(sender: socket.socket, seconds: float, enough: Callable[[], bool], last: float) -> Outcome:
    sent, twice = 0, 0
    awaited: set[int] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end + LAST_ONES and (awaited or time.monotonic() < end):
        if end <= time.monotonic() < last and not enough():
            end = time.monotonic() + ONE_MORE
        while len(awaited) < WINDOW and time.monotonic() < end:
            sender.send(_NUMBER.pack(sent) + _FILLING)
            awaited.add(sent)
            sent += 1
        if not select.select([sender], [], [], 0.1)[0]:
            continue
        for number in _waiting(sender):
            twice += number not in awaited
            awaited.discard(number)
    return Outcome(sent, sent - len(awaited), twice)


def _waiting(sender: socket.socket) -> Iterator[int]:
    while True:
        try:
            yield _NUMBER.unpack_from(sender.recv(2048))[0]
        except BlockingIOError:
            return


@contextmanager
def _echo(network: Network, address: str) -> Iterator[None]:
    """Whatever comes to it goes back."""
    with inside(network.peer):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, PORT))
    server.settimeout(0.2)
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            try:
                data, sender = server.recvfrom(2048)
                server.sendto(data, sender)
            except TimeoutError:
                continue

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        server.close()
