"""Who floods a tunnel, or a port, takes no more than a share from the others.

The data plane is stopped while the flood comes, so that whatever may fill up is full when it works again.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kakehashi.dataplane.protocol import Datagram
from tests.dataplane.sites import Sites, two_sites
from tests.dataplane.world import ROOT, Pair, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

HERE = Path(__file__).parent
FLOOD = 60_000
# What the device's queue holds.
QUEUED = 2_500

IKE = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.sendto(bytes(4) + bytes(range(28)), (sys.argv[1], 4500))
"""

GENUINE = """
import socket, sys
from tests.dataplane.flood import sealed
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.bind((sys.argv[1], 0))
    one.sendto(sealed(), (sys.argv[2], 4500))
"""

FILL = """
import socket, sys
def send(target, packets):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, 32, 64 << 20)  # SO_SNDBUFFORCE
        for _ in range(packets):
            one.sendto(bytes(1000), (target, 9))
send(sys.argv[1], int(sys.argv[2]))
send(sys.argv[3], 1)
"""


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def lane(address: str) -> int:
    """Which queue the packets of a peer wait in, as the program says that the data plane gives the kernel."""
    return (int.from_bytes(socket.inet_aton(address), "big") * 0x9E37_79B1 & 0xFFFF_FFFF) >> 30


def test_neither_ike_nor_another_peer_is_lost_in_a_flood_of_esp(sites: Sites) -> None:
    sites.install(encapsulation=True)
    left, right = sites.pair.left, sites.pair.right
    flooding = left.addresses[4]
    other = next(a for a in (f"192.0.2.{n}" for n in range(3, 99)) if lane(a) != lane(flooding))
    left.add_address(f"{other}/24", "wan")
    with right.stopped():
        left.run(sys.executable, str(HERE / "flood.py"), "unknown", "192.0.2.2", str(FLOOD))
        left.run(sys.executable, "-c", IKE, "192.0.2.2")
        left.run("env", f"PYTHONPATH={ROOT}", sys.executable, "-c", GENUINE, other, "192.0.2.2")
    datagram = right.until(lambda event: isinstance(event, Datagram))
    assert isinstance(datagram, Datagram)
    assert datagram.data == bytes(range(28))
    wait_for(lambda: right.call("counters").tunnels["tun0"][1].packets == 1)
    assert right.call("counters").drops["invalid_sa"] < FLOOD, "more came than the flood's queue holds"


def test_a_full_device_holds_up_no_other_tunnel(pair: Pair) -> None:
    for number in (0, 1):
        for side, host in ((1, pair.left), (2, pair.right)):
            host.add_tunnel(f"tun{number}", f"10.{number}.0.{side}/24")
        left, right = child_pair(pair, spis=(0x1000 + number, 0x2000 + number), tunnel=f"tun{number}")
        pair.left.call("install", left, True)
        pair.right.call("install", right, True)
    watch = subprocess.Popen(
        ["ip", "netns", "exec", pair.right.namespace, sys.executable, str(HERE / "order.py"), "wan", "8193"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert watch.stdout
        assert watch.stdout.readline() == "ready\n"
        with pair.left.stopped():
            pair.left.run(sys.executable, "-c", FILL, "10.0.0.2", str(QUEUED), "10.1.0.2")
        before = int(watch.stdout.readline())
    finally:
        watch.kill()
        watch.communicate()
    wait_for(lambda: pair.left.call("counters").tunnels["tun0"][0].packets >= QUEUED)
    assert before < QUEUED / 4
