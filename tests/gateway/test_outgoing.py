"""By which way a tunnel is carried, and why not (V2-10, V2-11)."""

from ipaddress import ip_address

import pytest

from kakehashi.gateway.host.facts import Facts, Lookup
from kakehashi.gateway.outgoing import ANYWHERE, NOWHERE, NoWay, Pin, Way, decide
from kakehashi.model.address import ANY, Hostname
from kakehashi.model.tunnel import NextHopChoice, OutgoingInterface, Tunnel
from tests.gateway.builders import (
    DEVICES,
    NEXT_HOP,
    OURS,
    PEER,
    facts,
    gateway,
    host_route,
    link,
    path,
    route,
    tunnel,
)

WAN = "GigaEthernet0.0"


def way(of: Tunnel, host: Facts | None = None, peer: object = PEER) -> Way | NoWay:
    return decide(of, gateway(of), host or facts(), DEVICES, peer)  # type: ignore[arg-type]


def reason(found: Way | NoWay) -> str:
    assert isinstance(found, NoWay)
    return found.reason


def test_without_an_outgoing_interface_the_routing_table_decides() -> None:
    assert way(tunnel()) == Way(path(), ANYWHERE, "eth0")


def test_without_a_route_to_the_peer_the_tunnel_is_down() -> None:
    nowhere = Facts(links=facts().links)
    assert reason(way(tunnel(), nowhere)) == "no route to the peer 10.2.0.1"


def test_a_next_hop_fixes_the_interface_whatever_the_table_says() -> None:
    elsewhere = facts(peer=Lookup("eth1", ip_address("192.168.1.1"), None))
    fixed = tunnel(outgoing=OutgoingInterface(WAN, NEXT_HOP))
    assert way(fixed, elsewhere) == Way(path(), frozenset({OURS}), "eth0", Pin("eth0", NEXT_HOP))


def test_a_fixed_interface_that_is_down_takes_the_tunnel_down() -> None:
    fixed = tunnel(outgoing=OutgoingInterface(WAN, NEXT_HOP))
    down = facts(link("eth0", "10.1.0.1/24", running=False))
    found = way(fixed, down)
    assert reason(found) == "outgoing interface GigaEthernet0.0 is down"
    assert found.local == NOWHERE


def test_a_next_hop_that_no_network_of_the_interface_has_is_never_reached() -> None:
    """Else the main table would lead where the configuration does not."""
    found = way(tunnel(outgoing=OutgoingInterface(WAN, ip_address("203.0.113.9"))))
    assert reason(found) == "the next hop 203.0.113.9 is in no network of GigaEthernet0.0"
    unnumbered = facts(link("eth0"))
    assert isinstance(
        way(tunnel(outgoing=OutgoingInterface(WAN, ip_address("203.0.113.9")), source_address=OURS)), NoWay
    )
    borrowed = tunnel(outgoing=OutgoingInterface(WAN, NEXT_HOP), source_address="GigaEthernet1.0")
    assert not reason_of(way(borrowed, unnumbered)).startswith("the next hop")


def reason_of(found: Way | NoWay) -> str:
    return found.reason if isinstance(found, NoWay) else ""


def test_an_interface_without_a_next_hop_uses_the_next_hop_of_its_own_default_route() -> None:
    fixed = tunnel(outgoing=OutgoingInterface(WAN))
    found = way(fixed)
    assert isinstance(found, Way)
    assert found.pin == Pin("eth0", NEXT_HOP)


def test_auto_is_up_only_where_the_table_agrees() -> None:
    auto = tunnel(outgoing=OutgoingInterface(WAN, NextHopChoice.AUTO))
    assert way(auto) == Way(path(), frozenset({OURS}), "eth0")
    elsewhere = facts(peer=Lookup("eth1", ip_address("192.168.1.1"), None))
    assert (
        reason(way(auto, elsewhere)) == "the route to 10.2.0.1 leaves by eth1, not by GigaEthernet0.0 (eth0)"
    )


def test_a_source_address_is_used_and_is_the_only_one_we_answer_at() -> None:
    other = ip_address("192.168.1.1")
    found = way(tunnel(source_address=other))
    assert found == Way(path(local=other), frozenset({other}), "eth0")


def test_a_source_address_that_is_gone_means_no_communication() -> None:
    gone = ip_address("203.0.113.9")
    found = way(tunnel(source_address=gone))
    assert "203.0.113.9 is not an address of this host" in reason(found)
    assert found.local == frozenset({gone})


def test_the_interface_that_lends_its_address_may_have_none() -> None:
    host = facts(link("eth0", "10.1.0.1/24"), link("eth1"))
    found = way(tunnel(source_address="GigaEthernet1.0"), host)
    assert "GigaEthernet1.0 has no address" in reason(found)
    assert found.local == NOWHERE


def test_a_peer_of_unknown_address_needs_no_route() -> None:
    assert way(tunnel(peer_address=ANY), Facts(), peer=None) == Way(None, ANYWHERE, "")


def test_a_name_without_an_address_yet_is_down_and_says_so() -> None:
    named = tunnel(peer_address=Hostname("peer.example"))
    assert reason(way(named, peer=None)) == "the peer's name peer.example has no address yet"


def test_shutdown_is_named_as_the_reason() -> None:
    assert "shutdown" in reason(way(tunnel(enabled=False)))


@pytest.mark.parametrize(
    ("other", "is_caught"),
    [("0.0.0.0/0", True), ("10.2.0.1/32", False), ("10.2.0.0/16", True), ("10.2.0.0/25", False)],
)
def test_a_tunnel_must_not_carry_its_own_packets(other: str, is_caught: bool) -> None:
    """Its routes come and go with it: judged by the routes in force it would flap."""
    of = tunnel()
    configuration = gateway(of, routes=(route("10.2.0.0/24", by="Tunnel0.0"),))
    host = facts(routes=(host_route(other, "eth0", "10.1.0.254"),))
    found = decide(of, configuration, host, DEVICES, PEER)
    assert isinstance(found, NoWay) is is_caught


def test_by_the_routes_of_one_interface_alone() -> None:
    """Cisco's `tunnel route-via IF mandatory`: neither a next hop nor the whole table."""
    of = tunnel(outgoing=OutgoingInterface("GigaEthernet0.0"))
    lan = link("eth1", "192.168.1.1/24")
    here = facts(link("eth0", "10.1.0.1/24"), lan, routes=(host_route("10.2.0.0/16", "eth0", "10.1.0.9"),))
    way = decide(of, gateway(of), here, DEVICES, PEER)
    assert isinstance(way, Way)
    assert way.pin == Pin("eth0", ip_address("10.1.0.9"))
    elsewhere = facts(
        link("eth0", "10.1.0.1/24"), lan, routes=(host_route("0.0.0.0/0", "eth1", "192.168.1.9"),)
    )
    down = decide(of, gateway(of), elsewhere, DEVICES, PEER)
    assert isinstance(down, NoWay)
    assert down.reason == "no route to the peer 10.2.0.1 leaves by GigaEthernet0.0"
