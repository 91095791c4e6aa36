"""What is said on the link itself, read and written by scapy."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet6 import (
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo,
    IPv6,
)
from scapy.packet import Packet

from kakehashi.ppp.neighbour import Neighbour, link_local

OURS, PEER = bytes.fromhex("0000000000000001"), bytes.fromhex("0211223344556677")
US, THEM = "fe80::1", "fe80::211:2233:4455:6677"
LINK = Neighbour(OURS, PEER, ip_network("2001:db8:30:7::/64"), 1400)


def answer(packet: Packet, link: Neighbour = LINK) -> IPv6 | None:
    octets = link.answer(bytes(packet))
    if octets is None:
        return None
    read = IPv6(octets)
    again = read.copy()
    del again[type(again.payload)].cksum
    assert bytes(again) == octets, "scapy computes the same checksum"
    return read


def test_addresses_of_the_link() -> None:
    assert (str(link_local(OURS)), str(link_local(PEER))) == (US, THEM)


def test_a_solicitation_brings_an_advertisement_with_the_prefix() -> None:
    told = answer(IPv6(src=THEM, dst="ff02::2", hlim=255) / ICMPv6ND_RS())
    assert told is not None
    assert (told.src, told.dst, told.hlim) == (US, "ff02::1", 255)
    assert told[ICMPv6ND_RA].routerlifetime == 1800
    assert told[ICMPv6NDOptMTU].mtu == 1400
    prefix = told[ICMPv6NDOptPrefixInfo]
    assert (prefix.prefix, prefix.prefixlen) == ("2001:db8:30:7::", 64)
    assert (prefix.A, prefix.L) == (1, 0)
    assert 0 < prefix.preferredlifetime <= prefix.validlifetime


def test_without_a_prefix_nobody_is_a_router() -> None:
    told = IPv6(Neighbour(OURS, PEER, None, 1400).advertisement())
    assert told[ICMPv6ND_RA].routerlifetime == 0
    assert not told.haslayer(ICMPv6NDOptPrefixInfo)


def test_we_are_found_and_echo() -> None:
    found = answer(IPv6(src=THEM, dst="ff02::1:ff00:1", hlim=255) / ICMPv6ND_NS(tgt=US))
    assert found is not None
    assert found[ICMPv6ND_NA].tgt == US
    assert (found[ICMPv6ND_NA].R, found[ICMPv6ND_NA].S, found.dst) == (1, 1, THEM)
    for target in (US, "ff02::1", "ff02::2"):
        echo = answer(IPv6(src=THEM, dst=target) / ICMPv6EchoRequest(id=3, seq=4, data=b"hello"))
        assert echo is not None
        reply = echo[ICMPv6EchoReply]
        assert (echo.src, echo.dst, reply.id, reply.seq, reply.data) == (US, THEM, 3, 4, b"hello")


@pytest.mark.parametrize(
    "packet",
    [
        IPv6(src=THEM, dst="ff02::2", hlim=64) / ICMPv6ND_RS(),  # a router has passed it on
        IPv6(src=THEM, dst="ff02::2", hlim=255) / ICMPv6ND_RS(cksum=1),
        IPv6(src=THEM, dst="ff02::1:ff00:2", hlim=255) / ICMPv6ND_NS(tgt="fe80::2"),
        IPv6(src="2001:db8::1", dst=US) / ICMPv6EchoRequest(),
        IPv6(src=THEM, dst="fe80::2") / ICMPv6EchoRequest(),
        IPv6(src=THEM, dst=US) / ICMPv6EchoReply(),
    ],
)
def test_the_rest_has_no_answer(packet: Packet) -> None:
    assert answer(packet) is None


@given(st.binary(max_size=200))
def test_nothing_raises(octets: bytes) -> None:
    LINK.answer(octets)
    whole = bytes(IPv6(src=THEM, dst="ff02::2", hlim=255) / ICMPv6ND_RS())
    LINK.answer(whole[: len(octets)] + octets)
