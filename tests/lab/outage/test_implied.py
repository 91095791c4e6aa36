"""What configurations imply of an outage, without a lab."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.errors import LabError
from kakehashi.lab.outage.cables import Cables
from kakehashi.lab.outage.gaps import Direction, Gap
from kakehashi.lab.outage.grammar import parse_outage
from kakehashi.lab.outage.hands import check
from kakehashi.lab.outage.implied import Implications, Implied
from kakehashi.lab.outage.nouns import Outage
from kakehashi.lab.outage.obstacles import obstacles
from kakehashi.lab.outage.verdict import Verdict, judge
from tests.lab.ikev1_fragments import CENTRE, KOBE
from tests.lab.outage.redundant import BRANCH, NORTH, SOUTH

PlanOf = Callable[..., Plan]


def outage(plan: Plan, text: str) -> Outage:
    return parse_outage(text, Cables(plan).interfaces)


def implied(plan: Plan, text: str) -> Implied | None:
    probe = plan.probes[0]
    return Implications(plan).of(outage(plan, text), probe.source_address, probe.destination_address)


def seconds(plan: Plan, text: str) -> float | None:
    found = implied(plan, text)
    assert found is not None
    return found.seconds


def test_an_outage_that_no_end_can_notice_lasts_as_long_as_it_lasts(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert seconds(plan, "path kobe-centre dead at 10s for 20s") == 20


def test_a_longer_one_ends_with_the_keepalive_of_who_can_begin_and_its_longest_wait(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    found = implied(plan, "path kobe-centre dead at 10s for 60s")
    assert found is not None
    assert found.seconds == 60 + 16 + 1
    assert "kobe.cfg:3" in found.because[0]
    # The keepalive is not over when the path is back: only then is something new begun.
    assert seconds(plan, "path kobe-centre dead at 10s for 45s") == 10 + 4 * 10 + 16 + 1


def test_who_waits_for_its_peer_is_back_when_the_peer_has_noticed(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert seconds(plan, "centre reboots at 10s") == 50 + 17
    found = implied(plan, "kobe reboots at 10s")
    assert found is not None
    assert found.because[0].startswith("kobe Tunnel0.0 begins when it is back")


def test_nothing_brings_a_peer_back_that_stays_off(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    assert seconds(plan, "peer centre dead at 10s") is None


def test_what_does_not_lie_on_the_way_is_none_of_the_traffic_s_business(plan_of: PlanOf) -> None:
    plan = plan_of(branch=BRANCH, north=NORTH, south=SOUTH)
    assert implied(plan, "path branch-south dead at 10s") is None
    assert implied(plan, "path branch-north dead at 10s") is not None


def test_a_watch_group_moves_the_traffic_before_the_keepalive_would(plan_of: PlanOf) -> None:
    plan = plan_of(branch=BRANCH, north=NORTH, south=SOUTH)
    found = implied(plan, "link north down at 10s")
    assert found is not None
    assert found.seconds is not None
    assert found.seconds < 60
    assert "watch-group toNorth 10 of branch withdraws the route (branch.cfg:" in found.because[0]


def test_without_the_watch_group_nobody_moves_it(plan_of: PlanOf) -> None:
    plan = plan_of(branch=BRANCH.replace("network-monitor toNorth enable\n", ""), north=NORTH, south=SOUTH)
    assert seconds(plan, "link north down at 10s") is None


def test_what_cannot_happen_to_a_lab_is_refused(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    for text, why in (
        ("centre changes its address at 1s", "only an address that comes by DHCP"),
        ("nat kobe forgets at 1s", "add --nat kobe"),
        ("dns dead at 1s", "no file knows a peer by name"),
    ):
        with pytest.raises(LabError, match=why):
            check(plan, [outage(plan, text)])
    check(plan, [outage(plan, "kobe changes its address at 1s")])


def test_one_way_is_closed_and_the_other_one_is_not(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    cables = Cables(plan)
    script = obstacles([outage(plan, "one way kobe>centre dead at 1s")], cables)
    kobe, centre = (
        cables.far_end(wan).interface
        for name in ("kobe", "centre")
        for wan in cables.wans(outage(plan, f"peer {name} dead at 1s").places[0])
    )
    assert f'iifname "{kobe}" oifname "{centre}" drop' in script
    assert f'iifname "{centre}"' not in script


def direction(plan: Plan, *gaps: Gap) -> Direction:
    probe = plan.probes[0]
    return Direction(
        source="a",
        destination="b",
        source_address=probe.source_address,
        destination_address=probe.destination_address,
        gaps=gaps,
        sent=100,
        arrived=90,
    )


@pytest.mark.parametrize(
    ("gaps", "verdict"),
    [
        ((), Verdict.NOT_LOST),
        ((Gap(begun=10.2, ended=30.4, lost=9),), Verdict.AS_IMPLIED),
        ((Gap(begun=10.2, ended=45.0, lost=9),), Verdict.TOO_LATE),
        ((Gap(begun=10.2, ended=None, lost=9),), Verdict.NOT_BACK),
    ],
)
def test_traffic_is_judged_by_what_is_implied(
    plan_of: PlanOf, gaps: tuple[Gap, ...], verdict: Verdict
) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    asked = outage(plan, "path kobe-centre dead at 10s for 20s")
    (found,) = judge([asked], [direction(plan, *gaps)], Implications(plan), 100.0)
    assert found.verdict is verdict
    assert found.verdict.ok is (verdict in (Verdict.NOT_LOST, Verdict.AS_IMPLIED))


def test_a_lab_that_ends_too_early_judges_nothing(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    asked = outage(plan, "path kobe-centre dead at 10s for 20s")
    gap = Gap(begun=10.2, ended=None, lost=9)
    (found,) = judge([asked], [direction(plan, gap)], Implications(plan), 25.0)
    assert found.verdict is Verdict.NOT_JUDGED


def test_traffic_that_is_lost_without_an_outage_is_a_failure(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    gap = Gap(begun=3.0, ended=5.0, lost=9)
    (found,) = judge([], [direction(plan, gap)], Implications(plan), 25.0)
    assert found.outage is None
    assert not found.verdict.ok


def test_an_outage_that_is_over_before_another_one_keeps_its_own_deadline(plan_of: PlanOf) -> None:
    plan = plan_of(centre=CENTRE, kobe=KOBE)
    early = outage(plan, "path kobe-centre dead at 10s for 5s")
    late = replace(early, at=60.0)
    gap = Gap(begun=10.2, ended=40.0, lost=9)
    found = judge([early, late], [direction(plan, gap)], Implications(plan), 100.0)
    assert [(each.outage, each.verdict) for each in found] == [
        (early, Verdict.TOO_LATE),
        (late, Verdict.NOT_LOST),
    ]


def test_two_routers_of_one_lan_have_one_host_which_answers_through_the_one_that_asked(
    plan_of: PlanOf,
) -> None:
    plan = plan_of(branch=BRANCH, north=NORTH, south=SOUTH)
    assert {w.router for w in plan.answer_ways} == {ip_address("10.1.1.1"), ip_address("10.1.1.2")}
    assert {w.namespace for w in plan.answer_ways} == {"north-host"}
    assert {(p.source, p.destination) for p in plan.probes} == {
        ("branch", "north+south"),
        ("north+south", "branch"),
    }


def test_two_sites_that_number_their_lans_alike_do_not_share_one(plan_of: PlanOf) -> None:
    kobe = KOBE.replace("10.62.0.1", "10.61.0.2").replace("10.61.0.0/24", "10.63.0.0/24")
    assert plan_of(centre=CENTRE, kobe=kobe).answer_ways == ()
