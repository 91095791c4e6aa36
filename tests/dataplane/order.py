"""A program: how many ESP packets pass an interface before the first with a certain SPI.

python order.py INTERFACE SPI
"""

import socket
import struct
import sys

SO_RCVBUFFORCE = 33
IP_HEADER = slice(14, 34)
ESP = 50


def main() -> None:
    interface, wanted = sys.argv[1], int(sys.argv[2])
    seen = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        tap.bind((interface, 0x0800))
        tap.settimeout(20)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            frame = tap.recv(64)
            if frame[IP_HEADER][9] != ESP:
                continue
            if struct.unpack_from("!I", frame, IP_HEADER.stop)[0] == wanted:
                sys.stdout.write(f"{seen}\n")
                return
            seen += 1


if __name__ == "__main__":
    main()
