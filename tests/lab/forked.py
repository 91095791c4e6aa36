"""Labs and their gateways as forks of one process that has loaded everything.

To start Python anew for each would cost more than all the rest of a lab.

    python -m tests.lab.forked TMPDIR SAID ERRORS WORD...     `kakehashi WORD...`, its streams in those two files
"""

import gc
import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from kakehashi import cli
from kakehashi.lab import process
from tests import adjusted_gateway
from tests.forks import GATEWAY, Process, end_with, write_to


def load() -> None:
    """What every fork would load for itself."""
    for name in (*GATEWAY, "kakehashi.lab.command"):
        importlib.import_module(name)
    gc.freeze()  # what is there is shared by all


def fork(child: Callable[[], object]) -> int:
    """Run `child` in a process of its own, which never returns."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    return pid or end_with(child)


class _Gateway(Process):
    """A forked gateway, as far as the lab asks for a `Popen`."""

    def __init__(
        self, command: list[str], *, stdout: IO[bytes], env: Mapping[str, str], preexec_fn: Any, **_: Any
    ) -> None:
        def be() -> None:
            os.setpgid(0, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            preexec_fn()
            write_to(stdout, stdout)
            os.environ.update(env)
            words = command[command.index("run") :]
            if Forks.adjustments:
                sys.argv = ["adjusted", str(Forks.adjustments), *words]
                adjusted_gateway.main()
            else:
                sys.argv = ["kakehashi", *words]
                cli.main()

        self.pid = fork(be)
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forks:
    """Stands for `subprocess` in the lab's process. `adjustments`: the file of those for all gateways."""

    DEVNULL, TimeoutExpired, Popen = subprocess.DEVNULL, subprocess.TimeoutExpired, _Gateway
    adjustments: Path | None = None


def fork_gateways() -> None:
    """The labs of this process have gateways that are forks of it."""
    process.subprocess = Forks  # type: ignore[assignment]


def main() -> None:
    folder, said, errors, *words = sys.argv[1:]
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    with Path(said).open("wb") as out, Path(errors).open("wb") as told:
        write_to(out, told)
    fork_gateways()
    sys.argv = ["kakehashi", *words]
    cli.main()


if __name__ == "__main__":
    main()
