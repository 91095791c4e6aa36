"""Whom to believe that a packet was too large, and for how long."""

import asyncio
import os
import socket
import struct
from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.gateway.host.path_mtu import MESSAGES_MAX, PathMtuBell, read_v4, read_v6
from kakehashi.gateway.path_mtus import AH, ENTRIES_MAX, ESP, NOT_OURS, NOT_SANE, UDP, PathMtus, TooBig
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.wire.registry.ikev2 import IntegrityId
from tests.gateway.builders import OURS, PEER, child_sa, path
from tests.gateway.namespace import Namespace

OURS_6, PEER_6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
SAID = TooBig(ends=(OURS, PEER), protocol=ESP, ports=(0, 0), spi=0x101, size=1500, mtu=1300)
SAID_6 = replace(SAID, ends=(OURS_6, PEER_6))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def knowing(*sas: object) -> tuple[PathMtus, Clock]:
    clock = Clock()
    mtus = PathMtus(clock)
    for sa in sas or (child_sa(),):
        mtus.installed(sa)  # type: ignore[arg-type]
    return mtus, clock


@pytest.mark.parametrize(
    "changes",
    [
        {"spi": 0x102},
        {"spi": 0x100},
        {"spi": None},
        {"ends": (OURS, ip_address("192.0.2.77"))},
        {"ends": (ip_address("192.0.2.77"), PEER)},
        {"ends": (PEER, OURS)},
        {"protocol": AH},
        {"protocol": UDP, "ports": (4500, 4500)},
    ],
)
def test_what_quotes_no_packet_of_ours_is_counted_and_has_no_effect(changes: dict[str, object]) -> None:
    mtus, _ = knowing(child_sa())
    assert not mtus.hear(replace(SAID, **changes))  # type: ignore[arg-type]
    assert (mtus.current(), mtus.refused) == ({}, {NOT_OURS: 1})
    assert mtus.hear(SAID)
    assert mtus.current() == {(OURS, PEER): 1300}


@pytest.mark.parametrize(
    ("sa", "quoted"),
    [
        (child_sa(), {}),
        (child_sa(path=path(port=4500), udp_encapsulation=True), {"protocol": UDP, "ports": (4500, 4500)}),
        (
            child_sa(path=Path(SocketAddress(OURS, 4500), SocketAddress(PEER, 1024)), udp_encapsulation=True),
            {"protocol": UDP, "ports": (4500, 1024)},
        ),
        (child_sa(ah=IntegrityId.AUTH_HMAC_SHA1_96, cipher=None), {"protocol": AH}),
        (child_sa(ah=IntegrityId.AUTH_HMAC_SHA1_96, ah_spi_out=7), {"protocol": AH, "spi": 7}),
    ],
)
def test_every_form_of_an_sa_is_known(sa: object, quoted: dict[str, object]) -> None:
    mtus, _ = knowing(sa)
    assert mtus.hear(replace(SAID, **quoted))  # type: ignore[arg-type]


def test_gre_without_ipsec_counts_by_its_ends_and_key_where_no_sa_has_the_same_ends() -> None:
    mtus = PathMtus(Clock())
    mtus.unprotected([((OURS_6, PEER_6), 7), ((OURS, PEER), 0)])
    said = replace(SAID_6, protocol=GRE, spi=7)
    for wrong in (8, 0, None):
        assert not mtus.hear(replace(said, spi=wrong))
    assert not mtus.hear(replace(said, ends=(OURS_6, OURS_6))), "the kernel's"
    assert mtus.refused == {NOT_OURS: 3}
    assert mtus.hear(said)
    without_key = replace(SAID, protocol=GRE, spi=0)
    mtus.installed(child_sa())
    assert not mtus.hear(without_key), "else who forges GRE would have his say about ESP"
    mtus.removed(child_sa().spi_in)
    assert mtus.hear(without_key)
    assert mtus.current() == {(OURS_6, PEER_6): 1300, (OURS, PEER): 1300}
    mtus.unprotected([])
    assert not mtus.hear(replace(said, mtu=1280))


