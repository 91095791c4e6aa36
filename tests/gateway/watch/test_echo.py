"""Echo requests and replies, octet by octet against scapy."""

import pytest
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest

from kakehashi.gateway.watch.echo import answered, request
from kakehashi.wire.internet_checksum import internet_checksum

TOKEN = b"sixteen octets .."[:16]


def test_a_request_of_ipv4() -> None:
    found = ICMP(request(4, 77, 300, TOKEN))
    assert (found.type, found.code, found.id, found.seq, bytes(found.payload)) == (8, 0, 77, 300, TOKEN)
    assert internet_checksum(request(4, 77, 300, TOKEN)) == 0


def test_a_request_of_ipv6_leaves_its_checksum_to_the_kernel() -> None:
    found = ICMPv6EchoRequest(request(6, 77, 300, TOKEN))
    assert (found.type, found.code, found.id, found.seq, found.data) == (128, 0, 77, 300, TOKEN)
    assert found.cksum == 0


def test_a_reply_of_ipv4_comes_with_its_ip_header() -> None:
    reply = IP(src="192.0.2.9", options=b"\x01\x01\x01\x00") / ICMP(type=0, id=77, seq=300) / TOKEN
    assert answered(4, bytes(reply)) == TOKEN


def test_a_reply_of_ipv6_comes_without() -> None:
    assert answered(6, bytes(ICMPv6EchoReply(id=77, seq=300, data=TOKEN))) == TOKEN


@pytest.mark.parametrize("version", [4, 6])
def test_anything_else_is_no_answer(version: int) -> None:
    asked = request(version, 77, 300, TOKEN)
    header = b"\x45" + bytes(19) if version == 4 else b""
    assert answered(version, header + asked) is None
    reply = header + bytes([0 if version == 4 else 129]) + asked[1:]
    assert answered(version, reply) == TOKEN
    for cut in range(len(header) + 8):
        assert answered(version, reply[:cut]) is None
