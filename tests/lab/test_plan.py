from ipaddress import ip_address, ip_network

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.device import read_device
from kakehashi.lab.errors import LabError
from kakehashi.lab.plan import make_plan
from kakehashi.model.finding import Severity
from tests.dialects.cisco_ios.test_dial_in import LNS as CISCO_LNS
from tests.dialects.cisco_ios.test_dial_in import RADIUS as RADIUS_LNS
from tests.dialects.nec_ix.test_l2tp import LNS as NEC_LNS
from tests.lab.conftest import PlanOf
from tests.lab.fragments import CENTRE, EAST, KOBE, LEFT, NARA, OSAKA, RIGHT, TOKYO, WEST


def added(plan: Plan, device: str) -> list[str]:
    """The lines that a device's file got, without comments and separators."""
    gateway = next(g for g in plan.gateways if g.device.name == device)
    assert gateway.text.startswith(gateway.device.text)
    lines = gateway.text[len(gateway.device.text) :].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("!")]


def probes(plan: Plan) -> list[str]:
    return [f"{p.source} > {p.destination} IPv{p.version}" for p in plan.probes]


def test_a_whole_pair_needs_nothing_and_talks_both_ways_in_both_families(plan_of: PlanOf) -> None:
    plan = plan_of(east=EAST, west=WEST)
    assert plan.assumed == ()
    assert [added(plan, name) for name in ("east", "west")] == [[], []]
    assert sorted(probes(plan)) == [
        "east > west IPv4",
        "east > west IPv6",
        "west > east IPv4",
        "west > east IPv6",
    ]


def test_an_address_that_the_peer_names_is_assumed_with_a_prefix_that_holds_the_next_hop(
    plan_of: PlanOf,
) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA)
    assert added(plan, "tokyo") == [
        "ip route 192.168.2.0/24 Tunnel1.0",
        "interface GigaEthernet0.0",
        "ip address 10.1.0.1/15",
        "no shutdown",
        "interface GigaEthernet1.0",
        "ip address 192.168.1.1/24",
        "no shutdown",
    ]
    assert any("10.1.0.1/15" in said and "10.0.0.254" in said for said in plan.assumed)
    assert any(link.b.addresses and str(link.b.addresses[0].ip) == "10.0.1.254" for link in plan.links)


