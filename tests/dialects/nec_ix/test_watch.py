"""Path monitoring, line by line (V1-22)."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.nec_ix.defaults import PROBES
from kakehashi.model.finding import Severity
from kakehashi.model.watch import (
    ClearSaAction,
    Condition,
    ProbeTiming,
    RouteAction,
    WatchEvent,
    WatchGroup,
)
from tests.dialects.nec_ix.reading import FILE, codes, found, line, lower, whole

AROUND = """\
ip route 10.1.1.0/24 GigaEthernet0.0
ipv6 route 2001:db8:1::/64 GigaEthernet0.0
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
"""
EVENT = "event 10 ip unreach-host 192.0.2.9 GigaEthernet0.0"
ACTION = "action 10 ip shutdown-route 10.1.1.0/24 GigaEthernet0.0"


def group(*lines: str) -> WatchGroup:
    text = "\n".join(["watch-group first 10", *(f"  {text}" for text in lines)])
    lowered = lower(f"{text}\nnetwork-monitor first enable\n{AROUND}")
    assert codes(lowered) == []
    (made,) = lowered.gateway.watch_groups
    assert NecIx().lower(NecIx().render(lowered.gateway).text, FILE).gateway == lowered.gateway
    return made


def test_a_group_of_the_manual() -> None:
    assert group(EVENT, ACTION) == WatchGroup(
        name="first",
        number=10,
        timing=PROBES,
        events=(
            WatchEvent(
                number=10,
                condition=Condition.UNREACHABLE,
                host=ip_address("192.0.2.9"),
                interface="GigaEthernet0.0",
            ),
        ),
        actions=(RouteAction(number=10, destination=ip_network("10.1.1.0/24"), interface="GigaEthernet0.0"),),
    )


def test_a_host_of_ipv6_that_answers_and_the_address_that_asks() -> None:
    made = group("event 20 ipv6 reach-host 2001:db8::9 GigaEthernet0.0 source GigaEthernet0.0")
    (event,) = made.events
    assert (event.number, event.condition, event.host) == (20, Condition.REACHABLE, ip_address("2001:db8::9"))
    assert event.source_address == "GigaEthernet0.0"


def test_actions_on_routes_of_both_versions() -> None:
    made = group(EVENT, "action 20 ipv6 resume-route 2001:db8:1::/64 GigaEthernet0.0", ACTION)
    assert made.actions == (
        RouteAction(
            number=20,
            destination=ip_network("2001:db8:1::/64"),
            interface="GigaEthernet0.0",
            resumes=True,
        ),
        RouteAction(number=10, destination=ip_network("10.1.1.0/24"), interface="GigaEthernet0.0"),
    )


def test_the_rhythm() -> None:
    made = group(
        EVENT,
        "probe-counter watch 3",
        "probe-counter variance 4",
        "probe-counter restorer 5",
        "probe-timer variance 20",
        "probe-timer restorer 60",
        "probe-timer wait 7",
    )
    assert made.timing == ProbeTiming(
        interval=20, standing_interval=60, wait=7, echoes=3, to_stand=4, to_restore=5
    )


def test_how_long_it_takes_is_told_by_the_rhythm() -> None:
    assert PROBES.longest_to_stand == 32  # six rounds five seconds apart, and two seconds for the last
    assert PROBES.longest_to_restore == 7
    assert replace(PROBES, echoes=4).longest_to_stand == 6 * 8 + 8


def test_sas_of_a_tunnel_are_deleted() -> None:
    lowered = whole(tunnel=f"watch-group w 1\n  {EVENT}\n  action 5 ipsec clear-sa Tunnel0.0 policy here")
    (made,) = lowered.gateway.watch_groups
    assert made.actions == (ClearSaAction(number=5, tunnel="Tunnel0.0", policy="here"),)
    assert NecIx().lower(NecIx().render(lowered.gateway).text, FILE).gateway == lowered.gateway


def test_what_is_set_outside_of_the_group() -> None:
    text = f"watch-group w 1\n  {EVENT}\nnetwork-monitor w startup-delay 180\nnetwork-monitor w directed-response\n"
    lowered = lower(text + AROUND)
    (made,) = lowered.gateway.watch_groups
    assert (made.enabled, made.startup_delay, made.events[0].directed) == (False, 180, True)
    assert NecIx().lower(NecIx().render(lowered.gateway).text, FILE).gateway == lowered.gateway


def test_one_name_may_have_several_groups_and_one_switch() -> None:
    text = f"watch-group w 1\n  {EVENT}\nwatch-group w 2\n  {EVENT}\nnetwork-monitor w enable\n"
    lowered = lower(text + AROUND)
    assert [(g.name, g.number, g.enabled) for g in lowered.gateway.watch_groups] == [
        ("w", 1, True),
        ("w", 2, True),
    ]
    assert codes(lowered) == []


@pytest.mark.parametrize(
    ("without", "left"),
    [("  no event 10\n", (0, 1)), ("  no action 10\n", (1, 0)), ("no watch-group first 10\n", None)],
)
def test_what_no_takes_away(without: str, left: tuple[int, int] | None) -> None:
    head = f"watch-group first 10\n  {EVENT}\n  {ACTION}\n"
    again = head if left is None else f"{head}watch-group first 10\n"
    groups = lower(again + without + AROUND).gateway.watch_groups
    assert [(len(g.events), len(g.actions)) for g in groups] == ([left] if left else [])


def test_a_misspelt_line_in_a_group_is_warned_of() -> None:
    lowered = lower("watch-group w 10\n  evnet 10 ip unreach-host 192.0.2.9 GigaEthernet0.0\n")
    assert found(lowered, "unknown-command").remedy == "did you mean `event`?"


def test_other_events_actions_and_rhythms_are_told_line_by_line() -> None:
    lowered = lower(
        "watch-group w 10\n  event 10 vrrp something\n  action 10 vrrp something\n  probe-mode passive\n"
        "network-monitor w something\n"
    )
    assert [line(f) for f in lowered.findings if f.code == "not-yet"] == [2, 3, 4, 5]


def test_a_group_that_nothing_switches_on_and_a_switch_without_group_are_told() -> None:
    lowered = lower("watch-group first 10\nnetwork-monitor firts enable\n")
    assert line(found(lowered, "unused-watch-group")) == 1
    finding = found(lowered, "undefined-watch-group")
    assert (finding.severity, finding.remedy) == (Severity.WARNING, "did you mean `first`?")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("event 10 ip unreach-host 192.0.2.9 Tunnel7.0", "undefined-interface"),
        ("event 10 ip unreach-host 192.0.2.9 GigaEthernet0.0 source Tunnel7.0", "undefined-interface"),
        ("event 10 ip unreach-host 192.0.2.2 GigaEthernet0.0", "watched-own-address"),
        ("action 10 ip shutdown-route 10.1.2.0/24 GigaEthernet0.0", "undefined-route"),
        ("action 10 ip shutdown-route 10.1.1.0/24 192.0.2.77", "undefined-route"),
        ("action 10 ipsec clear-sa Tunnel7.0", "undefined-interface"),
        (f"{ACTION}\n  {ACTION.replace('10 ip shutdown', '20 ip resume')}", "watch-stays"),
    ],
)
def test_what_a_group_says_that_cannot_be_meant(lines: str, code: str) -> None:
    other = "event 5 ip unreach-host 192.0.2.9 GigaEthernet0.0"
    lowered = lower(f"watch-group w 10\n  {other}\n  {lines}\nnetwork-monitor w enable\n{AROUND}")
    assert [f.code for f in lowered.findings if f.severity is Severity.WARNING] == [code]


def test_a_group_that_watches_nothing_is_told() -> None:
    assert line(found(lower("watch-group w 10\nnetwork-monitor w enable\n"), "incomplete")) == 1
