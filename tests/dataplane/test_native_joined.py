"""What several tunnels have for one peer at the same time leaves in one send, and is counted for each of them."""

import sys

import pytest

from tests.dataplane.test_native_outer import count, counted
from tests.dataplane.world import Pair, child_pair, settles

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

TUNNELS = 4
PACKETS = 3
SEND = """
import socket, sys
tunnels, packets, size = map(int, sys.argv[1:])
for _ in range(packets):
    for number in range(tunnels):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(size), (f"10.9.{number}.2", 7))
"""


@pytest.fixture
def tunnels(pair: Pair) -> Pair:
    """With some tunnels between the two."""
    for number in range(TUNNELS):
        pair.left.add_tunnel(f"tun{number}", f"10.9.{number}.1/24")
        pair.right.add_tunnel(f"tun{number}", f"10.9.{number}.2/24")
        spis = (0x1000 + 0x100 * number, 0x2000 + 0x100 * number)
        left, right = child_pair(pair, encapsulation=True, tunnel=f"tun{number}", spis=spis)
        pair.right.call("install", right, True)
        pair.left.call("install", left, True)
    return pair


def send_at_once(pair: Pair, size: int) -> None:
    """Each of the tunnels has packets when the data plane on the left looks. All arrive."""
    before = carried(pair)
    with pair.left.stopped():
        pair.left.run(sys.executable, "-c", SEND, str(TUNNELS), str(PACKETS), str(size))
    expected = tuple([count + PACKETS for count in counts] for counts in before)
    settles(lambda: carried(pair), expected)


def carried(pair: Pair) -> tuple[list[int], list[int]]:
    """How many packets the tunnels have sent on the left and received on the right."""
    sent, received = (host.call("counters").tunnels for host in (pair.left, pair.right))
    names = [f"tun{number}" for number in range(TUNNELS)]
    return [sent[name][0].packets for name in names], [received[name][1].packets for name in names]


def test_packets_of_several_tunnels_leave_together(tunnels: Pair) -> None:
    count(tunnels.right, "wan", esp="udp dport 4500")
    send_at_once(tunnels, 1200)
    assert counted(tunnels.right) == {"esp": 1}, "the kernel had one piece of work with them"


def test_each_leaves_by_itself_where_the_device_takes_less(tunnels: Pair) -> None:
    """The kernel refuses segments that are too large for the device; single datagrams it fragments. From then on what
    the device takes leaves behind headers of ours, without a checksum (RFC 3948 section 2.1)."""
    tunnels.left.run("ip", "link", "set", "wan", "mtu", "1000")
    send_at_once(tunnels, 1200)
    esp = "udp dport 4500"
    count(tunnels.right, "wan", all=esp, bare=f"{esp} udp checksum 0", by_others=f"{esp} ip ttl != 64")
    send_at_once(tunnels, 500)
    assert counted(tunnels.right) == {"all": TUNNELS * PACKETS, "bare": TUNNELS * PACKETS, "by_others": 0}


@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
def test_packets_behind_headers_of_ours_leave_by_the_hosts_rules(pair: Pair, encapsulation: bool) -> None:
    """By their source and their protocol, as those whose headers the kernel makes."""
    left, right = child_pair(pair, encapsulation=encapsulation)
    for host, address, child in ((pair.left, "10.9.0.1/24", left), (pair.right, "10.9.0.2/24", right)):
        host.add_tunnel("tun0", address)
        host.call("install", child, True)
    proper = "udp" if encapsulation else "esp"
    pair.left.run(*f"ip rule add pref 100 from 192.0.2.1 to 192.0.2.2 ipproto {proper} lookup main".split())
    pair.left.run("ip", "rule", "add", "pref", "200", "to", "192.0.2.2", "prohibit")
    assert pair.left.reaches("10.9.0.2"), pair.left.call("counters")
    pair.left.run("ip", "rule", "delete", "pref", "100")
    sent = pair.left.call("counters").tunnels["tun0"][0].packets
    pair.left.ping("10.9.0.2")
    assert pair.left.call("counters").tunnels["tun0"][0].packets == sent, "the rules forbid them"
