"""A helping process of the lab's own, without a program: forked, and stopped by its number."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from kakehashi.lab.signals import held, let_through

_STOP_SECONDS = 10.0

Stopping = Callable[[], bool]


@contextmanager
def helping(work: Callable[[Stopping], None]) -> Iterator[None]:
    """Run `work` in a process of its own meanwhile; it ends soon after the function it is given says True."""
    sys.stdout.flush()
    sys.stderr.flush()
    with held():
        child = os.fork()
        if child == 0:
            _become(work)
    try:
        yield
    finally:
        _stop(child)


def _become(work: Callable[[Stopping], None]) -> None:
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, stop)
        let_through()
        work(lambda: stopping)
        code = 0
    finally:
        os._exit(code)


def _stop(child: int) -> None:
    os.kill(child, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