def test_an_sa_counts_where_it_is_and_as_long_as_it_is() -> None:
    sa = child_sa()
    mtus, _ = knowing(sa)
    far = ip_address("192.0.2.99")
    there = Path(SocketAddress(OURS, 4500), SocketAddress(far, 1024))
    mtus.moved(sa.spi_in, there, True)
    moved = replace(SAID, ends=(OURS, far), protocol=UDP, ports=(4500, 1024))
    assert not mtus.hear(SAID)
    assert mtus.hear(moved)
    mtus.removed(sa.spi_in)
    mtus.moved(sa.spi_in, there, True)
    assert not mtus.hear(replace(moved, mtu=1200))
    assert mtus.current() == {(OURS, far): 1300}, "but what is known of the way outlives it"


def test_ike_and_other_programs_are_no_concern_of_ours() -> None:
    mtus, _ = knowing()
    assert not mtus.hear(replace(SAID, protocol=UDP, ports=(4500, 4500), spi=0))
    assert not mtus.hear(replace(SAID, protocol=UDP, ports=(53, 1024)))
    assert not mtus.refused


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (replace(SAID, mtu=1500), None),  # it would have passed
        (replace(SAID, mtu=296), 296),  # RFC 791: links may take as little as 68
        (replace(SAID, mtu=67), 68),
        (replace(SAID, mtu=0), 1492),
        (replace(SAID, mtu=0, size=1492), 1006),
        (replace(SAID, mtu=0, size=900), 508),
        (replace(SAID, mtu=0, size=296), 68),
        (replace(SAID, mtu=0, size=68), None),
        (replace(SAID_6, mtu=1280), 1280),
        (replace(SAID_6, mtu=1279), None),  # RFC 8201 section 4
        (replace(SAID_6, mtu=0), None),
        (replace(SAID_6, mtu=1 << 31), None),
    ],
)
def test_only_what_makes_sense_counts(said: TooBig, counts: int | None) -> None:
    ipv6 = child_sa(path=path(OURS_6, PEER_6), spi_in=0x300, spi_out=0x101)
    mtus, _ = knowing(child_sa(), ipv6)
    assert mtus.hear(said) is (counts is not None)
    assert mtus.current().get(said.ends) == counts
    assert mtus.refused == ({} if counts else {NOT_SANE: 1})


def test_it_only_ever_becomes_less_until_it_is_old() -> None:
    """RFC 1191 section 6.3, RFC 8201 section 4."""
    mtus, clock = knowing()
    assert mtus.hear(SAID)
    assert not mtus.hear(replace(SAID, mtu=1400))
    assert not mtus.hear(SAID)
    assert mtus.current() == {(OURS, PEER): 1300}
    clock.now += 599
    assert mtus.hear(replace(SAID, mtu=1200))
    clock.now += 599
    assert mtus.current() == {(OURS, PEER): 1200}
    clock.now += 2
    assert mtus.current() == {}
    assert mtus.hear(replace(SAID, mtu=1400))


def test_no_more_ways_are_remembered_than_there_is_room_for() -> None:
    mtus, clock = knowing(child_sa())
    for number in range(ENTRIES_MAX + 50):
        peer = ip_address(int(PEER) + number)
        mtus.installed(child_sa(spi_in=number + 0x1000, spi_out=0x101, path=path(remote=peer)))
        clock.now += 0.001
        assert mtus.hear(replace(SAID, ends=(OURS, peer)))
    assert len(mtus.current()) == ENTRIES_MAX
    assert (OURS, PEER) not in mtus.current(), "the oldest goes first"


def quoted_v4(protocol: int, upper: bytes, offset: int = 0) -> bytes:
    fields = (0x45, 0, 1500, 7, 0x4000 | offset, 64, protocol, 0)
    return struct.pack("!BBHHHBBH", *fields) + OURS.packed + PEER.packed + upper


def icmp_v4(quoted: bytes, mtu: int = 1300, kind: int = 3, code: int = 4) -> bytes:
    message = struct.pack("!BBHHH", kind, code, 0, 0, mtu) + quoted
    words = struct.unpack(f"!{(len(message) + 1) // 2}H", message + bytes(len(message) % 2))
    total = sum(words)
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    message = message[:2] + struct.pack("!H", checksum) + message[4:]
    return bytes([0x45, *bytes(19)]) + message


ESP_UPPER = struct.pack("!II", 0x101, 5) + bytes(range(1, 21))
UDP_UPPER = struct.pack("!HHHH", 4500, 1024, 1480, 0) + ESP_UPPER


