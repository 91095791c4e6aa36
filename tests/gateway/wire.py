"""What passes by one device of a namespace."""

import contextlib
import socket
from collections import Counter
from ipaddress import IPv4Address
from types import TracebackType

from pyroute2 import netns

from tests.gateway.namespace import Namespace

_ETH_P_ALL = 3
_ESP, _UDP = 50, 17
_ROOM = 8 << 20  # octets of what has not been looked at yet
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h


class Wire:
    """Counts IPv4 packets of ESP, and of UDP, by their outer addresses, while the `with` block lasts.

    The kernel has put by whatever has passed when it is asked: no packet that was answered is still to come.
    """

    def __init__(self, namespace: Namespace, device: str) -> None:
        self._namespace, self._device = namespace, device
        self._seen: Counter[tuple[int, str, str]] = Counter()

    def __enter__(self) -> "Wire":
        netns.pushns(self._namespace.name)
        try:
            self._listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        finally:
            netns.popns()
        self._listener.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
        self._listener.setblocking(False)
        self._listener.bind((self._device, _ETH_P_ALL))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def count(self, other: str, protocol: int = _ESP) -> int:
        """Packets to and from this address."""
        self._look()
        return sum(n for (kind, *ends), n in self._seen.items() if kind == protocol and other in ends)

    def _look(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = self._listener.recv(65535)
                if packet[0] >> 4 == 4:
                    ends = str(IPv4Address(packet[12:16])), str(IPv4Address(packet[16:20]))
                    self._seen[packet[9], *ends] += 1
