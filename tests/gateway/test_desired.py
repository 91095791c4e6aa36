"""What is wanted of the host, by the state of the tunnels."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, ip_address, ip_network

from kakehashi.gateway.desired import LEASED_METRIC, RULE_PRIORITY, TunnelState, desired
from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.host.items import LAST_METRIC, Address, Item, LinkUp, Mtu, Route, Rule, Sysctl
from kakehashi.gateway.outgoing import NoWay, Pin, Way
from kakehashi.model import gateway as model
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.tunnel import ConnectType
from tests.gateway.builders import (
    DEVICES,
    IPSEC,
    NEXT_HOP,
    OURS,
    PEER,
    facts,
    gateway,
    interface,
    link,
    path,
    route,
    tunnel,
)

WAY = Way(path(), frozenset(), "eth0")
LAN = ip_network("192.168.2.0/24")
LEND = ip_address("192.168.1.1")


def wanted(up: bool = True, way: Way | NoWay = WAY, of: Gateway | None = None) -> tuple[Item, ...]:
    state = TunnelState(way=way, up=up, mtu=1400)
    return desired(of or gateway(), DEVICES, {"Tunnel0.0": state}, facts())


def routes(items: tuple[Item, ...]) -> list[Route]:
    return [i for i in items if isinstance(i, Route) and i.table == 254]


def test_a_tunnel_that_is_up_has_its_routes_with_the_borrowed_address() -> None:
    items = wanted()
    assert LinkUp("Tunnel0.0") in items
    assert Mtu("Tunnel0.0", 1500) in items, "as much as comes by any other device"
    assert Route(LAN, "Tunnel0.0", metric=1, source=LEND) in items
    assert Route(ip_network("0.0.0.0/0"), "eth0", NEXT_HOP, 1) in items


def test_a_route_that_path_monitoring_withdraws_leaves_its_packets_refused() -> None:
    state = {"Tunnel0.0": TunnelState(way=WAY, up=True, mtu=1400)}
    into = gateway().routes[1]

    def left(of: Gateway) -> list[Route]:
        found = desired(of, DEVICES, state, facts(), withdrawn=(into,))
        return [r for r in routes(found) if r.destination == LAN or r.device == "eth1"]

    assert left(gateway()) == [Route(LAN, "", metric=LAST_METRIC)], "and do not follow the default route"
    backup = route("192.168.0.0/16", next_hop="192.168.1.254")
    other = Route(backup.destination, "eth1", backup.next_hop, 1)
    assert left(gateway(routes=(*gateway().routes, backup))) == [other], "the configuration names a way"
    floating = route("192.168.2.0/24", next_hop="192.168.1.254", metric=100)
    assert Route(LAN, "eth1", floating.next_hop, 100) in left(gateway(routes=(*gateway().routes, floating)))


def test_a_route_names_the_line_that_says_it() -> None:
    assert {r.said for r in routes(wanted()) if r.device} == {"router.cfg:5"}


def test_a_tunnels_device_takes_what_the_widest_other_device_brings() -> None:
    state = TunnelState(way=WAY, up=True, mtu=1400)
    jumbo = facts(link("eth1", "192.168.1.1/24", mtu=9000), link("lo", "127.0.0.1/8", mtu=65536))
    links = {**jumbo.links, "Tunnel0.0": link("Tunnel0.0", "10.9.0.1/24", mtu=9999)}
    items = desired(gateway(), DEVICES, {"Tunnel0.0": state}, replace(jumbo, links=links))
    assert Mtu("Tunnel0.0", 9000) in items
    narrow = facts(link("eth1", "192.168.1.1/24", mtu=1280))
    assert Mtu("Tunnel0.0", 1500) in desired(gateway(), DEVICES, {"Tunnel0.0": state}, narrow)


def test_in_transport_mode_the_kernel_itself_makes_packets_fit() -> None:
    transport = tunnel(ipsec=replace(IPSEC, mode=EncapsulationMode.TRANSPORT))
    assert Mtu("Tunnel0.0", 1400) in wanted(of=gateway(transport))


def test_a_device_that_carries_ipv6_never_takes_less_than_ipv6_asks_of_links() -> None:
    """RFC 8200 section 5: the kernel would take IPv6 from it."""
    between = tunnel(ipsec=replace(IPSEC, mode=EncapsulationMode.TRANSPORT))
    ends = replace(path(), remote=replace(path().remote, ip=ip_address("2001:db8::2")))
    for way, mtu in ((Way(ends, frozenset(), "eth0"), 1280), (Way(path(), frozenset(), "eth0"), 1246)):
        state = TunnelState(way=way, up=True, mtu=1246)
        items = desired(gateway(between), DEVICES, {"Tunnel0.0": state}, facts())
        assert Mtu("Tunnel0.0", mtu) in items


def test_what_an_on_demand_tunnel_protects_never_finds_another_way_out() -> None:
    refused = Route(LAN, "", metric=LAST_METRIC)
    assert refused in wanted(up=True)
    down = wanted(up=False, way=NoWay("outgoing interface GigaEthernet0.0 is down"))
    assert refused in down
    assert LinkUp("Tunnel0.0") not in down
    assert not any(r.device == "Tunnel0.0" for r in routes(down))


def test_what_leads_to_the_peer_of_another_tunnel_is_refused_while_that_one_is_down() -> None:
    """V1-40: else the inner tunnel's IKE would be sent in the clear."""
    outer = tunnel(connect=ConnectType.ALWAYS)
    inner = tunnel("Tunnel1.0", peer_address=ip_address("192.168.2.1"))
    assert Route(LAN, "", metric=LAST_METRIC) in wanted(up=False, of=gateway(outer, inner))
    elsewhere = tunnel("Tunnel1.0", peer_address=ip_address("203.0.113.1"))
    assert Route(LAN, "", metric=LAST_METRIC) not in wanted(up=False, of=gateway(outer, elsewhere))
    narrower = gateway(
        outer, inner, routes=(*gateway().routes, route("192.168.2.1/32", next_hop="10.1.0.254"))
    )
    assert Route(LAN, "", metric=LAST_METRIC) not in wanted(up=False, of=narrower)


