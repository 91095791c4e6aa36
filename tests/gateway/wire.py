"""What passes by one device of a namespace."""

import select
import socket
import threading
from collections import Counter
from ipaddress import IPv4Address
from types import TracebackType

from pyroute2 import netns

from tests.gateway.namespace import Namespace

_ETH_P_ALL = 3
_ESP, _UDP = 50, 17


class Wire:
    """Counts IPv4 packets of ESP, and of UDP, by their outer addresses, while the `with` block lasts."""

    def __init__(self, namespace: Namespace, device: str) -> None:
        self._namespace, self._device = namespace, device
        self._seen: Counter[tuple[int, str, str]] = Counter()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> "Wire":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(10)

    def count(self, other: str, protocol: int = _ESP) -> int:
        """Packets to and from this address."""
        return sum(n for (kind, *ends), n in self._seen.items() if kind == protocol and other in ends)

    def _listen(self) -> None:
        netns.setns(self._namespace.name)
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL)) as listener:
            listener.bind((self._device, _ETH_P_ALL))
            self._ready.set()
            while not self._stop.is_set():
                if not select.select([listener], [], [], 0.1)[0]:
                    continue
                packet = listener.recv(65535)
                if packet[0] >> 4 == 4:
                    ends = str(IPv4Address(packet[12:16])), str(IPv4Address(packet[16:20]))
                    self._seen[packet[9], *ends] += 1
