"""Sequence numbers near their end, and replays (RFC 4303 sections 3.3.3 and 3.4.3)."""

import sys
from pathlib import Path

import pytest

from kakehashi.dataplane.protocol import Acquire, Expire
from kakehashi.model.status import InboundCounters
from tests.dataplane.test_native_tunnels import inbound, outbound
from tests.dataplane.world import Host, Pair, child_pair, settles, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

LAST = 2**32 - 1
FLOOD = str(Path(__file__).with_name("flood.py"))


def build(pair: Pair) -> None:
    pair.left.add_tunnel("tun0", "10.9.0.1/24")
    pair.right.add_tunnel("tun0", "10.9.0.2/24")


def told(host: Host) -> list[Expire]:
    host.events += host.call("events")
    return [event for event in host.events if isinstance(event, Expire)]


def test_an_sa_ends_with_its_sequence_numbers_and_does_not_begin_anew(pair: Pair) -> None:
    build(pair)
    left, right = child_pair(pair)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True, LAST - 4)
    assert "4 received" in pair.left.ping("10.9.0.2", "-c", "7", "-W", "0.2").stdout
    settles(lambda: outbound(pair.left).packets, 4)
    settles(lambda: (inbound(pair.right).packets, inbound(pair.right).replay_detected), (4, 0))
    pair.left.until(lambda event: isinstance(event, Acquire))
    assert told(pair.left) == [Expire(left.spi_in), Expire(left.spi_in, hard=True)]

    new = child_pair(pair, spis=(0x3000, 0x4000))
    pair.right.call("install", new[1], True)
    pair.left.call("install", new[0], True)
    assert pair.left.reaches("10.9.0.2")


def test_the_gateway_is_told_while_there_is_time_for_another_sa(pair: Pair) -> None:
    build(pair)
    left, right = child_pair(pair)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True, LAST - 2**20 - 3)
    assert pair.left.reaches("10.9.0.2")
    assert told(pair.left) == []
    assert pair.left.reaches("10.9.0.2")
    wait_for(lambda: told(pair.left) == [Expire(left.spi_in)])


def test_extended_numbers_go_on(pair: Pair) -> None:
    """The receiver infers the high half from what came before, so it begins where the sender does."""
    build(pair)
    left, right = child_pair(pair, esn=True)
    pair.right.call("install", right, True)
    pair.left.call("install", left, True, 2**31)
    assert pair.left.reaches("10.9.0.2")
    # The same SA as it is two thousand million packets later.
    pair.left.call("install", left, True, LAST - 2)
    assert pair.left.reaches("10.9.0.2", count=5)
    assert pair.right.call("counters").tunnels["tun0"][1].integrity_failure == 0
    assert told(pair.left) == []


@pytest.mark.parametrize(("window", "replays"), [(64, 3), (1024, 3), (0, 0)])
def test_what_comes_twice_is_dropped_unless_replays_are_allowed(
    pair: Pair, window: int, replays: int
) -> None:
    pair.right.add_tunnel("tun0", "10.9.0.2/24")
    pair.right.call("install", child_pair(pair, encapsulation=True, replay_window=window)[1], True)
    pair.left.run(sys.executable, FLOOD, "replay", "192.0.2.2", "4")
    into = wait_for(lambda: fourth(pair.right))
    assert (into.packets, into.replay_detected) == (4 - replays, replays)


def fourth(host: Host) -> InboundCounters | None:
    """Counters that know of four packets."""
    into: InboundCounters = host.call("counters").tunnels["tun0"][1]
    return into if into.packets + into.replay_detected == 4 else None
