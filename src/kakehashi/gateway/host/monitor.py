"""Tells that something on the host has changed: devices, addresses, routes, rules."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable

# RTMGRP_* of linux/rtnetlink.h: links, IPv4 and IPv6 addresses, IPv4 and IPv6 routes
GROUPS = 0x1 | 0x10 | 0x100 | 0x40 | 0x400
READ_SIZE = 65536


class Monitor:
    """Calls `changed` after any change. What it was is read anew: a message may be lost, a table is not."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        self._socket.bind((0, GROUPS))
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            while self._socket.recv(READ_SIZE):
                pass
        self._changed()

    def close(self) -> None:
        """Stop listening."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def is_root() -> bool:
    """May we change the host? Root of a user namespace counts for its own network namespace."""
    return os.geteuid() == 0
