"""What a packet socket says of packets whose checksums are not finished: it may say what it likes."""

import sys

import pytest

from tests.dataplane.world import Pair, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

# A datagram behind `struct virtio_net_hdr` (linux/virtio_net.h): the checksum covers it from there on, and stands there.
SEND = """
import socket, struct, sys
SOL_PACKET, PACKET_VNET_HDR, NEEDS_CSUM = 263, 15, 1
device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
device.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
device.bind(("tun0", 0x0800))
start, offset = int(sys.argv[1]), int(sys.argv[2])
ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 17, 0)
ip += socket.inet_aton("10.9.0.1") + socket.inet_aton("10.9.0.2")
udp = struct.pack("!HHHH", 5000, 5001, 20, 0) + bytes(12)
device.send(struct.pack("=BBHHHH", NEEDS_CSUM, 0, 0, 0, start, offset) + ip + udp)
"""


@pytest.mark.parametrize(
    ("start", "offset"),
    [(20, 0), (20, 2), (20, 7)],
    ids=["a port", "the other port", "between two fields"],
)
def test_nothing_but_a_checksum_is_written_where_a_checksum_is_to_be(
    pair: Pair, start: int, offset: int
) -> None:
    """Selectors have judged the packet by then."""
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.left.call("install", child_pair(pair)[0], True)

    def counted() -> tuple[int, int]:
        outbound = pair.left.call("counters").tunnels["tun0"][0]
        return outbound.malformed, outbound.packets

    before = counted()
    pair.left.run(sys.executable, "-c", SEND, "20", "6")
    wait_for(lambda: counted()[1] > before[1])
    assert counted()[0] == before[0], "a datagram as the kernel gives it leaves"
    pair.left.run(sys.executable, "-c", SEND, str(start), str(offset))
    wait_for(lambda: counted()[0] == before[0] + 1)
