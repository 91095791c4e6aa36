"""Processes of Python by fork, out of one that has imported what they are of.

To import what a gateway is of takes seconds of a processor, and on an emulated machine a minute.

    python -m tests.forks MODULE...     imports them; then each line of its input is an `Order` in JSON

What a process says and how it ended is told in files, so that a shell can give orders, too.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from kakehashi.lab.kernel import Namespace, setns

ROOT = Path(__file__).resolve().parents[1]
GATEWAY = (
    "tests.adjusted_gateway",
    "kakehashi.gateway_command",
    "kakehashi.gateway.daemon",
    "kakehashi.dataplane.native",
    "typer._adapters",
    "zoneinfo",
)
_MOMENT = 0.02  # seconds


@dataclass(frozen=True)
class Order:
    """`main` of a module with these words, as `python -m` would have it, in the folder `place`.

    Both its streams go to the file `log` there, at its end. `pid` is written at the start, `status` at the end,
    negative where it was a signal. `namespace`: its name, "" for the one that this process is in.
    """

    module: str
    words: tuple[str, ...]
    place: str
    namespace: str = ""

    def line(self) -> str:
        return json.dumps(asdict(self))


class Process:
    """A process that was forked, as a `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None:
        raise NotImplementedError

    def wait(self, timeout: float) -> int:
        """subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(_MOMENT)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Forked(Process):
    """The process of an order."""

    def __init__(self, order: Order) -> None:
        self._place = Path(order.place)
        for name in ("pid", "status"):
            (self._place / name).unlink(missing_ok=True)
        _tell(order)
        while not (self._place / "pid").exists():
            time.sleep(_MOMENT)
        self.pid = int((self._place / "pid").read_text())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and (self._place / "status").exists():
            self.returncode = int((self._place / "status").read_text())
        return self.returncode


_server: subprocess.Popen[str] | None = None


def _tell(order: Order) -> None:
    """One server for this process, from its first order to its end."""
    global _server
    if _server is None or _server.poll() is not None:
        words = [sys.executable, "-m", "tests.forks", *GATEWAY]
        _server = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, text=True)
        atexit.register(_server.communicate)
    assert _server.stdin
    _server.stdin.write(order.line() + "\n")
    _server.stdin.flush()


def serve(orders: Iterable[str]) -> None:
    """Until there are no more."""
    places: dict[int, Path] = {}

    def reap(*_: object) -> None:
        while places:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            _write(places.pop(pid) / "status", os.waitstatus_to_exitcode(status))

    signal.signal(signal.SIGCHLD, reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for the tests
    gc.freeze()  # what is never touched stays common to all
    for line in orders:
        order = Order(**json.loads(line))
        # Its end may come before we know its number.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        if (pid := os.fork()) == 0:
            end_with(partial(_be, order))
        places[pid] = Path(order.place)
        _write(places[pid] / "pid", pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _be(order: Order) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if order.namespace:
        setns(os.open(f"/run/netns/{order.namespace}", os.O_RDONLY | os.O_CLOEXEC), Namespace.NETWORK)
    os.chdir(order.place)
    with Path("log").open("ab") as log:
        write_to(log, log)
    sys.argv = [order.module, *order.words]
    import_module(order.module).main()


def write_to(out: IO[bytes], errors: IO[bytes]) -> None:
    """The streams of this process; it reads nothing."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(errors.fileno(), 2)


def end_with(work: Callable[[], object]) -> NoReturn:
    """Do the work of a forked process, and end it as Python ends one."""
    status = 1
    try:
        work()
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _write(file: Path, number: int) -> None:
    """Whole or not at all."""
    draft = file.with_name(f"{file.name}-draft")
    draft.write_text(str(number))
    draft.rename(file)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        import_module(name)
    serve(sys.stdin)
