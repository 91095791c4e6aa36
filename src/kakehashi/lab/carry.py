"""`python -m kakehashi.lab.carry ADDRESS PORT`: standard input and output are that TCP connection's.

What a ProxyCommand of ssh needs in a device's namespace, where there may be no netcat.
"""

import contextlib
import os
import selectors
import socket
import sys

_PART = 65536


def carry(connection: socket.socket, source: int = 0, sink: int = 1) -> None:
    """Until the connection ends. OSError. `source`, `sink`: descriptors."""
    with selectors.DefaultSelector() as ready:
        ready.register(connection, selectors.EVENT_READ)
        ready.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is connection:
                    part = connection.recv(_PART)
                    if not part:
                        return
                    os.write(sink, part)
                else:
                    part = os.read(source, _PART)
                    if part:
                        connection.sendall(part)
                    else:
                        ready.unregister(source)
                        connection.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    try:
        with (
            contextlib.suppress(BrokenPipeError, KeyboardInterrupt),
            socket.create_connection((sys.argv[1], int(sys.argv[2]))) as made,
        ):
            carry(made)
    except OSError as error:
        sys.exit(f"{sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
