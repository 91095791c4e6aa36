"""Traffic selectors (RFC 7296 section 3.13) as sets of packets."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector

Packet = tuple[int, int, int]


def selectors() -> st.SearchStrategy[TrafficSelector]:
    """Selectors over so few addresses and ports that all packets can be tried."""

    def build(low: int, high: int, protocol: int, ports: tuple[int, int]) -> TrafficSelector:
        return TrafficSelector(
            ip_address(min(low, high)), ip_address(max(low, high)), protocol, min(ports), max(ports)
        )

    small = st.integers(0, 4)
    return st.builds(build, small, small, st.sampled_from([0, 6, 17]), st.tuples(small, small))


def packets(selector: TrafficSelector | None) -> set[Packet]:
    if selector is None:
        return set()
    return {
        (address, protocol, port)
        for address in range(5)
        for protocol in (6, 17)
        for port in range(5)
        if int(selector.start) <= address <= int(selector.end)
        and selector.protocol in (0, protocol)
        and selector.start_port <= port <= selector.end_port
    }


@given(selectors(), selectors())
def test_an_intersection_has_the_packets_of_both(one: TrafficSelector, other: TrafficSelector) -> None:
    assert packets(one.intersect(other)) == packets(one) & packets(other)


@given(selectors(), selectors())
def test_containing_is_having_every_packet(one: TrafficSelector, other: TrafficSelector) -> None:
    if one.contains(other):
        assert packets(other) <= packets(one)
    if one.protocol == other.protocol:
        assert one.contains(other) == (packets(other) <= packets(one))


def test_ip_versions_do_not_meet() -> None:
    assert ANY_IPV4.intersect(ANY_IPV6) is None


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (ANY_IPV4, "0.0.0.0/0"),
        (ANY_IPV6, "::/0"),
        (TrafficSelector.of("192.0.2.0/24", 6, 443), "192.0.2.0/24 protocol 6 port 443"),
        (TrafficSelector(ip_address("192.0.2.1"), ip_address("192.0.2.2")), "192.0.2.1-192.0.2.2"),
        (
            TrafficSelector(ip_address("192.0.2.1"), ip_address("192.0.2.1"), 17, 1, 9),
            "192.0.2.1/32 protocol 17 port 1-9",
        ),
    ],
)
def test_how_a_selector_prints(selector: TrafficSelector, text: str) -> None:
    assert str(selector) == text
