"""A data plane and its host: sockets, devices, IKE datagrams, the end."""

import subprocess
import sys
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import Datagram, UnknownSpi
from kakehashi.model.address import Path, SocketAddress
from tests.dataplane.world import Host, Pair, child_pair, wait_for

pytestmark = pytest.mark.root


def path(pair: Pair, outer: int, port: int) -> Path:
    """From left to right."""
    ends = [SocketAddress(ip_address(host.addresses[outer]), port) for host in (pair.left, pair.right)]
    return Path(ends[0], ends[1])


def reversed_path(way: Path) -> Path:
    return Path(way.remote, way.local)


def is_datagram(event: object) -> bool:
    return isinstance(event, Datagram)


@pytest.mark.parametrize("port", [500, 4500])
@pytest.mark.parametrize("outer", [4, 6])
def test_ike_messages_arrive_without_marker_and_with_their_path(pair, outer, port):
    way = path(pair, outer, port)
    message = b"\x01\x02\x03\x04 an IKE message"
    pair.left.call("send_ike", message, way)
    assert pair.right.until(is_datagram) == Datagram(message, reversed_path(way))


def test_nat_keepalives_end_here(pair):
    way = path(pair, 4, 4500)
    pair.left.call("send_nat_keepalive", way)
    pair.left.call("send_ike", b"message", way)
    pair.right.until(is_datagram)
    assert pair.right.events == [Datagram(b"message", reversed_path(way))]
    assert not any(pair.right.call("counters").drops.values())


def test_a_path_chooses_the_source_address_and_the_interface(pair):
    pair.left.run("ip", "address", "add", "192.0.2.77/24", "dev", "wan")
    way = path(pair, 4, 500)
    chosen = Path(SocketAddress(ip_address("192.0.2.77"), 500), way.remote, "wan")
    pair.left.call("send_ike", b"message", chosen)
    assert pair.right.until(is_datagram).path.remote == chosen.local


def test_link_local_peers_are_reached_by_their_interface(pair):
    for host, address in ((pair.left, "fe80::1"), (pair.right, "fe80::2")):
        host.add_address(f"{address}/64", "wan")
    ends = [SocketAddress(ip_address(address), 500) for address in ("fe80::1", "fe80::2")]
    pair.left.call("send_ike", b"message", Path(ends[0], ends[1], "wan"))
    assert pair.right.until(is_datagram) == Datagram(b"message", Path(ends[1], ends[0], "wan"))


def test_what_cannot_be_sent_is_counted(pair):
    way = path(pair, 4, 500)
    foreign = Path(SocketAddress(ip_address("198.51.100.1"), 500), way.remote)
    pair.left.call("send_ike", b"message", foreign)
    assert pair.left.call("counters").drops["send_failure"] == 1
    pair.left.call("send_ike", b"message", Path(SocketAddress(way.local.ip, 501), way.remote))
    assert pair.left.call("counters").drops["send_failure"] == 2


FLOOD = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for datagram in (b"", b"\\xff", b"\\x01\\x02", b"\\xde\\xad\\xbe\\xef\\x00\\x00\\x00\\x01" + bytes(40)):
    for _ in range(20):
        s.sendto(datagram, ("192.0.2.2", 4500))
