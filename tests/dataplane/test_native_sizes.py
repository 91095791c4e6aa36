"""Packets of every size through both kinds of fragmentation, and what their senders are told (V1-32, V1-33)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.policy import DfBit
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import OutboundCounters
from tests.dataplane.sites import Sites, kernel_counter, two_sites
from tests.dataplane.test_native_tunnels import transfer
from tests.dataplane.world import Pair, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

# AES-GCM over IPv4 in UDP, links of 1500: less 20, 8, 8, 8 and 16 octets, and 2 of the blocks of 4.
MTU = 1438
UDP_OVER_IP = {4: 28, 6: 48}
LARGEST = 9000


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def outbound(sites: Sites) -> OutboundCounters:
    counters: OutboundCounters = sites.pair.left.call("counters").tunnels["tun0"][0]
    return counters


def payloads(version: int) -> range:
    """Of packets up to 9,000 octets."""
    return range(1, LARGEST - UDP_OVER_IP[version] + 1)


@pytest.mark.parametrize("pre_fragment", [False, True], ids=["post", "pre"])
@pytest.mark.parametrize("version", [4, 6])
def test_every_size_arrives_whole(sites: Sites, version: int, pre_fragment: bool) -> None:
    """Over IPv6 the sender itself makes fragments, once it has been told."""
    sites.install(encapsulation=True)
    sites.fit(Sizes(MTU, pre_fragment=pre_fragment))
    result = sites.send(version, payloads(version), dont_fragment=False)
    assert result["answered"] == list(payloads(version))
    outside = kernel_counter(sites.pair.left, 4, "FragCreates")
    assert (outside > 0) is (version == 4 and not pre_fragment)


@pytest.mark.parametrize("pre_fragment", [False, True], ids=["post", "pre"])
@pytest.mark.parametrize("version", [4, 6])
def test_what_forbids_fragments_arrives_as_far_as_it_fits_and_its_sender_is_told(
    sites: Sites, version: int, pre_fragment: bool
) -> None:
    sites.install(encapsulation=True)
    sites.fit(Sizes(MTU, pre_fragment=pre_fragment))
    before = outbound(sites).misc_error
    result = sites.send(version, payloads(version), dont_fragment=True)
    largest = MTU - UDP_OVER_IP[version]
    assert result["answered"] == list(range(1, largest + 1))
    assert result["refused"] == list(range(largest + 1, payloads(version).stop))
    assert result["mtu"] == MTU
    assert kernel_counter(sites.pair.left, 4, "FragCreates") == 0
    dropped = outbound(sites)
    assert dropped.too_large == dropped.misc_error - before > 0


@pytest.mark.parametrize("pre_fragment", [False, True], ids=["post", "pre"])
@pytest.mark.parametrize("version", [4, 6])
def test_with_mtu_ignore_every_size_arrives_that_forbids_fragments(
    sites: Sites, version: int, pre_fragment: bool
) -> None:
    sites.install(encapsulation=True)
    sites.fit(Sizes(MTU, pre_fragment, mtu_ignore=True, df_bit=DfBit.CLEAR))
    result = sites.send(version, payloads(version), dont_fragment=True)
    assert result["answered"] == list(payloads(version))
    assert (kernel_counter(sites.pair.left, 4, "FragCreates") > 0) is not pre_fragment
    assert (kernel_counter(sites.hosts[1], version, "ReasmOKs") > 0) is pre_fragment


@pytest.mark.parametrize("version", [4, 6])
def test_packets_of_the_gateway_itself_are_always_fragmented_and_before_encryption(
    sites: Sites, version: int
) -> None:
    """V2-12. Whatever they say of it: nobody could be told."""
    sites.install(encapsulation=True)
    sites.fit(Sizes(MTU))
    own = sites.pair.left
    result = sites.send(version, range(1, payloads(version).stop, 53), dont_fragment=True, sender=own)
    assert result["answered"] == list(range(1, payloads(version).stop, 53))
    assert kernel_counter(own, 4, "FragCreates") == 0
    assert kernel_counter(sites.hosts[1], version, "ReasmOKs") > 0
    assert outbound(sites).too_large == 0


def test_ipv6_is_carried_as_every_link_carries_it_however_narrow_the_tunnel(sites: Sites) -> None:
    """RFC 8200 section 5: a link that takes less than 1280 octets makes fragments below IPv6."""
    sites.install(encapsulation=True)
    for host in (sites.pair.left, sites.pair.right):
        host.run("ip", "link", "set", "wan", "mtu", "1000")
    sites.fit(Sizes(938))
    result = sites.send(6, range(800, 2000, 7), dont_fragment=True)
    assert result["answered"] == [size for size in range(800, 2000, 7) if size + 48 <= 1280]
    assert result["mtu"] == 1280


@pytest.mark.parametrize("pre_fragment", [False, True], ids=["post", "pre"])
def test_an_sa_for_one_port_carries_fragments_too_and_only_those_of_that_port(
    sites: Sites, pre_fragment: bool
) -> None:
    """RFC 4301 section 7: only the first fragment shows its port, so that they are put together first."""
    every = TrafficSelector.of("0.0.0.0/0")
    ports = replace(every, protocol=17, start_port=5001, end_port=5001)
    there = {"local_selectors": (every,), "remote_selectors": (ports,)}
    back = {"local_selectors": (ports,), "remote_selectors": (every,)}
    left, right = child_pair(sites.pair, encapsulation=True)
    sites.pair.right.call("install", replace(right, **back), True)
    sites.pair.left.call("install", left if pre_fragment else replace(left, **there), True)
    sites.fit(Sizes(MTU, pre_fragment))
    # The sender makes fragments of its own.
    sites.hosts[0].run("ip", "link", "set", "eth0", "mtu", "1300")
    result = sites.send(4, range(1, 8973, 97), dont_fragment=False)
    assert result["answered"] == list(range(1, 8973, 97))
    into = sites.pair.right.call("counters").tunnels["tun0"][1]
    assert (into.ts_unacceptable, into.misc_error) == (0, 0)
    refused = sites.hosts[0].ping("10.2.0.10", "-s", "4000", "-c", "1", "-W", "0.2")
    assert "0 received" in refused.stdout
    sites.pair.left.call("discard_waiting", "tun0")
    there = partial(sites.pair.right.call, "counters")
    wait_for(lambda: there().tunnels["tun0"][1].ts_unacceptable + outbound(sites).ts_unacceptable > 0)


@pytest.mark.parametrize("target", ["10.2.0.10", "fd02::10"], ids=["4", "6"])
def test_tcp_finds_the_right_size_by_itself(sites: Sites, target: str) -> None:
    sites.install(encapsulation=True)
    sites.fit(Sizes(MTU))
    transfer(Pair(*sites.hosts), 20, target)
    assert 0 < outbound(sites).too_large < 200
    assert kernel_counter(sites.pair.left, 4, "FragCreates") == 0


@pytest.mark.parametrize("target", ["10.2.0.10", "fd02::10"], ids=["4", "6"])
def test_what_hosts_send_in_one_piece_comes_to_the_gateway_in_one_piece(sites: Sites, target: str) -> None:
    """However many packets it makes: the kernel would cut what a device does not take, and not half of it."""
    sites.install(encapsulation=True)
    for host in sites.hosts:
        host.run("ip", "link", "set", "eth0", "mtu", "1400")
    transfer(Pair(*sites.hosts), 20, target)
    shown = sites.pair.left.run("ip", "-s", "-j", "link", "show", "tun0").stdout
    sent = json.loads(shown)[0]["stats64"]["tx"]
    assert sent["bytes"] > 20 << 20
    assert sent["bytes"] / sent["packets"] > 10_000