def test_messages_are_read_as_routers_write_them() -> None:
    assert read_v4(icmp_v4(quoted_v4(ESP, ESP_UPPER))) == SAID
    assert read_v4(icmp_v4(quoted_v4(AH, b"\x32\x04\x00\x00" + ESP_UPPER))) == replace(SAID, protocol=AH)
    behind = replace(SAID, protocol=UDP, ports=(4500, 1024))
    assert read_v4(icmp_v4(quoted_v4(UDP, UDP_UPPER))) == behind
    # RFC 792 asks for no more than eight octets.
    assert read_v4(icmp_v4(quoted_v4(UDP, UDP_UPPER[:8]))) == replace(behind, spi=None)
    assert read_v4(icmp_v4(quoted_v4(ESP, ESP_UPPER[:8]))) == SAID


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("00000800", 0),
        ("2000080000000007", 7),
        ("a00008001234000000000007", 7),
        ("3000080000000007 00000001", 7),
        ("a000080012340000", None),
        ("20000800", None),
        ("", None),
    ],
)
def test_of_gre_the_key_is_read_wherever_it_is(header: str, key: int | None) -> None:
    said = read_v4(icmp_v4(quoted_v4(GRE, bytes.fromhex(header))))
    assert said == replace(SAID, protocol=GRE, spi=key)


def test_what_is_no_such_message_is_nothing() -> None:
    good = icmp_v4(quoted_v4(ESP, ESP_UPPER))
    for bad in (
        icmp_v4(quoted_v4(6, ESP_UPPER)),
        icmp_v4(quoted_v4(ESP, ESP_UPPER), kind=11),
        icmp_v4(quoted_v4(ESP, ESP_UPPER), code=1),
        icmp_v4(quoted_v4(ESP, ESP_UPPER, offset=100)),
        good[:-1] + b"\x55",  # RFC 1071: damaged
    ):
        assert read_v4(bad) is None
    for size in range(len(good)):
        assert read_v4(good[:size]) is None


def quoted_v6(protocol: int, upper: bytes) -> bytes:
    return struct.pack("!IHBB", 0x60000000, 1460, protocol, 64) + OURS_6.packed + PEER_6.packed + upper


def test_icmpv6_is_read_behind_the_headers_that_our_packets_may_have() -> None:
    def message(quoted: bytes, mtu: int = 1300) -> bytes:
        return struct.pack("!BBHI", 2, 0, 0, mtu) + quoted

    first, later = (bytes([ESP, 0]) + struct.pack("!HI", offset, 7) for offset in (1, 1408 | 1))
    options = bytes([ESP, 1]) + bytes(14)
    assert read_v6(message(quoted_v6(ESP, ESP_UPPER))) == SAID_6
    assert read_v6(message(quoted_v6(UDP, UDP_UPPER))) == replace(SAID_6, protocol=UDP, ports=(4500, 1024))
    assert read_v6(message(quoted_v6(44, first + ESP_UPPER))) == SAID_6
    assert read_v6(message(quoted_v6(0, options + ESP_UPPER))) == SAID_6
    assert read_v6(message(quoted_v6(44, later + ESP_UPPER))) is None
    assert read_v6(message(quoted_v6(6, ESP_UPPER))) is None
    whole = message(quoted_v6(44, first + ESP_UPPER))
    for size in range(len(whole)):
        read = read_v6(whole[:size])
        assert read is None or read.spi in (None, 0x101)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_flood_of_such_messages_costs_little_and_is_not_believed_faster() -> None:
    """RFC 1191 section 6.7: somebody who can send many."""
    flood = 3 * MESSAGES_MAX
    said = icmp_v4(quoted_v4(ESP, ESP_UPPER))[20:]

    async def story() -> None:
        loop, heard, rung = asyncio.get_running_loop(), list[TooBig](), list[float]()

        def hear(message: TooBig) -> bool:
            heard.append(message)
            return True

        bell = PathMtuBell(hear, lambda: rung.append(loop.time()))
        begin = loop.time()
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as forger:
            for _ in range(flood):
                forger.sendto(said, ("127.0.0.1", 0))
                await asyncio.sleep(0)
        seconds = int(loop.time() - begin) + 1
        bell.close()
        assert 0 < len(heard) < (MESSAGES_MAX + 64) * seconds
        assert 0 < len(rung) <= seconds + 1

    with Namespace() as namespace:
        namespace.play(story)
