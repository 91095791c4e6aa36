"""The signals that stop a lab, and where they have to wait.

Python raises from a signal handler wherever the interpreter happens to be. In the functions that it calls
around a fork, and in callbacks of an event loop such as pyroute2's, an exception is told and dropped, and the
lab would go on; so signals wait while processes are started and while netlink is at work.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held() -> Iterator[None]:
    """Signals that come meanwhile are delivered afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hold() -> None:
    """Signals that come from now on wait."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)


def let_through() -> None:
    """Nothing waits any longer."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


def reset() -> None:
    """In a child before it executes a program: signals do what they do to any process."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    let_through()
