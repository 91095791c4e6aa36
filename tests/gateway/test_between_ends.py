"""Transport mode: what the host needs so that its own packets for the peer, and only those, are protected."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from kakehashi.gateway.between_ends import CARRIED_PRIORITY, CARRIER_PRIORITY
from kakehashi.gateway.desired import TunnelState, desired
from kakehashi.gateway.host.facts import Lookup
from kakehashi.gateway.host.items import LAST_METRIC, Item, Route, Rule, Sysctl
from kakehashi.gateway.outgoing import NoWay, Pin, Way, decide
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import ConnectType
from tests.gateway.builders import (
    DEVICES,
    IPSEC,
    NEXT_HOP,
    OURS,
    PEER,
    facts,
    gateway,
    host_route,
    link,
    path,
    tunnel,
)

TRANSPORT = replace(IPSEC, mode=EncapsulationMode.TRANSPORT)
WAY = Way(path(), frozenset(), "eth0")
HOST = ip_network(PEER)


def wanted(
    way: Way | NoWay = WAY, up: bool = True, as_they_leave: bool = False, **changes: object
) -> list[Item]:
    of = gateway(tunnel(**{"ipsec": TRANSPORT, **changes}))
    state = TunnelState(way=way, up=up, mtu=1400)
    items = desired(of, DEVICES, {"Tunnel0.0": state}, facts(), takes_between_ends=as_they_leave)
    return [i for i in items if isinstance(i, Rule) or (isinstance(i, Route) and i.destination == HOST)]


def test_the_peer_is_reached_by_the_device_and_what_carries_it_by_the_main_table() -> None:
    items = wanted()
    carried = next(i for i in items if isinstance(i, Rule) and i.own)
    assert (carried.destination, carried.source, carried.protocol) == (PEER, None, 0)
    assert Route(HOST, "Tunnel0.0", metric=1, table=carried.table, source=OURS) in items
    carriers = {(i.protocol, i.source_ports): i for i in items if isinstance(i, Rule) and not i.own}
    assert set(carriers) == {(50, None), (17, (500, 500)), (17, (4500, 4500))}
    assert {rule.table for rule in carriers.values()} == {254}
    assert CARRIER_PRIORITY < CARRIED_PRIORITY, "the carriers' rules are asked first"
    assert {rule.priority for rule in carriers.values()} == {CARRIER_PRIORITY}


@pytest.mark.parametrize("way", [WAY, NoWay("outgoing interface GigaEthernet0.0 is down")])
@pytest.mark.parametrize("connect", ConnectType)
def test_while_the_tunnel_is_down_nothing_goes_in_the_clear(connect: ConnectType, way: Way | NoWay) -> None:
    items = wanted(way, up=False, connect=connect)
    carried = next(i for i in items if isinstance(i, Rule) and i.own)
    assert [i for i in items if isinstance(i, Route)] == [
        Route(HOST, "", metric=LAST_METRIC, table=carried.table)
    ]


def test_a_fixed_way_carries_what_carries_it() -> None:
    items = wanted(replace(WAY, pin=Pin("eth0", NEXT_HOP)))
    rules = [i for i in items if isinstance(i, Rule)]
    pinned = next(r for r in rules if r.source == OURS)
    assert {r.table for r in rules if r.priority == CARRIER_PRIORITY} == {pinned.table}
    assert max(r.priority for r in rules if r is not pinned) < pinned.priority


def test_where_they_are_taken_as_they_leave_nothing_leads_into_the_device() -> None:
    assert not wanted(as_they_leave=True)
    items = wanted(as_they_leave=True, source_address="Loopback0")
    carried = next(i for i in items if isinstance(i, Rule) and i.own)
    own = Route(HOST, "eth0", NEXT_HOP, metric=1, table=carried.table, source=OURS)
    assert own in items, "by the address that the tunnel is known by"
    pinned = wanted(replace(WAY, pin=Pin("eth1", None)), as_they_leave=True)
    assert [i.device for i in pinned if isinstance(i, Route) and i.device] == ["eth1"]
    down = wanted(up=False, as_they_leave=True)
    assert [i.device for i in down if isinstance(i, Route)] == [""], "unreachable while it is down"


def test_a_policy_for_one_protocol_leaves_the_others_alone() -> None:
    selectors = (TrafficSelector(OURS, OURS, 47),), (TrafficSelector(PEER, PEER, 47),)
    policy = replace(TRANSPORT, local_selectors=selectors[0], remote_selectors=selectors[1])
    (carried,) = [i for i in wanted(ipsec=policy) if isinstance(i, Rule) and i.own]
    assert carried.protocol == 47


def test_a_tunnel_of_tunnel_mode_or_with_a_peer_of_unknown_address_has_none_of_it() -> None:
    assert not wanted(ipsec=IPSEC)
    assert not wanted(Way(None, frozenset(), "eth0"), peer_address=ANY)


def test_an_ipv6_peer_needs_ipv6_on_the_device() -> None:
    ends = replace(path(), remote=replace(path().remote, ip=ip_address("2001:db8::2")))
    of = gateway(tunnel(ipsec=TRANSPORT))
    state = TunnelState(way=Way(ends, frozenset(), "eth0"), up=True, mtu=1400)
    items = desired(of, DEVICES, {"Tunnel0.0": state}, facts())
    assert Sysctl("net/ipv6/conf/Tunnel0.0/disable_ipv6", "0") in items


def test_the_tunnels_own_route_does_not_hide_the_way_to_the_peer() -> None:
    """Once the rules stand, the kernel says that the peer is reached by the tunnel's device."""
    of = gateway(tunnel(ipsec=TRANSPORT))
    standing = facts(
        link("eth0", "10.9.0.1/24", "10.1.0.1/24"),
        link("Tunnel0.0"),
        routes=(host_route("0.0.0.0/0", "eth0", "10.1.0.254"),),
        peer=Lookup("Tunnel0.0", OURS, None),
    )
    way = decide(of.tunnels[0], of, standing, DEVICES, PEER)
    assert way == WAY
    refused = replace(standing, lookups={})
    assert decide(of.tunnels[0], of, refused, DEVICES, PEER) == WAY, "while it is down it may come up again"
    stranded = replace(standing, routes=(host_route("10.99.0.0/16", "eth0"),))
    assert isinstance(decide(of.tunnels[0], of, stranded, DEVICES, PEER), NoWay)
