"""Traffic selectors in the kernel's form: exactly the same packets, whatever the ranges."""

import random
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.xfrm_selectors import KernelSelector, everything, outbound, packet
from kakehashi.model.selector import ANY_IPV4, EVERYTHING, TrafficSelector


def takes(
    selector: KernelSelector, source: str, destination: str, protocol: int, ports: tuple[int, int]
) -> bool:
    """As the kernel judges (include/net/xfrm.h: xfrm_selector_match)."""
    masks = zip(ports, (selector.source_port, selector.destination_port), strict=True)
    return (
        ip_address(source) in selector.source
        and ip_address(destination) in selector.destination
        and selector.protocol in (0, protocol)
        and all((port ^ wanted) & mask == 0 for port, (wanted, mask) in masks)
    )


def test_everything_is_one_selector_for_each_ip_version():
    assert outbound(EVERYTHING, EVERYTHING) == (everything(4), everything(6))


def test_a_range_of_addresses_is_taken_as_prefixes():
    near = TrafficSelector(ip_address("10.0.0.1"), ip_address("10.0.0.6"))
    found = outbound((near,), (ANY_IPV4,))
    assert [str(s.source) for s in found] == ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32"]


@pytest.mark.parametrize(("low", "high"), [(0, 65535), (500, 500), (1, 65534), (1024, 65535), (33434, 33625)])
def test_a_range_of_ports_is_taken_exactly(low, high):
    far = TrafficSelector(ip_address("10.0.0.0"), ip_address("10.0.0.255"), 17, low, high)
    found = outbound((ANY_IPV4,), (far,))
    chosen = random.Random(low)
    tried = {low, high, low - 1, high + 1, *(chosen.randrange(65536) for _ in range(500))} & set(range(65536))
    for port in tried:
        hits = sum(takes(s, "192.0.2.1", "10.0.0.1", 17, (4000, port)) for s in found)
        assert hits == (low <= port <= high), port


def test_type_and_code_of_icmp_are_the_kernels_two_ports_both_ways():
    echo = TrafficSelector(ip_address("10.0.0.1"), ip_address("10.0.0.1"), 1, 0x0800, 0x08FF)
    (found,) = outbound((echo,), (ANY_IPV4,))
    assert takes(found, "10.0.0.1", "192.0.2.1", 1, (8, 0))
    assert not takes(found, "10.0.0.1", "192.0.2.1", 1, (0, 0))
    assert takes(found.reversed(), "192.0.2.1", "10.0.0.1", 1, (8, 0))


def test_answers_have_the_ends_the_other_way_round():
    near = TrafficSelector(ip_address("10.0.0.1"), ip_address("10.0.0.1"), 6, 80, 80)
    (found,) = outbound((near,), (ANY_IPV4,))
    assert takes(found.reversed(), "192.0.2.1", "10.0.0.1", 6, (4000, 80))
    assert not takes(found.reversed(), "192.0.2.1", "10.0.0.1", 6, (80, 4000))


def test_what_the_kernel_asks_for_is_read_as_it_was_written():
    near = TrafficSelector(ip_address("2001:db8::1"), ip_address("2001:db8::1"), 17, 4000, 4000)
    far = TrafficSelector(ip_address("2001:db8::2"), ip_address("2001:db8::2"), 17, 53, 53)
    (found,) = outbound((near,), (far,))
    octets = found.octets()
    assert len(octets) == 56
    assert packet(octets) == (ip_address("2001:db8::1"), ip_address("2001:db8::2"), 17, 4000, 53)


def test_ip_versions_and_protocols_do_not_mix():
    assert outbound((ANY_IPV4,), (EVERYTHING[1],)) == ()
    near = TrafficSelector.of("10.0.0.0/8", protocol=6)
    assert outbound((near,), (TrafficSelector.of("10.0.0.0/8", protocol=17),)) == ()


def test_what_the_kernel_cannot_say_is_refused():
    opaque = TrafficSelector(ip_address("10.0.0.0"), ip_address("10.0.0.255"), 17, 65535, 0)
    with pytest.raises(ValueError, match="OPAQUE"):
        outbound((ANY_IPV4,), (opaque,))
    odd = TrafficSelector(ip_address("2001:db8::1"), ip_address("2001:db8:ffff::fffe"))
    with pytest.raises(ValueError, match="more than 256"):
        outbound((odd,), (odd,))
