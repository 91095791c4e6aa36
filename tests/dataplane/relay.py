"""A program: a UDP socket that sends what it reads, and prints what comes, in lines of hexadecimal digits.

python relay.py OWN-ADDRESS OWN-PORT ADDRESS PORT
"""

import os
import select
import socket
import sys


def main() -> None:
    own, own_port, address, port = sys.argv[1:]
    one = socket.socket(socket.AF_INET6 if ":" in own else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((own, int(own_port)))
    one.connect((address, int(port)))
    tell(b"ready")
    rest = b""
    while True:
        for ready in select.select([one, sys.stdin], [], [])[0]:
            if ready is one:
                tell(one.recv(65536).hex().encode())
                continue
            if not (read := os.read(0, 1 << 16)):
                return
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                one.send(bytes.fromhex(line.decode()))


def tell(line: bytes) -> None:
    os.write(1, line + b"\n")


if __name__ == "__main__":
    main()
