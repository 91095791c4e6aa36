"""Whole labs as processes, for the tests; each must leave nothing of itself behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.forks import Forked, Order

LAB = [sys.executable, "-m", "kakehashi.cli", "lab"]
SECONDS = 200  # on a machine with other work


@contextmanager
def folder_of(texts: Mapping[str, str]) -> Iterator[Path]:
    """The files, in a folder with a short name, in which labs put their own files too."""
    with tempfile.TemporaryDirectory(prefix="kkh") as made:
        for name, text in texts.items():
            (Path(made) / f"{name}.cfg").write_text(text)
        yield Path(made)


def assert_nothing_left(folder: Path) -> None:
    """Every lab that was started in `folder`, with that as its TMPDIR, has ended whole."""
    assert not list(folder.glob("kakehashi-lab-*"))
    assert processes_of(folder) == []
    # A lab's own interfaces never stood in this namespace, nor do they now.
    assert not {"wan0", "lan0", "link1", "inside", "outside"} & set(os.listdir("/sys/class/net"))
    assert not [name for name in Path("/proc/mounts").read_text().split() if str(folder) in name]


def processes_of(folder: Path) -> list[str]:
    """Processes, of the lab or of its gateways, that were started in this test's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def lab(
    folder: Path, *arguments: str, before: tuple[str, ...] = (), seconds: int = SECONDS
) -> tuple[int, dict[str, Any]]:
    """Run a lab in `folder`; its exit status and its JSON. `seconds`: that it may take at most.

    With words `before` it is a process of its own, as a user starts it.
    """
    if not before:
        return _forked(folder, arguments, seconds)
    done = subprocess.run(
        [*before, *LAB, *arguments, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def _forked(folder: Path, arguments: tuple[str, ...], seconds: int) -> tuple[int, dict[str, Any]]:
    process, said, errors = fork_lab(folder, *arguments, "--json")
    try:
        status = process.wait(seconds)
    finally:
        process.send_signal(signal.SIGKILL)
    assert said.read_text(), errors.read_text()
    return status, json.loads(said.read_text())


def fork_lab(folder: Path, *arguments: str) -> tuple[Forked, Path, Path]:
    """A lab that has just been started, and the files in which its two streams are."""
    said, errors = folder / "said", folder / "errors"
    words = (str(folder), str(said), str(errors), "lab", *arguments)
    return Forked(Order("tests.lab.forked", words, str(folder))), said, errors


def refusal(folder: Path, *arguments: str) -> str:
    """What is told on standard error where no lab is built."""
    process, _, errors = fork_lab(folder, *arguments)
    try:
        assert process.wait(SECONDS) == 2
    finally:
        process.send_signal(signal.SIGKILL)
    return errors.read_text()


def until_gone(folder: Path) -> None:
    """What a lab that was killed takes with it, it takes soon."""
    end = time.monotonic() + SECONDS
    while found := processes_of(folder):
        assert time.monotonic() < end, found
        time.sleep(0.02)


def assert_all_talk(code: int, said: dict[str, Any]) -> None:
    assert said["failures"] == []
    assert said["ok"] is True
    assert code == 0
    assert all(tunnel["up"] and tunnel["ike"] and tunnel["esp"] for tunnel in said["tunnels"])
    assert all(probe["ok"] and probe["rtt_ms"] > 0 for probe in said["probes"])


def tshark(capture: Path, profile: Path, display_filter: str, *fields: str) -> list[str]:
    """The fields of the packets that pass the filter, a line each."""
    command = ["tshark", "-r", str(capture), "-Y", display_filter, "-T", "fields"]
    done = subprocess.run(
        [*command, *(f"-e{field}" for field in fields)],
        env=os.environ | {"WIRESHARK_CONFIG_DIR": str(profile)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout.splitlines()
