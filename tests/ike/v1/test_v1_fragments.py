"""Messages in pieces: Cisco's and Microsoft's fragmentation."""

import random

import pytest

from kakehashi.ike.drops import Drop
from kakehashi.ike.v1.fragments import MAX_FRAGMENTS, MAX_MESSAGE, BadFragment, Reassembly, split
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType
from kakehashi.wire.v1.fragment import Fragment
from kakehashi.wire.v1.message import Message, decode, encode
from tests.conversations.v1.gateways import AGGRESSIVE, MAIN, SITE1, TUNNEL
from tests.conversations.v1.stories import settled, two_sites
from tests.conversations.wire import Conditions, Wire

COOKIES = (b"initiate", b"responds")
LARGE = tuple(bytes([n]) * 300 for n in range(10))


def pieces(message: bytes, number: int = 1) -> list[Fragment]:
    datagrams = split(message, COOKIES, ExchangeType.AGGRESSIVE, number)
    decoded = [decode(d) for d in datagrams]
    assert {(d.initiator_cookie, d.responder_cookie, d.exchange_type, d.message_id) for d in decoded} == {
        (*COOKIES, ExchangeType.AGGRESSIVE, 0)
    }
    assert all(len(d) <= MAX_MESSAGE for d in datagrams)
    return [d.payloads[0] for d in decoded]  # type: ignore[misc]


def test_what_is_small_stays_whole() -> None:
    assert split(bytes(MAX_MESSAGE), COOKIES, ExchangeType.QUICK, 1) == [bytes(MAX_MESSAGE)]


@pytest.mark.parametrize("size", [MAX_MESSAGE + 1, 3000, 60_000])
def test_pieces_in_any_order_make_the_message(size: int) -> None:
    chance = random.Random(size)
    message = chance.randbytes(size)
    parts = pieces(message)
    assert [p.number for p in parts] == list(range(1, len(parts) + 1))
    assert [p.is_last for p in parts] == [False] * (len(parts) - 1) + [True]
    for _ in range(5):
        chance.shuffle(parts)
        doubled = [p for p in parts for _ in range(chance.randrange(1, 3))]
        reassembly = Reassembly()
        assert next(w for w in map(reassembly.add, doubled) if w is not None) == message


def test_a_new_message_takes_the_place_of_an_unfinished_one() -> None:
    one, other = bytes(3000), b"\1" * 3000
    for number in (1, 2):
        # Some peers give every message the same ID.
        reassembly = Reassembly()
        assert reassembly.add(pieces(one, 1)[0]) is None
        whole = [reassembly.add(p) for p in pieces(other, number)]
        assert whole[-1] == other


def test_a_shorter_message_behind_a_longer_one() -> None:
    reassembly = Reassembly()
    for piece in pieces(bytes(5000), 7)[1:4]:
        reassembly.add(piece)
    # What belongs to which message is only seen when it does not fit; the peer repeats its message.
    whole = [reassembly.add(p) for _ in range(2) for p in pieces(b"\2" * 1300, 7)]
    assert b"\2" * 1300 in whole


def test_what_is_kept_is_bounded() -> None:
    reassembly = Reassembly()
    with pytest.raises(BadFragment):
        reassembly.add(Fragment(1, MAX_FRAGMENTS + 1, False, b"x"))
    for number in range(1, 33):
        reassembly.add(Fragment(1, number, False, bytes(2000)))
    with pytest.raises(BadFragment):
        reassembly.add(Fragment(1, 33, False, bytes(2000)))
    assert reassembly._parts == {}
    for number in range(10_000):
        reassembly.add(Fragment(number % 65536, 2, False, bytes(100)))
    assert len(reassembly._parts) == 1


@pytest.mark.parametrize("mode", [MAIN, AGGRESSIVE], ids=lambda m: m.value)
@pytest.mark.parametrize("seed", range(5))
def test_large_messages_of_phase_1_come_through(mode: object, seed: int) -> None:
    """The responder's first; the initiator's first may not be cut, for nobody knows who reads it."""
    wire = Wire(seed, Conditions(loss=0.05 * seed, duplication=0.1, latency=0.02, jitter=0.1))
    a, b = two_sites(wire, {"mode": mode, "retransmit": (2,) * 20}, {"vendor_ids": LARGE})
    a.initiate(TUNNEL, b)
    wire.run(60)
    settled(a, b)
    fragments = [d for *_, d, _ in wire.sent if d[16] == PayloadType.FRAGMENT]
    assert len(fragments) >= 3
    assert max(len(d) for *_, d, _ in wire.sent) <= MAX_MESSAGE


@pytest.mark.parametrize("who", ["a", "b"])
def test_only_if_both_sides_announce_it(who: str) -> None:
    wire = Wire()
    off = {"fragmentation": False}
    a, b = two_sites(wire, off if who == "a" else {}, {"vendor_ids": LARGE} | (off if who == "b" else {}))
    a.initiate(TUNNEL, b)
    wire.run(5)
    settled(a, b)
    assert not any(d[16] == PayloadType.FRAGMENT for *_, d, _ in wire.sent)


def test_fragments_that_fit_nothing_are_dropped() -> None:
    wire = Wire()
    a, b = two_sites(wire)
    a.initiate(TUNNEL, b)
    wire.run(3)
    sa = b.endpoint.v1.all_sas()[0]
    cookies = (sa.initiator_cookie, sa.responder_cookie)
    inner = encode(Message(*COOKIES, ExchangeType.INFORMATIONAL, 5, ()))
    nested = encode(Message(*cookies, ExchangeType.INFORMATIONAL, 5, (Fragment(1, 1, True, b""),)))
    for data in (b"short", inner, nested):
        fragment = encode(Message(*cookies, ExchangeType.INFORMATIONAL, 0, (Fragment(1, 1, True, data),)))
        b.endpoint.receive(fragment, b.path_to(SITE1), wire.now)
    assert b.endpoint.drops[Drop.BAD_FRAGMENT] == 3
    settled(a, b)
