"""Talks to a running gateway over its control socket."""

import json
import os
import socket
from pathlib import Path

from kakehashi.gateway.control import LONGEST_ANSWER, Answer, Request
from kakehashi.gateway.errors import GatewayError

TIMEOUT = 35.0
SUFFIX = ".sock"


def default_state_dir() -> Path:
    """/run/kakehashi for root, the user's own runtime folder otherwise."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if os.geteuid() != 0 and runtime:
        return Path(runtime) / "kakehashi"
    return Path("/run/kakehashi")


def default_lasting_dir() -> Path:
    """/var/lib/kakehashi for root, else the user's own state folder: it outlives a restart of the host."""
    if os.geteuid() == 0:
        return Path("/var/lib/kakehashi")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kakehashi"


def find(state_dir: Path, gateway: str | None) -> Path:
    """The socket of the running gateway. GatewayError if there is none, or several and none was named."""
    if state_dir.exists() and not os.access(state_dir, os.R_OK | os.X_OK):
        raise GatewayError(f"{state_dir} may not be read", "the gateway is another user's: use sudo")
    running = [path for path in sorted(state_dir.glob("*" + SUFFIX)) if is_alive(path)]
    names = ", ".join(path.stem for path in running)
    if gateway is not None:
        chosen = [path for path in running if path.stem == gateway]
        if not chosen:
            told = f"running: {names}" if names else "none is running"
            raise GatewayError(f"no gateway named {gateway} is running in {state_dir}", told)
        return chosen[0]
    if not running:
        raise GatewayError(f"no gateway is running in {state_dir}", "start one: kakehashi run FILE")
    if len(running) > 1:
        raise GatewayError(f"several gateways are running: {names}", "say which: --gateway NAME")
    return running[0]


def is_alive(path: Path) -> bool:
    """Does somebody listen at the socket?"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
        except PermissionError:
            return True  # somebody else's; asking it will say so
        except OSError:
            return False
    return True


def ask(path: Path, request: Request) -> Answer:
    """Send a request, wait for its answer. GatewayError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(str(path))
            connection.sendall(request.encode())
            answer = json.loads(_read_line(connection))
    except PermissionError as error:
        raise GatewayError(f"{path}: {error.strerror}", "the gateway is another user's: use sudo") from error
    except FileNotFoundError as error:
        raise GatewayError(f"no gateway listens at {path}", "start it: kakehashi run FILE") from error
    except (OSError, ValueError) as error:
        raise GatewayError(f"the gateway at {path} does not answer: {error}") from error
    if not isinstance(answer, dict):
        raise GatewayError(f"the gateway at {path} gave no answer that we understand")
    if not answer.get("ok"):
        raise GatewayError(str(answer.get("error", "the gateway refused")))
    return answer


def _read_line(connection: socket.socket) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n"):
        part = connection.recv(65536)
        if not part:
            break
        received += part
        if len(received) > LONGEST_ANSWER:
            raise ValueError("its answer is too long")
    return bytes(received)
