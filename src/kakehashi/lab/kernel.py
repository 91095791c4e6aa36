"""System calls that Python does not offer before 3.12: namespaces, mounts, prctl."""

import ctypes
import os
import socket
from enum import IntFlag

MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
_PR_SET_PDEATHSIG = 1
_SO_RCVBUFFORCE = 33

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace(IntFlag):
    """Kinds of namespaces (linux/sched.h)."""

    MOUNT = 0x0002_0000
    USER = 0x1000_0000
    PID = 0x2000_0000
    NETWORK = 0x4000_0000


def unshare(kinds: Namespace) -> None:
    """Move this process to new namespaces; of PID, its children. OSError."""
    _check(_libc.unshare(int(kinds)))


def setns(descriptor: int, kind: Namespace) -> None:
    """Move this thread to the namespace behind `descriptor`. OSError."""
    _check(_libc.setns(descriptor, int(kind)))


def mount(source: str, target: str, flags: int) -> None:
    """Bind, or change the propagation of, a mount (mount(2)). OSError."""
    _check(_libc.mount(source.encode(), target.encode(), None, ctypes.c_ulong(flags), None))


def die_with_parent(signal_number: int) -> None:
    """The kernel sends this process the signal when the thread that made it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number))


def let_wait(receiver: socket.socket, octets: int) -> None:
    """So many octets may wait in the socket until it is read; for others than root, what the host allows.

    SO_RCVBUFFORCE, socket(7). OSError.
    """
    try:
        receiver.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets)
    except PermissionError:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
