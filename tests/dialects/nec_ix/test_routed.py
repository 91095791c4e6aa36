"""By which interface the static routes lead to an address."""

from ipaddress import ip_address, ip_interface, ip_network

from kakehashi.dialects.nec_ix.lower.routed import Routed
from kakehashi.model.gateway import Interface, InterfaceKind, Route

WAN, LINE, LAN = (
    Interface(name=name, kind=InterfaceKind.PHYSICAL, enabled=True, addresses=(ip_interface(address),))
    for name, address in (("wan", "192.0.2.1/24"), ("line", "198.51.100.1/24"), ("lan", "10.0.0.1/24"))
)


def route(to: str, by: str, metric: int = 1) -> Route:
    hop = None if by.isalpha() else ip_address(by)
    return Route(destination=ip_network(to), interface=None if hop else by, next_hop=hop, metric=metric)


def towards(address: str, *routes: Route) -> str | None:
    return Routed(routes, (WAN, LINE, LAN)).towards(ip_address(address))


def test_the_longest_prefix_wins_and_then_the_least_metric() -> None:
    default = route("0.0.0.0/0", "wan")
    assert towards("203.0.113.1", default, route("203.0.113.0/24", "line")) == "line"
    assert towards("203.0.113.1", route("0.0.0.0/0", "line", 9), default) == "wan"
    assert towards("203.0.113.1", route("203.0.114.0/24", "line")) is None


def test_a_next_hop_lies_on_an_interface() -> None:
    assert towards("203.0.113.1", route("0.0.0.0/0", "198.51.100.254")) == "line"
    assert towards("203.0.113.1", route("0.0.0.0/0", "172.16.0.1")) is None


def test_who_is_on_the_line_needs_no_route() -> None:
    assert towards("192.0.2.77") == "wan"


def test_the_other_version_of_ip_has_routes_of_its_own() -> None:
    assert towards("2001:db8::1", route("0.0.0.0/0", "wan")) is None
    assert towards("2001:db8::1", route("0.0.0.0/0", "wan"), route("::/0", "line")) == "line"
