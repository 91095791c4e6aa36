"""A small name server: `python -m tests.gateway.name_server FILE ADDRESS`, on UDP port 53.

FILE has a line for each record, NAME ADDRESS TTL, and is read for each question; a line `! WORD` makes it
answer in a bad way: `silent`, `servfail`, `garbage`.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.gateway.namespace import Namespace

ROOT = Path(__file__).parents[2]


def answer(wire: bytes, zone: str) -> bytes:
    request = dns.message.from_wire(wire)
    response = dns.message.make_response(request)
    (question,) = request.question
    name = question.name.to_text(omit_final_dot=True)
    lines = [line.split() for line in zone.splitlines()]
    here = [line for line in lines if line[0] == name]
    for _, address, ttl in here:
        kind = "AAAA" if ":" in address else "A"
        if kind == dns.rdatatype.to_text(question.rdtype):
            response.answer.append(dns.rrset.from_text(question.name, int(ttl), "IN", kind, address))
    if ["!", "servfail"] in lines:
        response.answer = []
        response.set_rcode(dns.rcode.SERVFAIL)
    elif not here:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return b"garbage" if ["!", "garbage"] in lines else response.to_wire()


@contextmanager
def name_server(internet: Namespace, zone: Path) -> Iterator[None]:
    """One at 192.0.2.53, in a namespace of its own."""
    internet.ip("addr add 192.0.2.53/32 dev lo")
    words = ["ip", "netns", "exec", internet.name, sys.executable, "-m", "tests.gateway.name_server"]
    process = subprocess.Popen([*words, str(zone), "192.0.2.53"], cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait(10)


def main() -> None:
    file, address = Path(sys.argv[1]), sys.argv[2]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((address, 53))
        while True:
            wire, client = listening.recvfrom(4096)
            zone = file.read_text()
            try:
                if "! silent" not in zone:
                    listening.sendto(answer(wire, zone), client)
            except dns.exception.DNSException:
                continue


if __name__ == "__main__":
    main()
