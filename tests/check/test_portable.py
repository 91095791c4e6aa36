"""Check, translate and mirror run on any laptop: without Linux, without a data plane, in plain Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.pairs import ARTICLE, FOLDER

# What Windows and macOS do not have, or this project's own that needs Linux or a compiler.
REFUSED = (
    "asyncio",
    "fcntl",
    "grp",
    "kakehashi._dataplane",
    "kakehashi.dataplane",
    "kakehashi.gateway",
    "kakehashi.gateway_command",
    "kakehashi.lab",
    "kakehashi_compiled",
    "pwd",
    "pyroute2",
    "resource",
    "termios",
)
SCRIPT = """
import os, sys

os.environ["KAKEHASHI_PURE"] = "1"
for name in [n for n in sys.modules if n in REFUSED]:
    del sys.modules[name]  # the interpreter itself may have loaded them at its start


class Refuses:
    def find_spec(self, name, path=None, target=None):
        if any(name == refused or name.startswith(refused + ".") for refused in REFUSED):
            raise ImportError(f"{name} is not there")


sys.meta_path.insert(0, Refuses())
del os.geteuid, os.fork
from kakehashi.cli import main

sys.exit(main())
"""


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    script = f"REFUSED = {REFUSED!r}{SCRIPT}"
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("command", ["check", "translate", "mirror"])
def test_a_command_needs_nothing_that_only_linux_has(command: str) -> None:
    r1, r2 = (str(FOLDER / file) for file in ARTICLE)
    words = [r1, r2] if command == "check" else ["--to", "nec-ix", r1]
    done = run(command, *words)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_list_of_commands_needs_none_of_it_either() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "translate" in done.stdout


def test_what_is_refused_is_really_refused(tmp_path: Path) -> None:
    file = tmp_path / "naha.cfg"
    file.touch()
    assert "is not there" in run("run", str(file)).stderr
