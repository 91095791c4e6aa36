"""The gateways of the lab: real `kakehashi run` processes, one in each device's namespace."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kakehashi.lab.blueprint import GatewayPlan
from kakehashi.lab.door import ADDRESS, PORT, Door
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.programs import search_path
from kakehashi.lab.signals import held

Process = subprocess.Popen[bytes]
START_SECONDS, START_SECONDS_EACH = 30.0, 5.0
_STOP_SECONDS = 3.0
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 20.0
_TOLD_LINES = 6
_FAILED = "negotiation-failed"
_LAST_WORDS = 2  # of a process that failed to start: the message, and what to do


@dataclass(frozen=True, slots=True)
class Refusal:
    """A negotiation of nobody knows which tunnel has failed: with the peer at `remote`, and why."""

    remote: str
    reason: str


@dataclass(slots=True, eq=False)
class GatewayProcess:
    """One running gateway. `folder` holds its configuration, log, control socket and keys.

    What it says of its configuration is said here of `file`, the user's own. `command` starts it again.
    """

    name: str
    folder: Path
    file: str
    process: Process
    command: Callable[[], Process] | None = None

    @property
    def configuration(self) -> Path:
        """The completed copy of `file` that it runs."""
        return self.folder / Path(self.file).name

    @property
    def control(self) -> Path:
        """The socket that `kakehashi show --control` asks."""
        return self.folder / "control"

    @property
    def keys(self) -> Path:
        """Where its key files are."""
        return self.folder / "keys"

    @property
    def log(self) -> Path:
        """Its event log, one JSON object a line."""
        return self.folder / "log"

    @property
    def is_running(self) -> bool:
        """Has its process not ended?"""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it without a chance to say anything."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    def freeze(self) -> None:
        """It stands still until `thaw`."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it was."""
        self.process.send_signal(signal.SIGCONT)

    def begin_end(self) -> None:
        """It is told to end in good order."""
        self.process.terminate()

    def start_again(self) -> None:
        """A new process in the place of the one that has ended, in which it finds its own files."""
        if self.command is not None:
            with held():
                self.process = self.command()

    def stop(self) -> None:
        """End it: in good order if that does not take long."""
        with contextlib.suppress(ProcessLookupError):
            self.thaw()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def status(self) -> Mapping[str, Any] | None:
        """Its Status (model.status) as plain values; None if it gives none."""
        request = {"command": "show", "words": [], "json": True, "keys": False}
        received = bytearray()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(_ANSWER_SECONDS)
                connection.connect(str(self.control))
                connection.sendall(json.dumps(request).encode() + b"\n")
                while not received.endswith(b"\n") and (part := connection.recv(65536)):
                    received += part
            status = json.loads(self._of_file(received.decode()))["status"]
        except (OSError, ValueError, KeyError):
            return None
        return status if isinstance(status, dict) else None

    def log_text(self) -> str:
        """What it has said so far, of the user's own file."""
        try:
            return self._of_file(self.log.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return ""

    def complaints(self) -> list[str]:
        """The last of what it said that was an error or a warning, for the reason of a failure."""
        try:
            lines = self._of_file(self.log.read_text(encoding="utf-8", errors="replace")).splitlines()
        except OSError:
            return []
        if lines and not lines[-1].startswith("{"):
            return [line.strip() for line in lines if line.strip()][-_LAST_WORDS:]
        return list(dict.fromkeys(text for line in lines if (text := _complaint(line))))[-_TOLD_LINES:]

    def refusals(self) -> list[Refusal]:
        """Negotiations that failed before it was known for which tunnel they were."""
        try:
            lines = self._of_file(self.log.read_text(encoding="utf-8", errors="replace")).splitlines()
        except OSError:
            return []
        return list(dict.fromkeys(found for line in lines if (found := _refusal(line))))[-_TOLD_LINES:]

    def _of_file(self, text: str) -> str:
        return text.replace(str(self.configuration), self.file)


@contextmanager
def running_gateways(
    plans: Sequence[GatewayPlan],
    namespaces: Mapping[str, NetworkNamespace],
    folder: Path,
    door: Door | None = None,
) -> Iterator[tuple[GatewayProcess, ...]]:
    """Start every gateway, wait until each serves or has ended, and stop them at the end.

    `door`: by which SSH clients come in.
    """
    with ExitStack() as stack:
        gateways = []
        for plan in plans:
            with held():
                gateway = _start(plan, namespaces[plan.device.name], folder / plan.device.name, door)
                stack.callback(gateway.stop)
            gateways.append(gateway)
        stack.callback(_terminate, gateways)
        deadline = time.monotonic() + START_SECONDS + START_SECONDS_EACH * len(gateways)
        for gateway in gateways:
            while gateway.process.poll() is None and gateway.status() is None and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        yield tuple(gateways)


def _start(plan: GatewayPlan, namespace: NetworkNamespace, folder: Path, door: Door | None) -> GatewayProcess:
    folder.mkdir(mode=0o700, exist_ok=True)
    configuration = folder / Path(plan.device.file).name
    with configuration.open("x", encoding="utf-8") as file:
        file.write(plan.text)
    command = [sys.executable, "-m", "kakehashi.cli", "run", str(configuration)]
    command += ["--dialect", plan.device.gateway.dialect]
    for name, device in plan.interfaces:
        command += ["--map", f"{name}={device}"]
    command += ["--state-dir", str(folder), "--control", str(folder / "control")]
    command += ["--key-log", str(folder / "keys"), "--log-json"]
    if door is not None:
        command += ["--ssh", f"{ADDRESS}:{PORT}", "--ssh-key", str(door.public)]

    def launch() -> Process:
        with (folder / "log").open("ab") as log:
            # Ctrl-C is for the lab, which stops its gateways in good order.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"PATH": search_path(), "_TYPER_STANDARD_TRACEBACK": "1"},
                preexec_fn=namespace.entry(),
                process_group=0,
            )

    return GatewayProcess(plan.device.name, folder, plan.device.file, launch(), launch)


def _terminate(gateways: Sequence[GatewayProcess]) -> None:
    for gateway in gateways:
        gateway.begin_end()


def _refusal(line: str) -> Refusal | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("event") != _FAILED or event.get("tunnel"):
        return None
    _, _, remote = str(event.get("path", "")).partition(" > ")
    return Refusal(remote.rpartition(":")[0].strip("[]"), str(event.get("message")))


def _complaint(line: str) -> str:
    """What a line of the log says, if it is a warning or worse."""
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(event, dict) or event.get("level") not in ("error", "warning"):
        return ""
    tunnel = event.get("tunnel")
    return f"{tunnel}: {event.get('message')}" if tunnel else str(event.get("message"))
