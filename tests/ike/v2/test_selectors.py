"""Narrowing (RFC 7296 section 2.9)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.ike.v2.selectors import Pair, carries, from_wire, narrow, respond, to_wire, within
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING, TrafficSelector
from kakehashi.wire.registry.ikev2 import TsType
from kakehashi.wire.v2.traffic_selector import Selector

NARROW, AS_PROPOSED = ResponderSelectors.NARROW, ResponderSelectors.AS_PROPOSED


def ts(network: str, protocol: int = 0, port: int | None = None) -> TrafficSelector:
    return TrafficSelector.of(network, protocol, port)


def test_the_offer_is_cut_down_to_what_is_allowed() -> None:
    assert narrow(EVERYTHING, (ts("10.0.0.0/8"),)) == (ts("10.0.0.0/8"),)
    assert narrow((ts("10.1.0.0/16"), ts("10.2.0.0/16")), (ts("10.0.0.0/8"),)) == (
        ts("10.1.0.0/16"),
        ts("10.2.0.0/16"),
    )
    assert narrow((ts("10.0.0.0/8"),), (ts("10.1.0.0/16", 6, 80), ts("10.2.0.0/16"))) == (
        ts("10.1.0.0/16", 6, 80),
        ts("10.2.0.0/16"),
    )
    assert narrow((ts("192.168.0.0/16"),), (ts("10.0.0.0/8"),)) == ()


def test_nothing_is_said_twice() -> None:
    # The first selector of an offer is often that of one packet (section 2.9), and lies within the next.
    assert narrow((ts("10.1.1.1/32", 6, 80), ts("10.1.0.0/16")), EVERYTHING) == (ts("10.1.0.0/16"),)
    assert narrow((ts("10.1.0.0/16"), ts("10.1.1.1/32")), EVERYTHING) == (ts("10.1.0.0/16"),)


def test_only_versions_that_stand_on_both_sides_are_of_use() -> None:
    both, v4 = Pair(EVERYTHING, EVERYTHING), Pair(EVERYTHING, (ANY_IPV4,))
    assert respond(both, v4, NARROW) == Pair((ANY_IPV4,), (ANY_IPV4,))
    assert respond(Pair((ANY_IPV6,), (ANY_IPV4,)), both, NARROW) is None
    assert respond(Pair((ANY_IPV6,), (ANY_IPV4,)), both, AS_PROPOSED) is None


def test_as_proposed_asks_no_policy() -> None:
    offered = Pair((ts("10.9.0.0/16"),), (ts("10.8.0.0/16"),))
    policy = Pair((ts("10.1.0.0/16"),), (ts("10.2.0.0/16"),))
    assert respond(offered, policy, AS_PROPOSED) == offered
    assert respond(offered, policy, NARROW) is None


def test_an_answer_must_lie_within_the_offer() -> None:
    offer = Pair((ts("10.1.0.0/16"),), EVERYTHING)
    assert within(Pair((ts("10.1.2.0/24"),), (ts("10.9.0.0/16"),)), offer)
    assert not within(Pair((ts("10.0.0.0/8"),), EVERYTHING), offer)
    assert not within(Pair((), EVERYTHING), offer)


def test_opaque_ports_are_among_all_ports() -> None:
    opaque = TrafficSelector(ip_address("10.0.0.0"), ip_address("10.0.0.255"), 6, 65535, 0)
    assert narrow((opaque,), EVERYTHING) == (opaque,)
    assert narrow((opaque,), (opaque,)) == (opaque,)
    assert narrow((opaque,), (ts("10.0.0.0/24", 6, 80),)) == ()


def test_many_selectors_are_told_in_a_short_sentence() -> None:
    """A peer may propose 255 ranges that are no prefixes, and each new Child SA is told with its selectors."""
    ranges = tuple(
        TrafficSelector(ip_address(f"2001:db8::{n:x}"), ip_address("2001:db8::ffff:ffff:fffe"))
        for n in range(1, 256)
    )
    text = str(Pair(ranges, ranges))
    assert "2001:db8::1-2001:db8::ffff:ffff:fffe" in text
    assert "and 247 more" in text
    assert len(text) < 1000


def test_unknown_types_and_impossible_ranges_are_left_out() -> None:
    good = Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, bytes(4), b"\xff" * 4)
    backwards = Selector(TsType.TS_IPV4_ADDR_RANGE, 0, 0, 65535, b"\xff" * 4, bytes(4))
    ports = Selector(TsType.TS_IPV4_ADDR_RANGE, 6, 80, 79, bytes(4), b"\xff" * 4)
    assert from_wire([backwards, good, ports]) == (ANY_IPV4,)


def test_a_packet_finds_its_pair() -> None:
    pair = Pair((ts("10.1.0.0/16"),), (ts("10.2.0.0/16"), ANY_IPV6))
    assert carries(pair, ip_address("10.1.2.3"), ip_address("10.2.3.4"))
    assert not carries(pair, ip_address("10.1.2.3"), ip_address("10.3.3.4"))
    assert not carries(pair, ip_address("::1"), ip_address("::1"))


addresses = st.integers(0, 300).map(lambda n: ip_address(0x0A000000 + n))


@st.composite
def selectors(draw: st.DrawFn) -> TrafficSelector:
    start, end = sorted((draw(addresses), draw(addresses)))
    low, high = sorted((draw(st.integers(0, 20)), draw(st.integers(0, 20))))
    return TrafficSelector(start, end, draw(st.sampled_from((0, 6, 17))), low, high)


some = st.lists(selectors(), min_size=1, max_size=4).map(tuple)


def holds(wide: tuple[TrafficSelector, ...], address: int, protocol: int, port: int) -> bool:
    return any(
        int(s.start) <= address <= int(s.end)
        and s.protocol in (0, protocol)
        and s.start_port <= port <= s.end_port
        for s in wide
    )


@given(some, some, addresses, st.sampled_from((6, 17)), st.integers(0, 20))
def test_narrowing_is_the_intersection_of_packets(
    one: tuple[TrafficSelector, ...],
    other: tuple[TrafficSelector, ...],
    address: object,
    protocol: int,
    port: int,
) -> None:
    packet = int(address), protocol, port  # type: ignore[call-overload]
    both = narrow(one, other)
    assert holds(both, *packet) == (holds(one, *packet) and holds(other, *packet))


@given(some)
def test_selectors_survive_the_wire(one: tuple[TrafficSelector, ...]) -> None:
    assert from_wire(to_wire(one)) == one


@pytest.mark.parametrize("text", ["10.0.0.0/8", "2001:db8::/32"])
def test_both_versions_have_their_type(text: str) -> None:
    (wire,) = to_wire([ts(text)])
    assert wire.ts_type == (TsType.TS_IPV6_ADDR_RANGE if ":" in text else TsType.TS_IPV4_ADDR_RANGE)