def test_what_is_added_is_said_and_is_itself_without_fault(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    for gateway in plan.gateways:
        again = read_device(gateway.device.name, gateway.device.file, gateway.text)
        assert [f for f in again.findings if f.severity is Severity.ERROR] == []
    assert "centre: GigaEthernet0.0 has the address 10.0.0.1/24, which its peer names" in plan.assumed
    assert any(said.startswith("kobe: GigaEthernet0.0 has the address 198.18.") for said in plan.assumed)


def test_a_site_without_a_file_is_told_and_is_no_failure(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert "centre: Tunnel2.0 is left alone: no file is that of its peer ID_KEY_ID nara" in plan.assumed
    assert len(plan.pairs) == 1


def test_who_knows_the_others_address_begins(plan_of: PlanOf) -> None:
    assert probes(plan_of(centre=CENTRE, kobe=KOBE)) == ["kobe > centre IPv4", "centre > kobe IPv4"]


def test_sites_talk_to_each_other_where_their_routes_lead_through_the_centre(plan_of: PlanOf) -> None:
    apart = plan_of(centre=CENTRE, kobe=KOBE, nara=NARA)
    assert not [p for p in probes(apart) if "centre" not in p]
    joined = plan_of(
        centre=CENTRE,
        kobe=KOBE + "ip route 192.168.0.0/16 Tunnel0.0\n",
        nara=NARA + "ip route 192.168.0.0/16 Tunnel0.0\n",
    )
    through = next(p for p in joined.probes if (p.source, p.destination) == ("kobe", "nara"))
    assert [str(end) for end in through.by] == ["kobe Tunnel0.0", "centre Tunnel2.0"]


def test_each_of_two_tunnels_between_the_same_devices_gets_traffic_of_its_own(plan_of: PlanOf) -> None:
    plan = plan_of(left=LEFT, right=RIGHT)
    assert plan.quiet == ()
    used = {str(end) for probe in plan.probes for end in probe.by}
    assert used == {"left Tunnel0.0", "left Tunnel1.0", "right Tunnel0.0", "right Tunnel1.0"}
    assert "ip route 192.168.2.11/32 Tunnel1.0" in added(plan, "left")


def test_a_second_tunnel_that_the_file_keeps_in_reserve_stays_quiet(plan_of: PlanOf) -> None:
    routes = "ip route 192.168.{0}.0/24 Tunnel0.0\nip route 192.168.{0}.0/24 Tunnel1.0 metric 100\n"
    plan = plan_of(left=LEFT + routes.format(2), right=RIGHT + routes.format(1))
    assert [f"{pair.a} - {pair.b}" for pair in plan.quiet] == ["left Tunnel1.0 - right Tunnel1.0"]


def test_a_lan_is_taken_from_the_other_sides_route(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO, osaka=OSAKA + "ip route 172.20.5.0/24 Tunnel0.0\n")
    assert "ip address 172.20.5.1/24" in added(plan, "tokyo")
    assert not any("route" in line for line in added(plan, "osaka"))


def test_a_host_has_an_address_that_the_traffic_selectors_cover(plan_of: PlanOf) -> None:
    plan = plan_of(east=EAST.rstrip() + "\n  ikev2 local-ts ipv4 192.168.1.76/30\n", west=WEST)
    assert all(not d.findings for d in plan.devices)
    covered = ip_network("192.168.1.76/30")
    assert all(p.source_address in covered for p in plan.probes if p.source == "east" and p.version == 4)


def test_a_family_that_no_traffic_selector_covers_is_not_tried(plan_of: PlanOf) -> None:
    both = plan_of(east=EAST, west=WEST)
    only_four = plan_of(east=EAST.rstrip() + "\n  ikev2 local-ts ipv4 192.168.1.0/24\n", west=WEST)
    assert {p.version for p in both.probes} == {4, 6}
    assert {p.version for p in only_four.probes} == {4}


def test_a_nat_hides_a_device_behind_the_address_that_its_peer_names(plan_of: PlanOf) -> None:
    plan = plan_of("tokyo", tokyo=TOKYO, osaka=OSAKA)
    (translation,) = plan.translations
    assert str(translation.public) == "10.1.0.1"
    assert translation.inside in {a.ip for wan in plan.topology.wans if wan.nat for a in wan.addresses}
    assert str(translation.inside) == "10.0.0.1"
    assert probes(plan)[0] == "tokyo > osaka IPv4"


def test_a_nat_keeps_the_address_that_a_file_fixes_and_changes_only_ports(plan_of: PlanOf) -> None:
    (translation,) = plan_of("east", east=EAST, west=WEST).translations
    assert translation.inside == translation.public == ip_address("203.0.113.1")


def test_a_nat_lets_ike_in_only_where_no_side_could_begin_else(plan_of: PlanOf) -> None:
    assert not plan_of("kobe", centre=CENTRE, kobe=KOBE).translations[0].forwarded
    forwarded = {
        t.namespace: t.forwarded for t in plan_of("kobe", "centre", centre=CENTRE, kobe=KOBE).translations
    }
    assert forwarded == {"nat-centre": True, "nat-kobe": False}


def test_one_nat_stands_before_several_devices(plan_of: PlanOf) -> None:
    plan = plan_of("nara,kobe", centre=CENTRE, kobe=KOBE, nara=NARA)
    one, other = plan.translations
    assert {one.namespace, other.namespace} == {"nat-kobe"} <= set(plan.namespaces)
    assert one.public == other.public
    assert one.inside != other.inside
    to_internet = [link for link in plan.links if "nat-kobe" in link.a.namespace]
    assert len(to_internet) == 1


@pytest.mark.parametrize("nat", [("kobe", "kobe,nara"), ("kobe,kobe",)])
def test_a_device_has_one_nat_before_it(plan_of: PlanOf, nat: tuple[str, ...]) -> None:
    with pytest.raises(LabError, match="there is a NAT before kobe already"):
        plan_of(*nat, centre=CENTRE, kobe=KOBE, nara=NARA)


def test_every_namespace_route_and_name_is_used_once(plan_of: PlanOf) -> None:
    plan = plan_of("kobe", centre=CENTRE, kobe=KOBE, nara=NARA)
    assert len(set(plan.namespaces)) == len(plan.namespaces)
    assert len({link.name for link in plan.links}) == len(plan.links)
    ends = [(end.namespace, end.interface) for link in plan.links for end in (link.a, link.b)]
    assert len(set(ends)) == len(ends)
    assert all(len(interface) <= 15 for _, interface in ends)
    assert {namespace for namespace, _ in ends} == set(plan.namespaces)


def test_a_peer_known_by_name_is_told_by_the_labs_hosts_file(plan_of: PlanOf) -> None:
    by_name = KOBE.replace("peer 10.0.0.1", "peer centre.example")
    plan = plan_of(centre=CENTRE, kobe=by_name)
    assert [name for name, _ in plan.names] == ["centre.example"]


def test_a_nat_before_a_device_that_is_not_there_is_refused(plan_of: PlanOf) -> None:
    with pytest.raises(LabError, match="--nat kyoto: there is no such device; there are centre, kobe"):
        plan_of("kyoto", centre=CENTRE, kobe=KOBE)


def test_an_address_that_two_devices_are_given_by_each_other_goes_to_one_of_them(plan_of: PlanOf) -> None:
    plan = plan_of(tokyo=TOKYO.replace("10.2.0.1", "10.1.0.1"), osaka=OSAKA)
    public = [str(address) for wan in plan.topology.wans for address in wan.public]
    assert len(public) == len(set(public)) == 2


def test_two_devices_with_the_same_address_are_refused(plan_of: PlanOf) -> None:
    with pytest.raises(LabError, match=r"east .* and west .* are both at 203\.0\.113\.1"):
        plan_of(east=EAST, west=WEST.replace("198.51.100.1/", "203.0.113.1/"))


def test_two_devices_that_share_a_network_need_no_routes_to_each_other(plan_of: PlanOf) -> None:
    near = {
        name: text.replace("198.51.100.", "203.0.113.8").replace("203.0.113.8254", "203.0.113.254")
        for name, text in (("east", EAST), ("west", WEST))
    }
    plan = make_plan([read_device(name, name, text) for name, text in near.items()])
    assert len(plan.pairs) == 1
    assert not any("route" in said for said in plan.assumed)


def test_a_laptop_dials_in_to_a_server_and_its_tunnel_is_not_called_left_alone(plan_of: PlanOf) -> None:
    plan = plan_of(office=NEC_LNS)
    (dial,) = plan.dials
    assert (dial.device, dial.tunnel, dial.user, str(dial.address)) == (
        "office",
        "Tunnel0.0",
        "ada",
        "192.0.2.2",
    )
    assert [str(host) for host in dial.hosts] == ["192.168.30.10"]
    assert not [said for said in plan.assumed if "Tunnel0.0" in said]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            NEC_LNS.replace(
                "  ipsec policy transport phones-map\n  no shutdown\n",
                "  ipsec policy transport phones-map\n",
            ),
            "shut down",
        ),
        (
            RADIUS_LNS.replace("group radius local", "group radius") + CISCO_LNS,
            "the file knows no user, and the lab has no RADIUS server",
        ),
    ],
)
def test_why_nobody_dials_in_is_said(plan_of: PlanOf, text: str, why: str) -> None:
    plan = plan_of(office=text)
    assert not plan.dials
    assert [said for said in plan.assumed if "nobody dials in to" in said and why in said]
