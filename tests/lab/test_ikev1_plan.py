"""Plans of labs with IKEv1 tunnels: who meets whom, what is completed, who gets an address from outside."""

from ipaddress import IPv4Interface

from kakehashi.lab.blueprint import INTERNET
from kakehashi.lab.lab import completed_findings, configuration_errors
from tests.lab.conftest import PlanOf
from tests.lab.fragments import EAST
from tests.lab.ikev1_fragments import CENTRE, HUB, KOBE, NARA
from tests.lab.test_plan import added, probes


def test_tunnels_meet_by_the_identities_of_their_peers(plan_of: PlanOf) -> None:
    gifu = NARA.replace("nara", "gifu").replace(".101.", ".102.").replace("10.71.", "10.72.")
    plan = plan_of(hub=HUB, nara=NARA, gifu=gifu)
    assert [f"{pair.a} - {pair.b}" for pair in plan.pairs] == [
        "hub Tunnel1.0 - nara Tunnel0.0",
        "hub Tunnel2.0 - gifu Tunnel0.0",
    ]


def test_a_dynamic_map_without_a_policy_meets_by_the_identities_of_all_peers_of_any_address(
    plan_of: PlanOf,
) -> None:
    other = KOBE.replace("keyid kobe", "keyid kyoto").replace("10.62.0", "10.63.0")
    plan = plan_of(kyoto=other, centre=CENTRE, kobe=KOBE)
    assert [f"{pair.a} - {pair.b}" for pair in plan.pairs] == ["centre Tunnel0.0 - kobe Tunnel0.0"]
    assert "kyoto: Tunnel0.0 is left alone: no file is that of its peer 203.0.113.1" in plan.assumed


def test_a_proposal_that_no_line_defines_is_taken_from_the_other_side(plan_of: PlanOf) -> None:
    plan = plan_of(hub=HUB, nara=NARA)
    assert "ike proposal common encryption aes hash sha2-256 group 2048-bit lifetime 28800" in added(
        plan, "hub"
    )
    assert any(
        said.startswith("hub: the IKE proposal common, which no line defines, is ENCR_AES_CBC_128")
        and said.endswith("as nara has it")
        for said in plan.assumed
    )
    assert added(plan, "nara") == []
    assert configuration_errors(completed_findings(plan)) == ()


def test_a_proposal_that_nobody_defines_is_the_labs_own(plan_of: PlanOf) -> None:
    plan = plan_of(hub=HUB, nara=NARA.replace("ike proposal common", "! ike proposal common"))
    assert sum("which is an assumption of the lab alone" in said for said in plan.assumed) == 2
    for name in ("hub", "nara"):
        assert [line for line in added(plan, name) if line.startswith("ike proposal common ")]
    assert configuration_errors(completed_findings(plan)) == ()


def test_the_wan_is_where_the_lan_that_the_tunnel_borrows_is_not(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert [(wan.device, wan.interface) for wan in plan.topology.wans] == [
        ("centre", "GigaEthernet1.0"),
        ("kobe", "GigaEthernet1.0"),
    ]
    assert "ip route default 203.0.113.254" in added(plan, "centre")
    near = KOBE.replace("ip address dhcp receive-default", "ip address 203.0.113.2/24")
    plan = plan_of(centre=CENTRE, kobe=near)
    assert plan.topology.wans[1].interface == "GigaEthernet1.0", "the peer is on its link"


def test_the_internet_gives_the_address_and_the_device_sets_it(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    (leased,) = plan.leases
    link = next(link for link in plan.links if link.name == "kobe-wan")
    assert (leased.namespace, leased.interface) == (INTERNET, link.b.interface)
    assert leased.address == IPv4Interface("198.18.2.1/24")
    assert leased.router in {a.ip for a in link.b.addresses}
    assert link.a.addresses == ()
    assert added(plan, "kobe") == [], "the default route comes with the address"
    assert "kobe: GigaEthernet1.0 is given 198.18.2.1/24 by the internet (DHCP)" in plan.assumed


def test_behind_a_nat_the_nat_router_gives_the_address(plan_of: PlanOf) -> None:
    plan = plan_of("kobe", centre=CENTRE, kobe=KOBE)
    (leased,) = plan.leases
    assert (leased.namespace, leased.interface) == ("nat-kobe", "inside")
    assert plan.translations[0].inside == leased.address.ip


def test_without_receive_default_the_route_is_assumed(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE.replace(" receive-default", ""))
    assert added(plan, "kobe") == [f"ip route default {plan.leases[0].router}"]


def test_identities_that_only_name_an_sa_choose_no_host(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert probes(plan) == ["kobe > centre IPv4", "centre > kobe IPv4"]
    assert {str(p.source_address) for p in plan.probes} == {"10.61.0.10", "10.62.0.10"}


def test_different_versions_of_ike_are_joined_only_where_nothing_else_is_left(plan_of: PlanOf) -> None:
    two = EAST.replace("198.51.100.1 auth", "203.0.113.1 auth")
    plan = plan_of(centre=CENTRE, east=two.replace("203.0.113.1/24", "192.0.2.1/24"), kobe=KOBE)
    assert [f"{pair.a} - {pair.b}" for pair in plan.pairs] == ["centre Tunnel0.0 - kobe Tunnel0.0"]
