"""Fragments of messages (RFC 7383), bounded."""

import pytest

from kakehashi.ike.v2.fragments import MAX_FRAGMENTS, MAX_OCTETS, BadFragment, Reassembly, split
from kakehashi.wire.registry.ikev2 import PayloadType

SA, NONE = PayloadType.SA, PayloadType.NONE


def test_fragments_come_in_any_order_and_any_number_of_times() -> None:
    whole = Reassembly()
    assert whole.add(1, 3, 3, NONE, b"c") is None
    assert whole.add(1, 1, 3, SA, b"a") is None
    assert whole.add(1, 1, 3, SA, b"a") is None
    assert whole.add(1, 2, 3, NONE, b"b") == (SA, b"abc")


def test_another_message_begins_anew() -> None:
    whole = Reassembly()
    whole.add(1, 1, 2, SA, b"old")
    assert whole.add(2, 2, 2, NONE, b"d") is None
    assert whole.add(2, 1, 2, SA, b"c") == (SA, b"cd")


def test_more_and_smaller_fragments_replace_fewer_and_fewer_are_refused() -> None:
    whole = Reassembly()
    whole.add(1, 1, 2, SA, b"large")
    assert whole.add(1, 1, 3, SA, b"s") is None
    with pytest.raises(BadFragment):
        whole.add(1, 2, 2, NONE, b"large")
    whole.add(1, 2, 3, NONE, b"m")
    assert whole.add(1, 3, 3, NONE, b"l") == (SA, b"sml")


def test_numbers_must_make_sense() -> None:
    whole = Reassembly()
    for number, total in ((0, 1), (2, 1), (1, MAX_FRAGMENTS + 1)):
        with pytest.raises(BadFragment):
            whole.add(1, number, total, SA, b"")


def test_there_is_a_bound_for_the_octets() -> None:
    whole = Reassembly()
    whole.add(1, 1, 3, SA, bytes(MAX_OCTETS))
    with pytest.raises(BadFragment):
        whole.add(1, 2, 3, NONE, b"x")


def test_split_and_collected_again_it_is_the_same() -> None:
    plaintext = bytes(range(256)) * 10
    parts = split(plaintext, 1000)
    assert [len(p) for p in parts] == [1000, 1000, 560]
    whole = Reassembly()
    results = [whole.add(7, n, 3, SA if n == 1 else NONE, part) for n, part in enumerate(parts, 1)]
    assert results == [None, None, (SA, plaintext)]
    with pytest.raises(ValueError, match="fragments"):
        split(bytes(100 * (MAX_FRAGMENTS + 1)), 100)
