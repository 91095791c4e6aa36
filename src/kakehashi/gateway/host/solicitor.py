"""Asks routers for an advertisement (RFC 4861 section 6.3.7), where the kernel has no reason to do it now.

The kernel asks when a device comes up. One that was up before the gateway came would wait for the next
advertisement that a router sends unasked, half an hour at the worst.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Collection

ALL_ROUTERS = "ff02::2"
ROUTER_SOLICITATION = bytes([133, 0, 0, 0, 0, 0, 0, 0])  # the kernel fills in the checksum
HOPS = 255
MOST = 3  # MAX_RTR_SOLICITATIONS
INTERVAL = 4.0  # RTR_SOLICITATION_INTERVAL


def solicit(device: str) -> None:
    """Send one router solicitation. Where that does not work, the kernel's own will have to do."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as out,
    ):
        out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, HOPS)
        out.sendto(ROUTER_SOLICITATION, (ALL_ROUTERS, 0, 0, socket.if_nametoindex(device)))


class Solicitor:
    """Asks on each device that waits for an address, three times at most."""

    def __init__(self, ask: Callable[[str], None] = solicit) -> None:
        self._ask = ask
        self._asked: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def follow(self, waiting: Collection[str]) -> None:
        """These are up and have no address yet."""
        for device in set(self._asked) - set(waiting):
            del self._asked[device]
            if timer := self._timers.pop(device, None):
                timer.cancel()
        for device in waiting:
            if device not in self._asked:
                self._asked[device] = 0
                self._next(device)

    def stop(self) -> None:
        """Ask no more."""
        self.follow(())

    def _next(self, device: str) -> None:
        self._ask(device)
        self._asked[device] += 1
        if self._asked[device] < MOST:
            loop = asyncio.get_running_loop()
            self._timers[device] = loop.call_later(INTERVAL, self._next, device)
