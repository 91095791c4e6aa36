"""A data plane in a process of its own, called as `tests.dataplane.peer` is.

python -m bench.plane [LIBRARY]     run inside a namespace; LIBRARY stands in for kakehashi._dataplane
"""

import importlib.machinery
import importlib.util
import os
import socket
import sys
from typing import Any

SO_NO_CHECK = 11
NAT_T_PORT = 4500


def take_library(path: str) -> None:
    """Let `path` be kakehashi._dataplane in this process."""
    name = "kakehashi._dataplane"
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules[name] = module


def omit_checksums() -> None:
    """Send as most devices do: UDP without checksum, and so, for the kernel cannot do both, a datagram a packet."""
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as one:
                is_it = one.type == socket.SOCK_DGRAM and one.getsockname()[1] == NAT_T_PORT
                if is_it and one.family == socket.AF_INET:
                    one.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
        except (OSError, IndexError, TypeError):
            continue


def main() -> None:
    if len(sys.argv) > 1:
        take_library(sys.argv[1])
    # Only now: they load the library.
    from tests.dataplane import peer

    from kakehashi.dataplane.native import NativeDataPlane

    class Plane:
        """A compiled class has no heirs."""

        def __init__(self, *args: Any) -> None:
            self._native = NativeDataPlane(*args)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._native, name)

        def omit_checksums(self) -> None:
            omit_checksums()

    peer.NativeDataPlane = Plane  # type: ignore[assignment,misc]
    peer.main()


if __name__ == "__main__":
    main()
