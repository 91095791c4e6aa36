"""A watched host is asked by its interface, whatever becomes of the routes."""

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.host.items import Item, Route, Rule
from kakehashi.gateway.watch.ways import PRIORITY, Asking, asking, ways
from kakehashi.model.gateway import Gateway
from kakehashi.model.watch import Condition, ProbeTiming, WatchEvent, WatchGroup
from tests.gateway.builders import DEVICES, NEXT_HOP, OURS, facts, gateway, host_route, link

FAR = ip_address("203.0.113.9")
LEND = ip_address("192.168.1.1")
WAN = WatchEvent(number=1, condition=Condition.UNREACHABLE, host=FAR, interface="GigaEthernet0.0")
THROUGH = replace(WAN, interface="Tunnel0.0")


def up(*more: str) -> Facts:
    there = facts()
    return replace(there, links={**there.links, "Tunnel0.0": link("Tunnel0.0", *more)})


def watching(event: WatchEvent, enabled: bool = True) -> Gateway:
    timing = ProbeTiming(interval=5, standing_interval=5, wait=2)
    group = WatchGroup(name="w", number=1, timing=timing, events=(event,), enabled=enabled)
    return gateway(watch_groups=(group,))


def made(event: WatchEvent, host: Facts, leases: dict[str, Lease] | None = None) -> tuple[Item, ...]:
    return tuple(ways(watching(event), DEVICES, host, leases or {}))


def test_requests_carry_the_address_of_the_interface_or_of_its_lender() -> None:
    assert asking(WAN, gateway(), DEVICES, up()) == Asking("eth0", OURS)
    assert asking(THROUGH, gateway(), DEVICES, up()) == Asking("Tunnel0.0", LEND)
    own = up("10.9.0.1/24")
    assert asking(THROUGH, gateway(), DEVICES, own) == Asking("Tunnel0.0", ip_address("10.9.0.1"))


def test_or_the_one_that_the_event_names() -> None:
    named = replace(THROUGH, source_address="GigaEthernet0.0")
    assert asking(named, gateway(), DEVICES, up()) == Asking("Tunnel0.0", OURS)
    assert asking(replace(named, source_address=LEND), gateway(), DEVICES, up()) == Asking("Tunnel0.0", LEND)
    table = replace(named, interface=None)
    assert asking(table, gateway(), DEVICES, up()) == Asking("", OURS)


def test_without_interface_or_address_nobody_is_asked() -> None:
    assert asking(THROUGH, gateway(), DEVICES, facts()) is None
    assert asking(replace(WAN, source_address="Tunnel0.0"), gateway(routes=()), {}, facts()) is None
    assert asking(replace(WAN, host=None), gateway(), DEVICES, up()) is None


def test_a_host_behind_a_router_has_a_way_that_no_route_takes_away() -> None:
    way, rule = made(WAN, up())
    assert isinstance(way, Route)
    assert (way.destination, way.device, way.next_hop) == (ip_network("203.0.113.9/32"), "eth0", NEXT_HOP)
    assert rule == Rule(OURS, FAR, way.table, PRIORITY, 1, own=True)


def test_through_a_tunnel_and_on_the_link_there_is_no_router() -> None:
    near = replace(WAN, host=ip_address("10.1.0.77"))
    for event, device in ((THROUGH, "Tunnel0.0"), (near, "eth0")):
        way = made(event, up())[0]
        assert isinstance(way, Route)
        assert (way.device, way.next_hop) == (device, None)


def test_the_router_may_be_the_one_of_dhcp_or_of_the_host() -> None:
    lease = Lease(ip_interface("10.1.0.1/24"), ip_address("10.1.0.99"))
    bare = replace(up(), routes=())
    of = replace(watching(WAN), routes=())
    by_dhcp = next(iter(ways(of, DEVICES, bare, {"eth0": lease})))
    assert isinstance(by_dhcp, Route)
    assert by_dhcp.next_hop == ip_address("10.1.0.99")
    host = replace(bare, routes=(host_route("0.0.0.0/0", "eth0", "10.1.0.88"),))
    by_host = next(iter(ways(of, DEVICES, host, {})))
    assert isinstance(by_host, Route)
    assert by_host.next_hop == ip_address("10.1.0.88")


def test_ipv6_has_its_own_protocol() -> None:
    event = replace(WAN, host=ip_address("2001:db8:9::9"))
    host = replace(up(), links={**up().links, "eth0": link("eth0", "2001:db8::1/64")})
    rule = made(event, host)[1]
    assert isinstance(rule, Rule)
    assert (rule.protocol, rule.version, rule.source) == (58, 6, ip_address("2001:db8::1"))


def test_what_is_down_or_switched_off_needs_no_way() -> None:
    down = replace(up(), links={**up().links, "Tunnel0.0": link("Tunnel0.0", running=False)})
    assert made(THROUGH, down) == ()
    assert tuple(ways(watching(WAN, enabled=False), DEVICES, up(), {})) == ()
    assert made(replace(WAN, interface=None), up()) == ()
