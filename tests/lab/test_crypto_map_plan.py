"""Plans of labs with crypto maps: no route leads into a tunnel, and who talks lies in what the lists take."""

from ipaddress import IPv4Interface, ip_address, ip_network

from kakehashi.lab.routing import takes
from tests.lab.conftest import PlanOf
from tests.lab.crypto_map_fragments import AOMORI, BEPPU, HIROSAKI, OITA
from tests.lab.test_plan import added, probes


def test_a_line_that_borrows_its_address_needs_nothing_but_a_link(plan_of: PlanOf) -> None:
    plan = plan_of(beppu=BEPPU, oita=OITA)
    assert (added(plan, "beppu"), added(plan, "oita")) == ([], [])
    beppu, oita = plan.topology.wans
    assert (beppu.interface, beppu.addresses) == ("Dialer4", (IPv4Interface("203.0.113.11/32"),))
    assert oita.public == (ip_address("198.51.100.11"),)
    assert plan.assumed == (
        "beppu: Dialer4 is a link to the internet; it borrows 203.0.113.11 of Loopback3",
        "oita: Dialer4 is a link to the internet; it borrows 198.51.100.11 of Loopback3",
    )


def test_the_selectors_are_the_way_between_the_lans(plan_of: PlanOf) -> None:
    plan = plan_of(beppu=BEPPU, oita=OITA)
    assert probes(plan) == ["beppu > oita IPv4", "oita > beppu IPv4"]
    assert [str(end) for probe in plan.probes for end in probe.by] == ["beppu SITES 7", "oita SITES 7"]
    assert plan.quiet == ()
    (tunnel,) = plan.topology.gateways["beppu"].tunnels
    assert takes(tunnel, ip_address("10.81.1.9"), ip_address("10.82.1.9"))
    assert not takes(tunnel, ip_address("10.81.1.9"), ip_address("10.82.2.9"))
    assert not takes(tunnel, ip_address("10.82.1.9"), ip_address("10.81.1.9"))


def test_what_leaves_by_another_interface_is_not_looked_at(plan_of: PlanOf) -> None:
    elsewhere = BEPPU + "ip route 10.82.1.0 255.255.255.0 10.81.1.1\n"
    assert probes(plan_of(beppu=elsewhere, oita=OITA)) == []


def test_hosts_lie_in_what_both_sides_take(plan_of: PlanOf) -> None:
    plan = plan_of(aomori=AOMORI, hirosaki=HIROSAKI)
    assert probes(plan) == ["aomori > hirosaki IPv4", "hirosaki > aomori IPv4"]
    source = plan.probes[0].source_address
    assert source in ip_network("10.83.64.0/18")
    wide = AOMORI.replace("10.83.64.0 0.0.63.255", "10.83.0.0 0.0.255.255")
    narrow = OITA.replace("203.0.113.11", "192.0.2.20").replace("10.81.1.0 0.0.0.255", "10.83.96.0 0.0.0.255")
    wide, narrow = (text.replace("10.84.0.0 0.0.255.255", "10.82.1.0 0.0.0.255") for text in (wide, narrow))
    plan = plan_of(aomori=wide.replace("198.51.100.20", "198.51.100.11"), oita=narrow)
    assert plan.probes[0].source_address in ip_network("10.83.96.0/24")
