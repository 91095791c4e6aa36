"""Floods: every packet is counted under its reason, and nothing grows."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kakehashi.model.selector import TrafficSelector
from tests.dataplane.sites import Sites, two_sites
from tests.dataplane.world import Host, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]

FLOOD = str(Path(__file__).with_name("flood.py"))
PACKETS = 60_000
GROWTH_MAX = 3 << 10  # kB


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def memory(host: Host) -> int:
    """In kB."""
    assert host.process is not None
    lines = Path(f"/proc/{host.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def flood(host: Host, kind: str, target: str, packets: int) -> None:
    host.run(sys.executable, FLOOD, kind, target, str(packets))


@pytest.mark.parametrize(("kind", "reason"), [("unknown", "invalid_sa"), ("short", "packet_truncated")])
def test_what_belongs_to_no_sa(sites: Sites, kind: str, reason: str) -> None:
    right = sites.pair.right
    flood(sites.pair.left, kind, "192.0.2.2", 5000)
    wait_for(lambda: right.call("counters").drops[reason] > 4000)
    right.call("events")
    before, dropped = memory(right), right.call("counters").drops[reason]
    flood(sites.pair.left, kind, "192.0.2.2", PACKETS)
    wait_for(lambda: right.call("counters").drops[reason] > dropped + PACKETS // 2)
    assert memory(right) - before < GROWTH_MAX


@pytest.mark.parametrize(("kind", "reason"), [("replay", "replay_detected"), ("forged", "integrity_failure")])
def test_what_an_sa_refuses(sites: Sites, kind: str, reason: str) -> None:
    left, _ = sites.install(encapsulation=True)
    # The flood has the numbers up to 10, of which one is genuine.
    sites.pair.left.call("install", left, True, 2 * PACKETS)
    right = sites.pair.right

    def dropped() -> int:
        return int(getattr(right.call("counters").tunnels["tun0"][1], reason))

    flood(sites.pair.left, kind, "192.0.2.2", 5000)
    wait_for(lambda: dropped() > 4000)
    right.call("events")
    before, earlier = memory(right), dropped()
    flood(sites.pair.left, kind, "192.0.2.2", PACKETS)
    wait_for(lambda: dropped() > earlier + PACKETS // 2)
    assert memory(right) - before < GROWTH_MAX
    assert right.call("counters").tunnels["tun0"][1].packets <= 1
    assert sites.hosts[0].reaches("10.2.0.10"), "others are served as ever"


def test_fragments_that_nothing_comes_of(sites: Sites) -> None:
    every = TrafficSelector.of("0.0.0.0/0")
    port = replace(every, protocol=17, start_port=5001, end_port=5001)
    left, right = child_pair(sites.pair, encapsulation=True)
    sites.pair.right.call("install", right, True)
    narrow = replace(left, local_selectors=(every,), remote_selectors=(port,))
    sites.pair.left.call("install", narrow, True)
    gateway = sites.pair.left

    def lost() -> int:
        return int(gateway.call("counters").tunnels["tun0"][0].out_of_memory)

    flood(sites.hosts[0], "fragments", "10.2.0.10", 5000)
    wait_for(lambda: lost() > 2000)
    before, earlier = memory(gateway), lost()
    flood(sites.hosts[0], "fragments", "10.2.0.10", PACKETS)
    wait_for(lambda: lost() > earlier + PACKETS // 4)
    assert memory(gateway) - before < GROWTH_MAX
    overlapping = gateway.call("counters").tunnels["tun0"][0].bad_fragment
    flood(sites.hosts[0], "overlaps", "10.2.0.10", 10)
    wait_for(lambda: gateway.call("counters").tunnels["tun0"][0].bad_fragment >= overlapping + 10)
    assert gateway.call("counters").tunnels["tun0"][0].packets == 0


def test_what_is_no_ip_packet_is_counted_as_malformed(sites: Sites) -> None:
    """A packet socket may write what it likes to a device."""
    sites.install(encapsulation=True)
    flood(sites.pair.left, "malformed", "tun0", 100)
    wait_for(lambda: sites.pair.left.call("counters").tunnels["tun0"][0].malformed == 100)
    assert sites.hosts[0].reaches("10.2.0.10")
