"""Routes as `show` tells them."""

from dataclasses import replace
from ipaddress import ip_network

from kakehashi.gateway.host.facts import MAIN_TABLE, Facts, HostRoute
from kakehashi.gateway.host.items import PROTOCOL, Item, Route
from kakehashi.gateway.route_status import route_statuses
from kakehashi.model import gateway as model
from kakehashi.model.status import DISCARDED, RouteOrigin, RouteStatus
from tests.gateway.builders import DEVICES, facts, gateway, host_route, link, route, tunnel

LAN = ip_network("192.168.2.0/24")
INTO = Route(LAN, "Tunnel0.0", metric=1)
OUT = Route(gateway().routes[0].destination, "eth0", gateway().routes[0].next_hop, 1)
OURS = host_route("192.168.2.0/24", "Tunnel0.0", metric=1, protocol=PROTOCOL)


def told(host: Facts, *wanted: Item, of: model.Gateway | None = None) -> list[RouteStatus]:
    """Those of the configuration."""
    found = route_statuses(of or gateway(), DEVICES, host, wanted)
    return [r for r in found if r.origin is RouteOrigin.STATIC]


def test_routes_show_whether_they_are_in_the_hosts_table() -> None:
    assert [(r.destination, r.via, r.active) for r in told(facts(routes=(OURS,)), INTO, OUT)] == [
        ("0.0.0.0/0", "10.1.0.254", False),
        ("192.168.2.0/24", "Tunnel0.0", True),
    ]


def test_a_route_to_nowhere_is_in_force_while_it_refuses() -> None:
    nowhere = model.Route(destination=ip_network("10.7.0.0/16"), metric=254, discard=True)
    of = replace(gateway(), routes=(nowhere,))
    refusing = HostRoute(
        destination=nowhere.destination,
        next_hop=None,
        device="",
        metric=254,
        table=MAIN_TABLE,
        kind="unreachable",
    )
    for host, active in ((facts(routes=(refusing,)), True), (facts(), False)):
        (found,) = told(host, Route(nowhere.destination, "", metric=254), of=of)
        assert (found.via, found.active, found.metric) == (DISCARDED, active, 254)


def test_a_route_that_is_not_there_says_why() -> None:
    def why(host: Facts, *wanted: Item, of: model.Gateway | None = None) -> str:
        return told(host, *wanted, of=of)[-1].reason

    there = {**facts().links, "Tunnel0.0": link("Tunnel0.0")}
    with_device = replace(facts(), links=there)
    assert why(with_device) == "Tunnel0.0 is down"
    shut = gateway(tunnel(enabled=False))
    assert why(with_device, of=shut) == "Tunnel0.0 is shut down"
    assert why(facts()) == "no device of this host stands for Tunnel0.0"
    lost = gateway(routes=(route("10.7.0.0/16", next_hop="10.99.0.1"),))
    assert why(facts(), of=lost) == "no interface that is up has a network with 10.99.0.1"
    standing = replace(with_device, routes=(host_route("192.168.2.0/24", "eth1", "192.168.1.77", metric=1),))
    assert why(standing, INTO) == "the host has its own route there by 192.168.1.77"
    assert why(replace(with_device, routes=(OURS,)), INTO) == ""


def test_a_route_that_path_monitoring_has_withdrawn_says_so() -> None:
    into = gateway().routes[1]
    found = route_statuses(gateway(), DEVICES, facts(), (), {into: "path monitoring (w 10) has withdrawn it"})
    assert (found[1].active, found[1].reason) == (False, "path monitoring (w 10) has withdrawn it")


def test_where_all_others_come_from() -> None:
    leased = Route(OUT.destination, "eth0", OUT.next_hop, 2)
    host = facts(
        link("eth0", "10.1.0.1/24"),
        link("eth1", "192.168.1.1/24", "fe80::1/64", running=False),
        routes=(
            host_route("10.1.0.0/24", "eth0", protocol=2),
            host_route("172.16.0.0/12", "eth0", "10.1.0.77", metric=50),
            host_route("203.0.113.0/24", "wlan0"),
            OURS,
        ),
    )
    of = gateway(routes=())
    assert [
        (r.origin, r.destination, r.via, r.active) for r in route_statuses(of, DEVICES, host, (leased,))
    ] == [
        (RouteOrigin.DHCP, "0.0.0.0/0", "GigaEthernet0.0 10.1.0.254", False),
        (RouteOrigin.CONNECTED, "10.1.0.0/24", "GigaEthernet0.0", True),
        (RouteOrigin.CONNECTED, "192.168.1.0/24", "GigaEthernet1.0", False),
        (RouteOrigin.HOST, "172.16.0.0/12", "GigaEthernet0.0 10.1.0.77", True),
        (RouteOrigin.HOST, "203.0.113.0/24", "wlan0", True),
    ]
