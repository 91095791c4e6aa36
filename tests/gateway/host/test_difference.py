"""What has to be done to the host, and what of it is not ours."""

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

from kakehashi.gateway.host.facts import HostRule
from kakehashi.gateway.host.host import difference
from kakehashi.gateway.host.items import PROTOCOL, Address, Item, LinkUp, Mtu, Route, Rule, Sysctl
from kakehashi.gateway.host.ledger import Ledger
from tests.gateway.builders import facts, host_route, link

LAN = ip_network("192.168.1.0/24")
ADDRESS = Address("eth0", ip_interface("10.1.0.1/24"))
ROUTE = Route(ip_network("192.168.2.0/24"), "Tunnel0.0", metric=1)
NEXT_HOP = ip_address("10.1.0.254")


def test_what_the_host_has_by_itself_is_neither_added_nor_removed() -> None:
    assert difference([ADDRESS], [], facts()).add == ()
    assert difference([], [], facts()).remove == ()


def test_what_is_ours_and_no_longer_wanted_goes_in_the_opposite_order() -> None:
    ours: list[Item] = [LinkUp("eth0"), ADDRESS, ROUTE]
    assert difference([], ours, facts()).remove == (ROUTE, ADDRESS, LinkUp("eth0"))


def test_what_is_missing_is_added_devices_before_routes() -> None:
    missing: list[Item] = [ROUTE, Mtu("eth0", 1400), ADDRESS, LinkUp("eth0")]
    found = difference(missing, [], facts(link("eth0", running=False)))
    assert found.add == (Mtu("eth0", 1400), LinkUp("eth0"), ADDRESS, ROUTE)


def test_what_refuses_packets_is_set_before_anything_lets_them_through() -> None:
    refused = Route(ip_network("192.168.2.0/24"), "", metric=9)
    forwarding = Sysctl("net/ipv4/conf/lo/forwarding", "2")
    assert difference([forwarding, ROUTE, refused], [], facts()).add == (refused, forwarding, ROUTE)
    assert difference([], [refused, forwarding, ROUTE], facts()).remove == (ROUTE, forwarding, refused)


def test_ours_that_somebody_has_taken_away_is_set_again() -> None:
    assert difference([ROUTE], [ROUTE], facts()).add == (ROUTE,)


def test_a_route_of_the_host_is_named_and_not_overwritten() -> None:
    theirs = host_route("192.168.2.0/24", "eth1", metric=1)
    found = difference([ROUTE], [], facts(routes=(theirs,)))
    assert "not set: the host has its own route there by eth1" in found.problems[0]


def test_a_route_of_the_host_that_wins_is_named() -> None:
    theirs = host_route("192.168.2.0/24", "eth1", "192.168.1.9")
    found = difference([ROUTE], [], facts(routes=(theirs,)))
    assert found.add == (ROUTE,)
    assert "by 192.168.1.9, metric 0, wins" in found.problems[0]


def test_a_route_of_the_host_that_leads_the_same_way_is_as_good_as_ours() -> None:
    ours = Route(ip_network("0.0.0.0/0"), "eth0", NEXT_HOP, metric=1)
    theirs = host_route("0.0.0.0/0", "eth0", "10.1.0.254")
    found = difference([ours], [], facts(routes=(theirs,)))
    assert (found.add, found.problems) == ((), ())


def test_a_route_that_a_killed_gateway_left_is_no_conflict() -> None:
    left = replace(host_route("192.168.2.0/24", "eth1", metric=1), protocol=PROTOCOL)
    assert difference([ROUTE], [], facts(routes=(left,))).problems == ()


def test_a_rule_of_the_host_that_comes_first_is_named() -> None:
    ours = Rule(LAN, ip_network("192.168.2.0/24"), 99, 4000)

    def problems(**rule: Any) -> tuple[str, ...]:
        plain = {"version": 4, "priority": 100, "table": 7, "source": None, "destination": None}
        return difference([ours], [], replace(facts(), rules=(HostRule(**(plain | rule)),))).problems

    (problem,) = problems()
    assert "the host's own rule of priority 100 (lookup 7) comes before" in problem
    assert problems(is_particular=True) == (problem,)
    assert problems(source=ip_network("192.168.1.128/25")) == (problem,)
    assert problems(own=True) == (problem,), "the router's own packets go into the tunnel too"
    others: list[dict[str, Any]] = [
        {"version": 6},
        {"priority": 0},
        {"priority": 4001},
        {"is_ours": True},
        {"source": ip_network("192.168.3.0/24")},
    ]
    for other in others:
        assert problems(**other) == ()


def test_only_a_rule_that_says_the_same_counts_as_there() -> None:
    ours = Rule(LAN, ip_network("0.0.0.0/0"), 99, 4000, 17, None, False, (53, 53))
    same = HostRule(
        version=4,
        priority=4000,
        table=99,
        source=LAN,
        destination=None,
        protocol=17,
        destination_ports=(53, 53),
        is_ours=True,
    )
    assert difference([ours], [], replace(facts(), rules=(same,))).add == ()
    for change in ({"is_particular": True}, {"destination_ports": None}, {"source": None}, {"protocol": 0}):
        assert difference([ours], [], replace(facts(), rules=(replace(same, **change),))).add == (ours,)


def test_the_ledger_survives_the_process(tmp_path: Path) -> None:
    everything: dict[Item, str] = {
        Sysctl("net/ipv4/ip_forward", "1", ("2",)): "0",
        Mtu("Tunnel0.0", 1400): "",
        LinkUp("eth0"): "",
        ADDRESS: "",
        Address("eth0", ip_interface("2001:db8::1/64")): "",
        ROUTE: "",
        Route(ip_network("::/0"), "eth0", ip_address("fe80::1"), 7, 99, ip_address("2001:db8::1")): "",
        Rule(ip_address("10.1.0.1"), ip_address("10.2.0.1"), 99, 4500): "",
        Rule(ip_address("10.1.0.1"), None, 99, 4501, 17, (500, 500)): "",
        Route(LAN, "", table=99, throw=True): "",
        Rule(LAN, ip_network("0.0.0.0/0"), 99, 4000, 6, (1, 9), True, (80, 80)): "",
        Rule(ip_network("2001:db8::/56"), ip_network("2001:db8:f::/64"), 99, 4000): "",
    }
    ledger = Ledger(tmp_path / "state.json")
    ledger.items = dict(everything)
    ledger.save()
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
    again = Ledger(tmp_path / "state.json")
    again.load()
    assert again.items == everything


def test_a_ledger_of_another_host_or_a_broken_one_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    ledger = Ledger(file)
    ledger.items = {ADDRESS: ""}
    ledger.save()
    file.write_text(file.read_text().replace('"host": "', '"host": "another '))
    again = Ledger(file)
    again.load()
    assert again.items == {}
    for text in ("", "{}", "[1]", '{"version": 1, "host": null}'):
        file.write_text(text)
        again.load()
        assert again.items == {}
