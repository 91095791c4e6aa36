"""The folder of a running gateway: its lock, its ledger, its control socket."""

import fcntl
import os
import stat
from pathlib import Path

from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.options import RunOptions


class StateFolder:
    """Held by one process a gateway; the kernel frees the lock however the process ends."""

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        self._lock: int | None = None

    @property
    def ledger(self) -> Path:
        """The file of what we have changed of the host."""
        return self._options.state_dir / f"{self._options.name}.state.json"

    def take(self) -> None:
        """Make the folder, mode 0700, and lock it. GatewayError."""
        folder = self._options.state_dir
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(folder)
            lock = os.open(folder / f"{self._options.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise GatewayError(
                f"{folder}: {error.strerror}", "say another folder: --state-dir DIR"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            name = self._options.name
            raise GatewayError(
                f"a gateway named {name} is running already ({folder})",
                f"read its file again: kakehashi reload --gateway {name}; run another: --state-dir DIR",
            ) from error
        self._lock = lock

    def release(self) -> None:
        """Let go of it. The lock's file stays: to delete it would let two in."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _check_owner(folder: Path) -> None:
    """What the ledger says is done to the host, so it must be ours."""
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise GatewayError(f"{folder}: others may write there", "say another folder: --state-dir DIR")