"""


def test_noise_is_counted_and_unknown_spis_are_told_by_their_number(pair):
    pair.left.run("python3", "-c", FLOOD)
    wait_for(lambda: pair.right.call("counters").drops["invalid_sa"] == 20)
    assert pair.right.call("counters").drops["packet_truncated"] == 20, "keepalives and empty ones are silent"
    first = pair.right.until(is_unknown)
    assert (first.spi, first.packets) == (0xDEADBEEF, 1), "the first is told at once"
    assert first.path.local == SocketAddress(ip_address("192.0.2.2"), 4500)
    pair.right.until(lambda _: sum(event.packets for event in filter(is_unknown, pair.right.events)) == 20)
    assert len(list(filter(is_unknown, pair.right.events))) <= 3, "not each by itself"


def is_unknown(event: object) -> bool:
    return isinstance(event, UnknownSpi)


def test_a_removed_tunnel_leaves_no_device_and_no_sa(pair):
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    left, _ = child_pair(pair)
    pair.left.call("install", left, True)
    pair.left.call("remove_tunnel", "tun0")
    assert pair.left.run("ip", "link", "show", "tun0", check=False).returncode != 0
    assert pair.left.call("activity") == []
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    assert list(pair.left.call("counters").tunnels) == ["tun0"]


def test_a_device_that_is_deleted_by_others_takes_no_processor_time(pair):
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.left.run("ip", "link", "delete", "tun0")
    before = processor_ticks(pair.left)
    wait_for(lambda: pair.left.call("events") == [])
    subprocess.run(["sleep", "0.5"], check=True)
    assert processor_ticks(pair.left) - before < 25
    pair.left.call("remove_tunnel", "tun0")


def processor_ticks(host: Host) -> int:
    assert host.process is not None
    with open(f"/proc/{host.process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_taken_port_is_named(pair):
    other = Host(pair.left.namespace, pair.left.addresses)
    with pytest.raises(OSError, match=r"cannot open UDP port 500 \(IPv4\): another program") as refused:
        other.start()
    assert refused.value.errno == 98
    other.stop()


def test_a_taken_device_name_is_named(pair):
    with pytest.raises(OSError, match="cannot make the TUN device wan"):
        pair.left.call("add_tunnel", "t", "wan", 1400)
    pair.left.call("add_tunnel", "t", "tun7", 1400)
    with pytest.raises(OSError, match="tunnel t exists already"):
        pair.left.call("add_tunnel", "t", "tun8", 1400)


def test_an_sa_needs_its_tunnel_and_known_algorithms(pair):
    left, _ = child_pair(pair)
    with pytest.raises(ValueError, match="there is no tunnel tun0"):
        pair.left.call("install", left, True)


def test_close_frees_ports_and_devices_and_may_come_twice(pair):
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.left.call("close")
    assert pair.left.run("ip", "link", "show", "tun0", check=False).returncode != 0
    pair.left.call("close")
    with pytest.raises(ValueError, match="the data plane is closed"):
        pair.left.call("events")
    pair.left.call("start")
    assert pair.left.call("events") == []


ENDS = {
    "at exit": "plane.add_tunnel('t', 'tun5', 1400)",
    "by collection": "plane.add_tunnel('t', 'tun5', 1400); del plane",
    "by close": "plane.close()",
    "in a forked child": """
import os, sys
if os.fork() == 0:
    try:
        plane.events()
    except RuntimeError as error:
        print(error)
        del plane
        sys.exit()
os.wait()
plane.add_tunnel('t', 'tun5', 1400)
assert plane.events() == []
""",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_process_ends_without_hanging(pair, end):
    script = "from kakehashi.dataplane.native import NativeDataPlane\n"
    script += "plane = NativeDataPlane(ike_port=1500, nat_t_port=5500)\n" + ENDS[end]
    done = pair.left.run("timeout", "10", sys.executable, "-c", script)
    assert done.stderr == ""
    assert done.stdout == ("the data plane did not survive the fork\n" if "fork" in end else "")
    assert pair.left.run("ip", "link", "show", "tun5", check=False).returncode != 0


def test_it_says_what_packets_are_worked_on_with(pair):
    """Any kernel that has namespaces joins datagrams; the rest depends on the processor."""
    means = pair.left.call("means")
    assert means["datagrams received"] == "many in one (UDP_GRO)"
    assert means["backend"] == "native"
    told = {
        "backend",
        "data threads",
        "AES-GCM",
        "HMAC-SHA-1, HMAC-SHA-256",
        "checksums",
        "datagrams received",
        "segmentation by devices",
    }
    assert set(means) == told
    assert all(means.values())
