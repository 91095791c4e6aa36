"""Operations of `ip sla`, tracked objects, and routes that hang on them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from textwrap import dedent

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.nec_ix.render.watch import watch_sections
from kakehashi.dialects.rendering import Losses
from kakehashi.model.status import Status
from kakehashi.model.watch import (
    Condition,
    EventStatus,
    ProbeTiming,
    RouteAction,
    WatchEvent,
    WatchGroup,
    WatchStatus,
)
from tests.dialects.cisco_ios.reading import codes, found, lower

AROUND = """\
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
interface Tunnel0
 ip address 10.9.0.1 255.255.255.252
"""
OPERATION = """\
ip sla 5
 icmp-echo 10.9.0.2 source-interface GigabitEthernet0/1
 threshold 500
 timeout 1000
 frequency 10
ip sla schedule 5 life forever start-time now
"""
TRACK = """\
track 1 ip sla 5 reachability
 delay down 5 up 20
"""
ROUTES = """\
ip route 10.2.0.0 255.255.0.0 Tunnel0 track 1
ip route 10.2.0.0 255.255.0.0 192.168.10.254 200
"""
INTO = RouteAction(number=1, destination=ip_network("10.2.0.0/16"), interface="Tunnel0")


def groups(text: str, says: list[str] | None = None) -> tuple[WatchGroup, ...]:
    lowered = lower(AROUND + text)
    assert [c for c in codes(lowered) if c not in ("no-route", "incomplete")] == (says or [])
    again = CiscoIos().lower(CiscoIos().render(lowered.gateway).text, "again")
    assert again.gateway.watch_groups == lowered.gateway.watch_groups
    return lowered.gateway.watch_groups


def test_a_route_that_hangs_on_an_answer() -> None:
    assert groups(OPERATION + TRACK + ROUTES) == (
        WatchGroup(
            name="track",
            number=1,
            timing=ProbeTiming(interval=10, standing_interval=10, wait=1.0),
            events=(
                WatchEvent(
                    number=5,
                    condition=Condition.UNREACHABLE,
                    host=ip_address("10.9.0.2"),
                    source_address="GigabitEthernet0/1",
                ),
            ),
            actions=(INTO,),
            stands_at_first=True,
            delay_to_stand=5,
            delay_to_restore=20,
        ),
    )


def test_state_wants_the_answer_within_the_threshold_and_is_what_holds_without_a_word() -> None:
    for word in (" state", ""):
        (group,) = groups(OPERATION + f"track 1 ip sla 5{word}\n" + ROUTES)
        assert group.events[0].threshold == 0.5


def test_what_is_left_out() -> None:
    text = "ip sla 5\n icmp-echo 10.9.0.2 source-ip 192.168.10.1\nip sla schedule 5 start-time now\n"
    (group,) = groups(text + "track 1 rtr 5 reachability\n" + ROUTES)
    assert group.timing == ProbeTiming(interval=60, standing_interval=60, wait=5.0)
    assert group.events[0].source_address == ip_address("192.168.10.1")
    assert (group.delay_to_stand, group.delay_to_restore) == (0, 0)


def test_the_line_protocol_of_an_interface() -> None:
    (group,) = groups("track 1 interface Tunnel0 line-protocol\n" + ROUTES)
    assert group.events[0].condition is Condition.INTERFACE_DOWN
    assert (group.events[0].interface, group.stands_at_first, group.actions) == ("Tunnel0", False, (INTO,))


def test_two_objects_may_look_at_one_operation() -> None:
    text = (
        OPERATION
        + TRACK
        + "track 2 ip sla 5 state\n"
        + ROUTES
        + "ip route 10.3.0.0 255.255.0.0 Tunnel0 track 2\n"
    )
    first, second = groups(text)
    assert [g.events[0].threshold for g in (first, second)] == [None, 0.5]


@pytest.mark.parametrize("schedule", ["", "ip sla schedule 5 start-time pending\n"])
def test_an_operation_that_nothing_starts_keeps_its_routes_away(schedule: str) -> None:
    text = OPERATION.replace("ip sla schedule 5 life forever start-time now\n", schedule)
    (group,) = groups(text + TRACK + ROUTES, ["unscheduled-sla"])
    assert (group.stands_at_first, group.events[0].runs) == (True, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ROUTES, "undefined-track"),
        ("track 1 ip sla 5\n" + ROUTES, "undefined-sla"),
        ("ip sla 5\n udp-jitter 10.9.0.2 5000\ntrack 1 ip sla 5\n" + ROUTES, "undefined-sla"),
        ("ip sla schedule 7 start-time now\n", "undefined-sla"),
        (OPERATION, "unused-sla"),
        (OPERATION + TRACK, "unused-track"),
        (OPERATION.replace("GigabitEthernet0/1", "Loopback7") + TRACK + ROUTES, "undefined-interface"),
        (OPERATION.replace("threshold 500", "threshold 1500") + TRACK + ROUTES, "sla-threshold"),
        (OPERATION.replace("start-time now", "start-time 10:00") + TRACK + ROUTES, "sla-always"),
        ("track 1 interface Tunnel7 line-protocol\n" + ROUTES, "undefined-interface"),
        ("track 9 list boolean and\n object 1\n", "not-yet"),
        (OPERATION + TRACK + ROUTES + "ip sla 8\n tcp-connect 10.9.0.2 80\n", "not-yet"),
    ],
)
def test_what_is_told(text: str, code: str) -> None:
    found(lower(AROUND + text), code)


def test_a_watch_group_of_nec_becomes_an_object_and_back() -> None:
    text = dedent(
        """\
        ip route 10.2.0.0/16 Tunnel0.0
        ip route 10.2.0.0/16 GigaEthernet1.0 metric 100
        watch-group centre 10
          event 10 ip unreach-host 10.9.0.2 Tunnel0.0 source GigaEthernet1.0
          action 10 ip shutdown-route 10.2.0.0/16 Tunnel0.0
          probe-counter variance 3
        network-monitor centre enable
        interface GigaEthernet1.0
          ip address 192.168.10.1/24
          no shutdown
        interface Tunnel0.0
          ip address 10.9.0.1/30
          no shutdown
        """
    )
    rendered = CiscoIos().render(NecIx().lower(text, "f").gateway)
    assert (
        "ip sla 10\n icmp-echo 10.9.0.2 source-interface GigaEthernet1.0\n threshold 2000\n timeout 2000\n"
        " frequency 5\nip sla schedule 10 life forever start-time now\ntrack 1 ip sla 10 reachability\n"
        " delay down 10\n" in rendered.text
    )
    assert "ip route 10.2.0.0 255.255.0.0 Tunnel0.0 track 1\n" in rendered.text
    assert any("routing table" in loss.why for loss in rendered.losses)
    lines = [
        x for s in watch_sections(lower(AROUND + OPERATION + TRACK + ROUTES).gateway, Losses()) for x in s
    ]
    assert "  event 5 ip unreach-host 10.9.0.2 Tunnel0 source GigabitEthernet0/1" in lines
    assert "  probe-counter variance 2" in lines


def test_show_track_and_statistics() -> None:
    gateway = lower(AROUND + OPERATION + TRACK + ROUTES).gateway
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    event = EventStatus(number=5, sent=20, answered=19, rtt=0.0042)
    watch = WatchStatus(
        name="track", number=1, stands=False, since=now - timedelta(seconds=3723), restored=1, events=(event,)
    )
    status = Status(hostname="", time=now, watches=(watch,))
    assert CiscoIos().show(["track", "1"], status, gateway) == dedent(
        """\
        Track 1
          IP SLA 5 reachability
          Reachability is Up
            1 change, last change 01:02:03
          Delay up 20 secs, down 5 secs
          Latest operation return code: OK
          Latest RTT (millisecs) 4
          Tracked by:
            Static IP Routing 0
        """
    )
    assert CiscoIos().show(["ip", "sla", "statistics"], status, gateway) == dedent(
        """\
        IPSLAs Latest Operation Statistics

        IPSLA operation id: 5
                Latest RTT: 4 milliseconds
        Latest operation return code: OK
        Number of successes: 19
        Number of failures: 1
        Operation time to live: Forever

        """
    )
    down = replace(status, watches=(replace(watch, stands=True, events=(replace(event, rtt=None),)),))
    assert "Reachability is Down\n" in CiscoIos().show(["track"], down, gateway)
    assert "return code: Timeout" in CiscoIos().show(["track"], down, gateway)
    assert CiscoIos().show(["track", "7"], status, gateway) == ""