def test_a_tunnel_that_is_always_on_gives_its_routes_up_to_a_backup() -> None:
    always = gateway(tunnel(connect=ConnectType.ALWAYS))
    assert not [r for r in routes(wanted(up=False, of=always)) if r.destination == LAN]
    assert [r for r in routes(wanted(up=True, of=always)) if r.destination == LAN]


def test_a_route_to_nowhere_waits_behind_the_tunnels_own() -> None:
    """What an always-on tunnel protects must not leave in the clear while it is down."""
    nowhere = model.Route(destination=LAN, metric=254, discard=True)
    always = gateway(tunnel(connect=ConnectType.ALWAYS))
    of = replace(always, routes=(*always.routes, nowhere))
    refused = Route(LAN, "", metric=254)
    assert [r for r in routes(wanted(up=False, of=of)) if r.destination == LAN] == [refused]
    assert {r.device: r.metric for r in routes(wanted(up=True, of=of)) if r.destination == LAN} == {
        "Tunnel0.0": 1,
        "": 254,
    }


def test_addresses_and_forwarding_of_the_interfaces() -> None:
    items = wanted()
    assert Address("eth0", gateway().interfaces[0].addresses[0]) in items
    assert Sysctl("net/ipv4/conf/eth1/forwarding", "1") in items
    assert not any(isinstance(i, Sysctl) and i.key.startswith("net/ipv6/conf/all") for i in items)


def test_ipv6_is_forwarded_only_where_it_is_configured() -> None:
    of = gateway(routes=(route("2001:db8:2::/64", by="Tunnel0.0"),))
    items = wanted(of=of)
    keys = {i.key: i.value for i in items if isinstance(i, Sysctl)}
    assert keys["net/ipv6/conf/all/forwarding"] == "1"
    assert keys["net/ipv6/conf/Tunnel0.0/disable_ipv6"] == "0"
    assert {i.key: i.value for i in wanted() if isinstance(i, Sysctl)}[
        "net/ipv6/conf/Tunnel0.0/disable_ipv6"
    ] == "1"
    # A host that starts to forward would forget the routes that router advertisements gave it.
    order = [i.key for i in items if isinstance(i, Sysctl)]
    assert order.index("net/ipv6/conf/eth0/accept_ra") < order.index("net/ipv6/conf/all/forwarding")


def test_a_fixed_way_has_its_own_table_for_the_peer() -> None:
    items = wanted(way=replace(WAY, pin=Pin("eth0", NEXT_HOP)))
    rule = next(i for i in items if isinstance(i, Rule))
    assert (rule.source, rule.destination, rule.priority) == (OURS, PEER, RULE_PRIORITY)
    assert Route(ip_network("0.0.0.0/0"), "eth0", NEXT_HOP, table=rule.table) in items


def test_a_fixed_way_to_peers_of_unknown_address_catches_only_ike_and_esp() -> None:
    of = gateway(tunnel(peer_address=ANY))
    items = wanted(of=of, way=Way(None, frozenset({OURS}), "eth0", Pin("eth0", NEXT_HOP)))
    rules = [i for i in items if isinstance(i, Rule)]
    assert {(r.protocol, r.source_ports) for r in rules} == {
        (17, (500, 500)),
        (17, (4500, 4500)),
        (50, None),
    }
    assert all(r.destination is None and r.source == OURS for r in rules)


def test_a_route_whose_interface_is_away_is_not_wanted() -> None:
    of = gateway(routes=(route("172.16.0.0/16", next_hop="203.0.113.1"),))
    assert not [r for r in routes(wanted(of=of)) if r.device]


def leased(address: str, router: str | None, **changes: bool) -> list[Item]:
    lease = Lease(IPv4Interface(address), IPv4Address(router) if router else None, 3600)
    of = gateway(interfaces=(interface("GigaEthernet0.0", dhcp=True, **changes),), routes=())
    items = desired(of, DEVICES, {}, facts(), {"eth0": lease})
    return [item for item in items if isinstance(item, Address | Route)]


def test_a_leased_address_is_set_and_its_default_route_only_where_it_is_taken() -> None:
    address = Address("eth0", IPv4Interface("10.1.0.7/24"))
    default = Route(ip_network("0.0.0.0/0"), "eth0", NEXT_HOP, LEASED_METRIC)
    assert leased("10.1.0.7/24", str(NEXT_HOP)) == [address]
    assert leased("10.1.0.7/24", str(NEXT_HOP), dhcp_default_route=True) == [address, default]
    assert leased("10.1.0.7/24", None, dhcp_default_route=True) == [address]


def test_a_router_outside_the_leased_network_is_reached_on_the_link() -> None:
    found = leased("10.1.0.7/32", str(NEXT_HOP), dhcp_default_route=True)
    assert Route(ip_network(NEXT_HOP), "eth0", metric=LEASED_METRIC) in found


def test_a_lease_of_a_device_that_no_longer_wants_one_changes_nothing() -> None:
    lease = Lease(IPv4Interface("10.1.0.7/24"), NEXT_HOP, None)  # type: ignore[arg-type]
    assert desired(gateway(), DEVICES, {}, facts(), {"eth0": lease}) == desired(
        gateway(), DEVICES, {}, facts()
    )
