"""GRE under ESP between two hosts: in transport and in tunnel mode, with every kind of header."""

from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import GRE
from scapy.utils import checksum

from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from tests.dataplane.opened import opened
from tests.dataplane.test_native_tunnels import inbound, transfer
from tests.dataplane.world import GCM, Pair, child_pair, listening, wait_for

pytestmark = pytest.mark.root

PLAIN = Gre()
WHOLE = Gre(key=0xC0FFEE, checksum=True, sequence=True)
MODES = pytest.mark.parametrize("mode", EncapsulationMode, ids=lambda mode: mode.value)


def build(pair: Pair, left: Gre = PLAIN, right: Gre | None = None, **changes: Any) -> tuple[ChildSa, ChildSa]:
    pair.left.add_tunnel("tun0", "10.9.0.1/24", "fd09::1/64", gre=left)
    pair.right.add_tunnel("tun0", "10.9.0.2/24", "fd09::2/64", gre=right or left)
    sas = child_pair(pair, **changes)
    pair.right.call("install", sas[1], True)
    pair.left.call("install", sas[0], True)
    return sas


@MODES
@pytest.mark.parametrize("header", [PLAIN, WHOLE], ids=str)
@pytest.mark.parametrize("encapsulation", [False, True], ids=["esp", "udp"])
@pytest.mark.parametrize("outer", [4, 6])
def test_packets_of_both_ip_versions_cross_the_tunnel(pair, outer, encapsulation, header, mode):
    build(pair, header, outer=outer, encapsulation=encapsulation, mode=mode)
    for target in ("10.9.0.2", "fd09::2"):
        assert pair.left.reaches(target), pair.right.call("counters")


@MODES
@pytest.mark.parametrize("header", [PLAIN, WHOLE], ids=str)
@pytest.mark.parametrize("target", ["10.9.0.2", "fd09::2"], ids=["4", "6"])
def test_a_stream_arrives_whole(pair, target, header, mode):
    build(pair, header, mode=mode)
    transfer(pair, 20, target)


@MODES
def test_a_tunnel_with_another_key_is_another_tunnel(pair, mode):
    build(pair, Gre(key=1), Gre(key=2), mode=mode)
    assert " 0 received" in pair.left.ping("10.9.0.2").stdout
    wait_for(lambda: inbound(pair.right).ts_unacceptable >= 3)


def test_a_checksum_is_not_asked_for(pair):
    build(pair, Gre(checksum=True), Gre())
    assert pair.left.reaches("10.9.0.2")


CATCH = """
import socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
print("listening", flush=True)
print(raw.recv(2000).hex(), flush=True)
"""


@MODES
def test_others_read_what_is_sent(pair, mode):
    """scapy, which others wrote, opens it and sees GRE."""
    _, right = build(pair, WHOLE, mode=mode, suite=GCM)
    with listening(pair.right, CATCH) as catcher:
        pair.left.ping("10.9.0.2")
        delivered = opened(IP(bytes.fromhex(catcher.stdout.readline())), right)
    assert (delivered.src, delivered.dst, delivered.proto) == ("192.0.2.1", "192.0.2.2", 47)
    header = delivered[GRE]
    assert (header.proto, header.key, header.sequence_number) == (0x0800, WHOLE.key, 0)
    assert checksum(bytes(header)) == 0
    assert (header[IP].src, header[IP].dst, header[ICMP].type) == ("10.9.0.1", "10.9.0.2", 8)
