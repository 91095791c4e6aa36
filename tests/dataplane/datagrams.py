"""A program for the hosts: datagrams of many sizes, each answered with the checksum of what arrived.

python datagrams.py answer ADDRESS
python datagrams.py send ADDRESS FIRST BEHIND-LAST STEP DONT-FRAGMENT
"""

import errno
import hashlib
import json
import select
import socket
import struct
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

PORT = 5001
WINDOW = 24
ROUNDS = 4
WAIT = 0.5
IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IP_MTU, IPV6_MTU = 10, 23, 14, 24
DONT, DO = 0, 2


def payload(size: int) -> bytes:
    """Octets that are no others' of another size, shifted or cut."""
    return hashlib.shake_128(struct.pack("!I", size)).digest(size)


def check(octets: bytes) -> bytes:
    return struct.pack("!I", len(octets)) + hashlib.sha256(octets).digest()


def opened(address: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)


def answer(address: str) -> None:
    server = opened(address)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    server.bind((address, PORT))
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    while True:
        octets, peer = server.recvfrom(65536)
        server.sendto(check(octets), peer)


def fits(call: Callable[[], Any]) -> Any:
    """What the call gives, None where something was too large."""
    try:
        return call()
    except OSError as error:
        if error.errno != errno.EMSGSIZE:
            raise
        return None


def send(address: str, sizes: range, dont_fragment: bool) -> dict[str, object]:
    client = opened(address)
    value = DO if dont_fragment else DONT
    is_v6 = client.family == socket.AF_INET6
    level, option = (
        (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if is_v6 else (socket.IPPROTO_IP, IP_MTU_DISCOVER)
    )
    client.setsockopt(level, option, value)
    client.connect((address, PORT))
    waiting, answered, refused = list(sizes), [], []
    for _ in range(ROUNDS):
        missing: list[int] = []
        for start in range(0, len(waiting), WINDOW):
            window = set(waiting[start : start + WINDOW])
            for size in sorted(window):
                attempt = partial(client.send, payload(size))
                # The first error may be one that came back about another datagram.
                if not fits(attempt) and not fits(attempt):
                    refused.append(size)
                    window.discard(size)
            while window and select.select([client], [], [], WAIT)[0]:
                got = fits(lambda: client.recv(1000))
                if not got:
                    continue
                (size,) = struct.unpack("!I", got[:4])
                if size in window and got == check(payload(size)):
                    window.discard(size)
                    answered.append(size)
            missing += sorted(window)
        waiting = missing
    mtu = client.getsockopt(level, IPV6_MTU if is_v6 else IP_MTU)
    return {"answered": sorted(answered), "refused": sorted(refused), "missing": waiting, "mtu": mtu}


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        answer(sys.argv[2])
    else:
        first, behind, step, df = map(int, sys.argv[3:7])
        json.dump(send(sys.argv[2], range(first, behind, step), bool(df)), sys.stdout)
