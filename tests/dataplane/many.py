"""A program: ESP packets that come at once, among them a forgery and a copy; and who takes what is inside.

python many.py send HOW TARGET INTEGRITY      HOW: segments, datagrams or esp
python many.py receive ADDRESS COUNT          numbers of what came, in one line
"""

import socket
import struct
import sys

from kakehashi import _dataplane

SPI = 0x2000
KEY = bytes([0x20])
PORT = 5000
NAT_T_PORT = 4500
UDP_SEGMENT = 103
ESP = 50
COUNT, FORGED, COPIED = 40, 21, 5
SIZE, LAST_SIZE = 600, 100


def datagram(number: int, size: int) -> bytes:
    """IPv4 and UDP, from one end of the tunnel to the other."""
    udp = struct.pack("!HHHH", PORT, PORT, 8 + size, 0) + bytes([number]) * size
    ends = bytes([10, 9, 0, 1, 10, 9, 0, 2])
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + ends
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = 0xFFFF - ((total & 0xFFFF) + (total >> 16))
    return header[:10] + struct.pack("!H", checksum) + header[12:] + udp


def packets(integrity: int) -> list[bytes]:
    """The last one is shorter."""
    size = {2: 20, 12: 32}[integrity]
    sa = _dataplane.EspSa(SPI, 12, 128, integrity, KEY * 16, KEY * size)
    sealed = [sa.encapsulate(datagram(number, SIZE)) for number in range(COUNT)]
    forged = bytearray(sealed[FORGED])
    forged[200] ^= 1
    sealed[FORGED] = bytes(forged)
    sealed.insert(COPIED + 3, sealed[COPIED])
    return [*sealed, sa.encapsulate(datagram(COUNT, LAST_SIZE))]


def send(how: str, target: str, integrity: int) -> None:
    sealed = packets(integrity)
    if how == "esp":
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, ESP) as raw:
            for packet in sealed:
                raw.sendto(packet, (target, 0))
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((target, NAT_T_PORT))
        if how == "datagrams":
            for packet in sealed:
                udp.send(packet)
        else:
            segment = struct.pack("H", len(sealed[0]))
            udp.sendmsg([b"".join(sealed)], [(socket.SOL_UDP, UDP_SEGMENT, segment)])


def receive(address: str, count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((address, PORT))
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        payloads = [udp.recv(2000) for _ in range(count)]
    whole = [payload for payload in payloads if payload in (payload[:1] * SIZE, payload[:1] * LAST_SIZE)]
    sys.stdout.write(" ".join(str(payload[0]) for payload in whole) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        receive(sys.argv[2], int(sys.argv[3]))
