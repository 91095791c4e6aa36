"""Tunnels that selectors lead into: the rules, the table behind them, and what is not led there."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from kakehashi.gateway.desired import TunnelState, desired
from kakehashi.gateway.host.filters import Ruleset, render
from kakehashi.gateway.host.guards import Guard
from kakehashi.gateway.host.items import LAST_METRIC, Item, Route, Rule, Sysctl
from kakehashi.gateway.outgoing import NoWay, Pin, Way, decide
from kakehashi.gateway.policy_based import (
    CARRIER_PRIORITY,
    EMPTY_TABLE,
    MOST_NETWORKS,
    PRIORITY,
    negotiated_pairs,
    networks,
    pairs_of,
    past,
)
from kakehashi.model.address import ANY, IPNetwork
from kakehashi.model.gateway import Gateway
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, TrafficSelector
from kakehashi.model.tunnel import Bypass, ConnectType, OutgoingInterface, Tunnel
from tests.gateway.builders import (
    DEVICES,
    IKEV1_IPSEC,
    NEXT_HOP,
    OURS,
    PEER,
    child_sa,
    facts,
    gateway,
    host_route,
    ikev1_tunnel,
    ipsec_sa,
    path,
    route,
)
from tests.gateway.fakes import FakeCore

WAY = Way(path(), frozenset({OURS}), "eth0", Pin("eth0", NEXT_HOP))
DOWN = NoWay("outgoing interface GigaEthernet0.0 is down")
DEFAULT, DEFAULT_6 = ip_network("0.0.0.0/0"), ip_network("::/0")
LAN, FAR = ip_network("192.168.1.0/24"), ip_network("192.168.2.0/24")
PAIR = (TrafficSelector.of(LAN), TrafficSelector.of(FAR))
ROUTES = (route("0.0.0.0/0", next_hop="10.1.0.254"),)


def crypto_map(*pairs: tuple[TrafficSelector, TrafficSelector], **changes: Any) -> Tunnel:
    pairs = pairs or (PAIR,)
    ipsec = replace(
        IKEV1_IPSEC,
        local_selectors=tuple(local for local, _ in pairs),
        remote_selectors=tuple(remote for _, remote in pairs),
        filters=True,
    )
    named: dict[str, Any] = {
        "outgoing": OutgoingInterface("GigaEthernet0.0"),
        "policy_based": True,
        "ipsec": ipsec,
    }
    return ikev1_tunnel(**(named | changes))


def wanted(
    of: Gateway | Tunnel | None = None, way: Way | NoWay = WAY, up: bool = True, **state: Any
) -> tuple[Item, ...]:
    of = of if isinstance(of, Gateway) else gateway(of or crypto_map(), routes=ROUTES)
    states = {t.interface: TunnelState(way=way, up=up, mtu=1400, **state) for t in of.tunnels}
    devices = DEVICES | {t.interface: t.interface for t in of.tunnels}
    return desired(of, devices, states, facts())


def rules(items: tuple[Item, ...]) -> list[Rule]:
    return [i for i in items if isinstance(i, Rule) and PRIORITY <= i.priority < 4490]


def table_of(items: tuple[Item, ...]) -> dict[IPNetwork, list[str]]:
    """Where the table of the first rule leads each network: by its device, or refused, or thrown back."""
    table = rules(items)[0].table
    found: dict[IPNetwork, list[str]] = {}
    for item in items:
        if isinstance(item, Route) and item.table == table:
            way = item.device or ("throw" if item.throw else "refused")
            found.setdefault(item.destination, []).append(way)
    return found


def test_what_the_selectors_take_goes_into_the_tunnel_and_no_route_of_the_main_table_does() -> None:
    items = wanted()
    (rule,) = rules(items)
    assert (rule.source, rule.destination, rule.priority) == (LAN, FAR, PRIORITY)
    assert Route(DEFAULT, "Tunnel0.0", metric=1, table=rule.table, source=OURS) in items
    assert not [i for i in items if isinstance(i, Route) and i.table == 254 and i.device == "Tunnel0.0"]


@pytest.mark.parametrize("connect", ConnectType)
@pytest.mark.parametrize("way", [WAY, DOWN])
def test_while_the_tunnel_is_down_what_it_takes_is_refused(connect: ConnectType, way: Way | NoWay) -> None:
    items = wanted(crypto_map(connect=connect), way, up=False)
    assert [(r.source, r.destination) for r in rules(items)] == [(LAN, FAR)]
    assert table_of(items) == {DEFAULT: ["refused"]}


def test_a_killed_gateway_leaves_a_refusal_behind_the_route_that_goes_with_the_device() -> None:
    items = wanted()
    assert table_of(items) == {DEFAULT: ["refused", "Tunnel0.0"]}
    refusal = next(i for i in items if isinstance(i, Route) and i.destination == DEFAULT and not i.device)
    assert refusal.metric == LAST_METRIC


def test_each_line_is_a_rule_with_its_protocol_and_ports_in_both_families() -> None:
    web = (TrafficSelector.of(LAN, 6), TrafficSelector.of("192.168.2.7/32", 6, 80))
    ping = (replace(TrafficSelector.of(LAN, 1), start_port=8, end_port=8), TrafficSelector.of(FAR, 1))
    six = (TrafficSelector.of("2001:db8:1::/64"), ANY_IPV6)
    high = (TrafficSelector.of(LAN, 17), replace(TrafficSelector.of(FAR, 17), start_port=1024))
    items = wanted(crypto_map(web, ping, six, high))
    first, second, third, fourth = rules(items)
    assert (first.protocol, first.source_ports, first.destination_ports) == (6, None, (80, 80))
    assert (second.protocol, second.source_ports) == (1, None), "rules know no types of ICMP"
    assert (third.source, third.destination) == (ip_network("2001:db8:1::/64"), DEFAULT_6)
    assert fourth.destination_ports == (1024, 65534), "the kernel's rules do not know the last one"
    assert set(table_of(items)) >= {DEFAULT, DEFAULT_6}
    assert Sysctl("net/ipv6/conf/Tunnel0.0/disable_ipv6", "0") in items


def test_of_two_maps_the_first_takes_the_packet() -> None:
    of = gateway(crypto_map(), crypto_map(interface="Tunnel1.0"), routes=ROUTES)
    first, second = rules(wanted(of))
    assert first.priority < second.priority
    assert first.table != second.table


def test_what_the_configuration_routes_by_another_interface_goes_there() -> None:
    """On the device only what leaves by the interface with the map is looked at."""
    routes = (
        *ROUTES,
        route("172.16.0.0/12", next_hop="192.168.1.9"),
        route("172.16.5.0/24", next_hop="10.1.0.9"),
    )
    items = wanted(gateway(crypto_map((TrafficSelector.of(LAN), ANY_IPV4)), routes=routes))
    assert table_of(items) == {
        DEFAULT: ["refused", "Tunnel0.0"],
        ip_network("10.1.0.0/24"): ["refused", "Tunnel0.0"],
        ip_network("172.16.5.0/24"): ["refused", "Tunnel0.0"],
        LAN: ["throw"],
        ip_network("172.16.0.0/12"): ["throw"],
    }


def test_a_default_route_by_another_interface_lets_nothing_out_in_the_clear() -> None:
    items = wanted(gateway(crypto_map(), routes=(route("0.0.0.0/0", by="GigaEthernet1.0"),)))
    assert table_of(items) == {DEFAULT: ["refused", "Tunnel0.0"]}


def test_what_carries_the_tunnel_goes_past_it() -> None:
    assert not [i for i in wanted() if isinstance(i, Rule) and i.priority == CARRIER_PRIORITY]
    items = wanted(crypto_map((ANY_IPV4, ANY_IPV4)))
    carriers = [i for i in items if isinstance(i, Rule) and i.priority == CARRIER_PRIORITY]
    assert {(r.protocol, r.source_ports) for r in carriers} == {
        (50, None),
        (17, (500, 500)),
        (17, (4500, 4500)),
    }
    assert {(r.source, r.destination, r.own) for r in carriers} == {(OURS, PEER, True)}
    (table,) = {r.table for r in carriers}
    assert Route(DEFAULT, "eth0", NEXT_HOP, table=table) in items
    assert CARRIER_PRIORITY < PRIORITY


def test_a_peer_that_says_itself_what_it_wants_is_believed_as_long_as_it_has_sas() -> None:
    open_to_all = crypto_map((ANY_IPV4, ANY_IPV4), peer_address=ANY)
    assert rules(wanted(open_to_all)) == []
    (rule,) = rules(wanted(open_to_all, negotiated=(PAIR,)))
    assert (rule.source, rule.destination) == (LAN, FAR)
    core = FakeCore()
    sa = child_sa(local_selectors=PAIR[:1], remote_selectors=PAIR[1:])
    others = replace(sa, tunnel="Tunnel9.0", remote_selectors=(ANY_IPV4,))
    core.ipsec = (ipsec_sa(sa=sa), ipsec_sa(sa=others))
    assert negotiated_pairs(core, open_to_all, 0) == (PAIR,)
    assert negotiated_pairs(core, crypto_map(), 0) == ()


def test_an_access_list_of_a_map_for_everybody_counts_without_sas_too() -> None:
    """What a tunnel shall protect does not leave in the clear because nobody has called yet."""
    line = (TrafficSelector.of(LAN), ANY_IPV4)
    assert pairs_of(crypto_map(line, peer_address=ANY), (PAIR,)) == (line,)


def test_a_range_becomes_prefixes_but_never_too_many() -> None:
    low, high = ip_address("192.168.2.10"), ip_address("192.168.2.20")
    exact = networks(TrafficSelector(low, high))
    assert sum(n.num_addresses for n in exact) == 11
    awkward = TrafficSelector(ip_address("2001:db8::1"), ip_address("2001:db8:ffff::fffe"))
    assert networks(awkward) == (ip_network("2001:db8::/32"),)
    assert len(networks(TrafficSelector(ip_address("10.0.0.1"), ip_address("10.0.1.254")))) <= MOST_NETWORKS


def test_nothing_that_is_for_the_tunnel_passes_the_outgoing_interface() -> None:
    local = TrafficSelector.of(LAN, 17)
    text = render(Ruleset(guards=(Guard("eth0", local, TrafficSelector.of(FAR, 17, 53)),)))
    here, there = "192.168.1.0-192.168.1.255", "192.168.2.0-192.168.2.255"
    out = f'oifname "eth0" meta nfproto ipv4 ip saddr {here} ip daddr {there} meta l4proto 17 th dport 53-53 drop'
    back = f'iifname "eth0" meta nfproto ipv4 ip saddr {there} ip daddr {here} meta l4proto 17 th sport 53-53 drop'
    assert (text.count(out), text.count(back)) == (2, 2)
    output = text.split("chain guard_output")[1]
    assert output.index("meta l4proto { esp, ah } accept") < output.index("drop")


def test_what_goes_past_is_asked_about_in_the_order_of_the_list() -> None:
    """Pairs before it are not touched by it, and who goes past goes on with the tunnel after this one."""
    host = (TrafficSelector.of("192.168.1.9/32", 6), TrafficSelector.of(FAR, 6, 80))
    wide = (TrafficSelector.of("192.168.0.0/16"), TrafficSelector.of("192.168.0.0/16"))
    first = crypto_map(PAIR, wide, bypass=(Bypass(*host, 1),))
    second = crypto_map(wide, interface="Tunnel1.0")
    found = wanted(gateway(first, second))
    by_priority = sorted((r.priority, r.goto) for r in found if isinstance(r, Rule) and r.priority < 4500)
    end = PRIORITY + 3
    into_first = [(PRIORITY, 0), (PRIORITY + 1, end), (PRIORITY + 2, 0)]
    assert by_priority == [*into_first, (end, 0), (end + 1, 0)], "the second tunnel comes after the end"
    (past,) = [r for r in found if isinstance(r, Rule) and r.goto]
    assert (past.source, past.protocol, past.destination_ports) == (ip_network("192.168.1.9/32"), 6, (80, 80))
    (last,) = [r for r in found if isinstance(r, Rule) and r.priority == end]
    assert (last.table, last.version) == (EMPTY_TABLE, 4)


def test_what_rules_cannot_say_whole_does_not_go_past() -> None:
    low = (TrafficSelector.of(LAN, 17), replace(TrafficSelector.of(FAR, 17), end_port=1023))
    assert not [r for r in wanted(crypto_map(bypass=(Bypass(*low),))) if isinstance(r, Rule) and r.goto]


def test_what_goes_past_is_not_held_back_at_the_outgoing_interface() -> None:
    host = (TrafficSelector.of("192.168.1.9/32"), TrafficSelector.of(FAR))
    text = render(Ruleset(guards=(Guard("eth0", *PAIR, (host,)), Guard("eth1", *PAIR))))
    out = text.split("chain bypass_0_out {")[1].split("}")[0]
    assert "saddr 192.168.1.9 ip daddr 192.168.2.0-192.168.2.255 return" in out
    assert out.split()[-1] == "drop"
    assert text.count("jump bypass_0_out") == 2
    assert "bypass_1" not in text
    assert past(crypto_map(PAIR, bypass=(Bypass(*host),)), PAIR) == (host,)
    assert past(crypto_map(PAIR, bypass=(Bypass(*host, 1),)), PAIR) == ()


def test_the_peer_is_reached_by_the_next_hop_that_the_routes_of_the_outgoing_interface_say() -> None:
    other = ip_address("10.1.0.9")
    known = facts(
        routes=(host_route("10.2.0.0/16", "eth0", str(other)), host_route("0.0.0.0/0", "eth0", "10.1.0.254"))
    )
    way = decide(crypto_map(), gateway(crypto_map()), known, DEVICES, PEER)
    assert isinstance(way, Way)
    assert way.pin == Pin("eth0", other)


def test_without_a_route_to_the_peer_there_is_no_way_to_it() -> None:
    known = facts(routes=(host_route("10.9.0.0/16", "eth0", "10.1.0.9"),))
    way = decide(crypto_map(), gateway(crypto_map()), known, DEVICES, PEER)
    assert way == NoWay(f"no route to the peer {PEER}", way.local)


def test_a_route_by_an_interface_without_an_address_of_its_own_is_one() -> None:
    """Such as by a dialer, which borrows its address."""
    dialer = replace(facts().links["eth0"], addresses=())
    known = facts(links=facts().links | {"eth0": dialer}, routes=(host_route("0.0.0.0/0", "eth0"),))
    way = decide(crypto_map(source_address="GigaEthernet1.0"), gateway(crypto_map()), known, DEVICES, PEER)
    assert isinstance(way, Way)
    assert way.pin == Pin("eth0", None)
