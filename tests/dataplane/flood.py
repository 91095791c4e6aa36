"""A program: floods of one kind each, of as many packets as were asked for.

python flood.py KIND TARGET PACKETS
"""

import socket
import struct
import sys
from collections.abc import Callable

from kakehashi import _dataplane

SPI, GCM_KEY = 0x2000, bytes([0x20]) * 20


def to_nat_t(target: str) -> Callable[[bytes], object]:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((target, 4500))
    return sender.send


def sealed() -> bytes:
    sa = _dataplane.EspSa(SPI, 20, 128, 0, GCM_KEY, b"")
    packet = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0, bytes([10, 1, 0, 10]), bytes([10, 2, 0, 10])
    )
    return sa.encapsulate(packet + bytes(8))


def fragment(target: str, identification: int, offset: int, size: int) -> bytes:
    """One of IPv4, with others to follow."""
    ends = socket.inet_aton("10.1.0.10") + socket.inet_aton(target)
    fields = (0x45, 0, 20 + size, identification & 0xFFFF, 0x2000 | offset // 8, 64, 17, 0)
    return struct.pack("!BBHHHBBH", *fields) + ends + bytes(size)


def flood(kind: str, target: str, packets: int) -> None:
    if kind == "malformed":
        device = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        device.bind((target, 0x0800))
        for number in range(packets):
            device.send(bytes([number % 4 << 4]) * 10)
        return
    if kind in ("fragments", "overlaps"):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        # The kernel puts a number of its own in place of 0.
        for number in range(1, packets + 1):
            raw.sendto(fragment(target, number, 0, 1480), (target, 0))
            if kind == "overlaps":
                raw.sendto(fragment(target, number, 1472, 1480), (target, 0))
        return
    send, genuine = to_nat_t(target), sealed()
    forged = genuine[:-1] + bytes([genuine[-1] ^ 1])
    for number in range(packets):
        if kind == "unknown":
            send(struct.pack("!II", 0x10000 + number, 1) + bytes(60))
        elif kind == "short":
            send(bytes([1, 2, 3, 4, 5]))
        elif kind == "forged":
            send(forged[:4] + struct.pack("!I", number + 10) + forged[8:])
        else:
            send(genuine)


if __name__ == "__main__":
    flood(sys.argv[1], sys.argv[2], int(sys.argv[3]))
