"""Whole labs as processes, for the tests; each must leave nothing of itself behind."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LAB = [sys.executable, "-m", "kakehashi.cli", "lab"]
SECONDS = 100


@contextmanager
def folder_of(texts: Mapping[str, str]) -> Iterator[Path]:
    """The files, in a folder with a short name, in which labs put their own files too."""
    with tempfile.TemporaryDirectory(prefix="kkh") as made:
        for name, text in texts.items():
            (Path(made) / f"{name}.cfg").write_text(text)
        yield Path(made)


def assert_nothing_left(folder: Path) -> None:
    """Every lab that was started with TMPDIR=`folder` has ended whole."""
    assert not list(folder.glob("kakehashi-lab-*"))
    assert processes_of(folder) == []
    # A lab's own interfaces never stood in this namespace, nor do they now.
    assert not {"wan0", "lan0", "link1", "inside", "outside"} & set(os.listdir("/sys/class/net"))
    assert not [name for name in Path("/proc/mounts").read_text().split() if str(folder) in name]


def processes_of(folder: Path) -> list[str]:
    """Processes, of the lab or of its gateways, that were started for this test."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def lab(
    folder: Path, *arguments: str, before: tuple[str, ...] = (), seconds: int = SECONDS
) -> tuple[int, dict[str, Any]]:
    """Run a lab in `folder`; its exit status and its JSON. `seconds`: that it may take at most."""
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
