"""IKE's datagrams of every size, where RFC 7383 makes none of them smaller: the peer may not know it."""

from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import Datagram
from kakehashi.model.address import Path, SocketAddress
from tests.dataplane.datagrams import payload
from tests.dataplane.test_native_tunnels import OFFLOADS
from tests.dataplane.world import Host, Pair, wait_for

pytestmark = pytest.mark.root

USUAL, NARROW = 1500, 1280
MARKER = {500: 0, 4500: 4}
PORTS = pytest.mark.parametrize("port", MARKER)
SIZES = (1, 1000, *range(1220, 1240), 1400, *range(1440, 1460), 2500, 9000, 20000)


def way(pair: Pair, version: int, port: int) -> Path:
    """From the left host to the right one."""
    ends = [SocketAddress(ip_address(h.addresses[version]), port) for h in (pair.left, pair.right)]
    return Path(*ends)


def refuse(host: Host, *rules: str) -> None:
    """What comes by the wire and matches is lost, and nobody says so."""
    lines = ["add table inet t", "add chain inet t c { type filter hook prerouting priority -450; }"]
    lines += [f'add rule inet t c iifname "wan" {rule} counter drop' for rule in rules]
    host.run("nft", "\n".join(lines))


def narrow(host: Host) -> None:
    """The host is behind a link of 1280 octets."""
    refuse(host, f"ip6 length > {NARROW - 40}")


def arrives(pair: Pair, path: Path, size: int) -> bool:
    """Does it, of all octets? What is sent behind it shows that it did not."""
    mark = b"behind %d" % size
    for datagram in (payload(size), mark):
        pair.left.call("send_ike", datagram, path)

    def datagrams() -> list[bytes]:
        pair.right.events += pair.right.call("events")
        return [event.data for event in pair.right.events if isinstance(event, Datagram)]

    wait_for(lambda: mark in datagrams())
    got = payload(size) in datagrams()
    pair.right.events.clear()
    return got


@pytest.fixture
def wired(pair: Pair) -> Pair:
    for feature in OFFLOADS:
        pair.left.run("ethtool", "-K", "wan", feature, "off", check=False)
    return pair


@PORTS
@pytest.mark.parametrize("version", [4, 6])
def test_on_a_usual_way_every_size_arrives_at_once(wired: Pair, version: int, port: int) -> None:
    path = way(wired, version, port)
    assert [size for size in SIZES if not arrives(wired, path, size)] == []


@PORTS
def test_on_a_narrow_way_every_size_arrives_at_the_latest_when_it_is_repeated(wired: Pair, port: int) -> None:
    """Over IPv6, where routers make no fragments, and may not even say that something was too large."""
    narrow(wired.right)
    path = way(wired, 6, port)
    headers = 40 + 8 + MARKER[port]
    late = [size for size in SIZES if NARROW < size + headers <= USUAL]
    assert [size for size in SIZES if not arrives(wired, path, size)] == late
    assert [size for size in late if not arrives(wired, path, size)] == []


@PORTS
def test_where_no_fragments_pass_what_fits_a_usual_link_arrives(wired: Pair, port: int) -> None:
    """Half of the repetitions do; the first message is one of them."""
    refuse(wired.right, "exthdr frag exists")
    path = way(wired, 6, port)
    size = USUAL - 40 - 8 - MARKER[port]
    assert [arrives(wired, path, size) for _ in range(4)] == [True, False, True, False]


@PORTS
def test_rules_that_lead_packets_for_the_peer_elsewhere_know_the_fragments(wired: Pair, port: int) -> None:
    """In transport mode what this host sends to the peer goes into the tunnel, but for IKE and ESP."""
    left, peer = wired.left, wired.right.addresses[6]
    for protocol in (("50",), ("udp", "sport", str(port))):
        left.run("ip", "-6", "rule", "add", "to", peer, "ipproto", *protocol, "table", "main", "pref", "1")
    left.run("ip", "-6", "rule", "add", "to", peer, "table", "77", "pref", "2")
    left.run("ip", "-6", "route", "add", "unreachable", peer, "table", "77")
    narrow(wired.right)
    assert arrives(wired, way(wired, 6, port), 9000)
