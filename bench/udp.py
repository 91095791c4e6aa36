"""Datagrams at a steady rate, and how many arrive.

python -m bench.udp send SOURCE TARGET RATE SECONDS     prints how many were sent
python -m bench.udp receive TARGET                      until SIGTERM; prints how many came
"""

import signal
import socket
import sys
import time

PORT = 7777
# With IP and UDP headers, 200.
PAYLOAD = bytes(172)
SO_RCVBUFFORCE = 33
BUFFER = 16 << 20
# Packets go in bursts, one in so many seconds: whoever waited actively for each would take a core from the gateways.
INTERVAL = 0.001


def send(source: str, target: str, rate: int, seconds: float) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((source, 0))
        udp.connect((target, PORT))
        give, sent = udp.send, 0
        begin = time.monotonic()
        while (elapsed := time.monotonic() - begin) < seconds:
            for _ in range(int(rate * elapsed) - sent):
                give(PAYLOAD)
                sent += 1
            time.sleep(INTERVAL)
    return sent


def receive(target: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        udp.bind((target, PORT))
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        print("ready", flush=True)
        take, buffer, count = udp.recv_into, bytearray(2048), 0
        try:
            while True:
                take(buffer)
                count += 1
        except KeyboardInterrupt:
            return count


if __name__ == "__main__":
    match sys.argv[1:]:
        case "send", source, target, rate, seconds:
            print(send(source, target, int(rate), float(seconds)))
        case "receive", target:
            print(receive(target))
