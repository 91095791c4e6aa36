"""Senders whose packets are too large for a tunnel are told of it, however many are told of another's.

The packets come by packet sockets on the devices, so that nothing of the host stands between.
"""

import sys
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gre import Gre
from tests.dataplane.test_native_outer import count, counted
from tests.dataplane.world import Pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

QUIET = 20
FLOOD = 2000
"""For each quiet packet: four times as many as are told of at once."""
SENDERS = {"quiet": "192.0.2.66", "loud": "192.0.2.77"}
SEND = """
import socket, struct, sys

def device(name):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    opened.bind((name, 0x0800))
    return opened

def packet(source):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 1200, 1, 0x4000, 64, 17, 0)
    return head + socket.inet_aton(source) + socket.inet_aton("10.9.9.9") + bytes(1180)

loud, quiet = device("tun0"), device("tun1")
for _ in range(int(sys.argv[3])):
    for _ in range(int(sys.argv[4])):
        try:
            loud.send(packet(sys.argv[1]))
        except OSError:
            pass  # the device's queue is full
    quiet.send(packet(sys.argv[2]))
"""


def test_a_flood_of_too_large_packets_in_one_tunnel_takes_no_messages_from_another(pair: Pair) -> None:
    ends = [SocketAddress(ip_address(host.addresses[4]), 0) for host in (pair.left, pair.right)]
    for key in (0, 1):
        pair.left.add_tunnel(f"tun{key}", gre=Gre(key=key), plain=True)
        pair.left.call("connect", f"tun{key}", Path(ends[0], ends[1]))
        pair.left.call("set_sizes", f"tun{key}", Sizes(1000))
    needed = "icmp type destination-unreachable icmp code 4"
    count(pair.right, "wan", **{name: f"ip daddr {ip} {needed}" for name, ip in SENDERS.items()})
    for address in SENDERS.values():
        pair.right.add_address(f"{address}/24", "wan")
    words = SENDERS["loud"], SENDERS["quiet"], str(QUIET), str(FLOOD)
    pair.left.run(sys.executable, "-c", SEND, *words)

    def too_large(tunnel: str) -> int:
        return int(pair.left.call("counters").tunnels[tunnel][0].too_large)

    wait_for(lambda: too_large("tun1") == QUIET)
    assert too_large("tun0") > QUIET * FLOOD / 4
    wait_for(lambda: counted(pair.right)["quiet"] == QUIET)
    assert 0 < counted(pair.right)["loud"] < too_large("tun0") / 2
