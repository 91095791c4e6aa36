"""The sandbox as a process of its own, and the signals that stop it."""

import contextlib
import os
import signal
from pathlib import Path
from typing import NoReturn

import pytest

from kakehashi.lab.sandbox import run_in_sandbox

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(60),
]


def test_the_same_signal_again_and_again_stops_a_lab_once_and_it_says_so() -> None:
    for _ in range(20):
        reader, writer = os.pipe()
        caller = os.fork()
        if caller == 0:
            _call(writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as ready:
            assert ready.read(1), "the lab runs"
        (keeper,) = Path(f"/proc/{caller}/task/{caller}/children").read_text().split()
        with contextlib.suppress(OSError):  # it is gone
            while _state(int(keeper)) != "Z":
                os.kill(int(keeper), signal.SIGINT)
        assert os.waitstatus_to_exitcode(os.waitpid(caller, 0)[1]) == 128 + signal.SIGINT


def _call(ready: int) -> NoReturn:
    def lab() -> int:
        os.write(ready, b"!")
        while True:
            signal.pause()

    code = 1
    try:
        code = run_in_sandbox(lab)
    finally:
        os._exit(code)


def _state(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
