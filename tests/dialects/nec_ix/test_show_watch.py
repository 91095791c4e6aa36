"""Path monitoring as the device shows it (V1-22)."""

from dataclasses import replace
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from kakehashi.dialects.base import ShowError
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.status import Status
from kakehashi.model.watch import EventStatus, WatchStatus
from tests.dialects.nec_ix.reading import whole

GATEWAY = whole(
    tunnel="""\
watch-group centre 10
  event 10 ip unreach-host 192.168.2.1 Tunnel0.0 source GigaEthernet0.0
  action 10 ip shutdown-route 10.0.0.0/8 Tunnel0.0
  action 20 ipsec clear-sa Tunnel0.0
network-monitor centre enable
network-monitor centre startup-delay 30
watch-group other 10
  event 10 ip reach-host 192.168.2.1 Tunnel0.0
"""
).gateway
WATCH = WatchStatus(
    name="centre",
    number=10,
    stands=True,
    since=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    stood=2,
    restored=1,
    events=(EventStatus(number=10, occurred=True, rounds=0, sent=20, answered=12),),
)
STATUS = Status(hostname="", time=datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC), watches=(WATCH,))


def show(words: str, status: Status = STATUS) -> str:
    return NecIx().show(words.split(), status, GATEWAY)


def test_a_group_that_stands() -> None:
    assert show("watch-group centre detail") == dedent(
        """\
        Watch group centre 10
          Status: stand
          Since: 2026/01/02 03:04:05
          Profile variance counts: 2
          Profile restore counts: 1
          Probe counter: watch 1, variance 6, restorer 1
          Probe timer: variance 5, restorer 5, wait 2 (seconds)
          Event 10 ip unreach-host 192.168.2.1 Tunnel0.0 source GigaEthernet0.0
            Status: stand, rounds against it: 0
            Sent: 20, received: 12
          Action 10 ip shutdown-route 10.0.0.0/8 Tunnel0.0
            Status: executing
          Action 20 ipsec clear-sa Tunnel0.0
        """
    )


def test_a_group_that_is_well() -> None:
    event = EventStatus(number=10, sent=20, answered=20, rtt=0.0123, rounds=1)
    well = replace(STATUS, watches=(replace(WATCH, stands=False, events=(event,)),))
    text = show("watch-group detail", well)
    assert "  Status: normal\n" in text
    assert (
        "Status: normal, rounds against it: 1\n    Sent: 20, received: 20, last answer after 12.3 ms" in text
    )
    assert "    Status: restoration\n" in text


def test_all_groups_in_short_and_what_is_switched_on() -> None:
    assert show("watch-group").count("Watch group") == 2
    assert "Watch group other 10\n  Status: disable\n" in show("watch-group")
    assert show("network-monitor") == dedent(
        """\
        Network monitor centre is enabled
          Startup delay is 30 seconds
          Watch group centre 10: stand
        Network monitor other is disabled
          Startup delay is 0 seconds
          Watch group other 10: disable
        """
    )
    assert "other" not in show("network-monitor centre")


def test_a_group_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ShowError, match="there are: centre, other"):
        show("watch-group centr")
