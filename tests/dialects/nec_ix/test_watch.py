"""Path monitoring is understood line by line, and said not to be acted on yet (V1-22)."""

from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.finding import Severity
from tests.dialects.nec_ix.reading import codes, found, line, lower

GROUP = """\
ip route 10.1.1.0/24 GigaEthernet0.0
watch-group first 10
  event 10 ip unreach-host 192.0.2.9 GigaEthernet0.0
  action 10 ip shutdown-route 10.1.1.0/24 GigaEthernet0.0
network-monitor first enable
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
"""


def test_a_group_is_told_with_the_route_that_stays() -> None:
    lowered = lower(GROUP)
    assert [(f.code, line(f), f.severity, f.name) for f in lowered.findings] == [
        ("not-yet", 2, Severity.WARNING, "first"),
        ("not-yet", 5, Severity.WARNING, "first"),
    ]
    assert lowered.findings[0].message == (
        "`watch-group first` is understood, not yet acted on: the line and the 2 below it have no effect; "
        "the route to 10.1.1.0/24 by GigaEthernet0.0 stays when the host is unreachable"
    )
    assert len(lowered.gateway.routes) == 1


def test_a_group_is_in_the_tree_with_its_values() -> None:
    (group,) = NecIx().parse(GROUP).statements("watch-group")
    assert (group.get("name"), group.get("priority")) == ("first", 10)
    event, action = group.body
    assert isinstance(event, Statement)
    assert (str(event.get("host")), event.get("interface")) == ("192.0.2.9", "GigaEthernet0.0")
    assert isinstance(action, Statement)
    assert str(action.get("prefix")) == "10.1.1.0/24"


def test_a_misspelt_line_in_a_group_is_warned_of() -> None:
    lowered = lower("watch-group w 10\n  evnet 10 ip unreach-host 192.0.2.9 GigaEthernet0.0\n")
    assert found(lowered, "unknown-command").remedy == "did you mean `event`?"


def test_of_other_events_and_rhythms_the_line_of_the_group_tells() -> None:
    lowered = lower(
        "watch-group w 10\n  event 10 interface-down GigaEthernet0.0\n  probe-counter variance 3\n"
    )
    assert [line(f) for f in lowered.findings if f.code == "not-yet"] == [1]


def test_a_group_that_nothing_switches_on_and_a_switch_without_group_are_told() -> None:
    lowered = lower("watch-group first 10\nnetwork-monitor firts enable\n")
    assert line(found(lowered, "unused-watch-group")) == 1
    finding = found(lowered, "undefined-watch-group")
    assert (finding.severity, finding.remedy) == (Severity.WARNING, "did you mean `first`?")
    assert "not-yet" in codes(lowered)
