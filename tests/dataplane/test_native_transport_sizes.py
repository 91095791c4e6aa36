"""Transport mode on a way that takes less than its device: what is too large leaves in fragments of our own (V1-32)."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from kakehashi.dataplane.protocol import Hop, Sizes
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gre import Gre
from kakehashi.model.pseudowire import EtherIp
from tests.dataplane.sites import Sites
from tests.dataplane.test_native_ah import build_transport
from tests.dataplane.test_native_ah import install as install_ah
from tests.dataplane.test_native_gre import build as build_gre
from tests.dataplane.test_native_l2tp import build as build_l2tp
from tests.dataplane.test_native_outer import counted
from tests.dataplane.test_native_path_mtu import NARROW, OVERHEAD, narrow, watch
from tests.dataplane.test_native_pseudowire import protect
from tests.dataplane.test_native_transport import OPTIONS, build, install
from tests.dataplane.test_native_tunnels import inbound
from tests.dataplane.world import GCM, Pair, child_pair, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

EVERY = range(1, 8900, 89)
TRANSPORT: dict[str, Any] = {"mode": EncapsulationMode.TRANSPORT}


def hosts(pair: Pair) -> Sites:
    """The two ends of the SA are those that send, too."""
    return Sites(pair, (pair.left, pair.right))


def inside(pair: Pair, four: str, six: str) -> Sites:
    """By these addresses the right host is reached in its tunnel."""
    return Sites(pair, (pair.left, replace(pair.right, addresses={4: four, 6: six})))


def widen(pair: Pair) -> None:
    """Packets of the host itself come into the device as large as they are."""
    for host in (pair.left, pair.right):
        host.run("ip", "link", "set", "tun0", "mtu", "9000")
        host.call("set_sizes", "tun0", Sizes(9000))


@pytest.mark.parametrize("form", ["ESP", "UDP", "AH", "AH around ESP"])
@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("dont_fragment", [False, True], ids=["free", "df"])
def test_the_hosts_own_packets_of_every_size_arrive(
    pair: Pair, form: str, outer: int, dont_fragment: bool
) -> None:
    """Also those that forbid fragments: it is the host itself that makes them (V2-12)."""
    if form.startswith("AH"):
        build_transport(pair)
        install_ah(pair, None if form == "AH" else GCM, outer=outer, **TRANSPORT)
    else:
        build(pair)
        install(pair, outer=outer, encapsulation=form == "UDP")
    widen(pair)
    sites = hosts(pair)
    narrow(sites, outer)
    watch(pair.right, outer)
    result = sites.send(outer, EVERY, dont_fragment)
    assert result["answered"] == list(EVERY), pair.right.call("counters")
    seen = counted(pair.right)
    assert (seen["large"], seen["fragments"] > 0) == (0, True)


def gre(pair: Pair, **changes: Any) -> Sites:
    build_gre(pair, Gre(key=7), **changes, **TRANSPORT)
    return inside(pair, "10.9.0.2", "fd09::2")


def l2tp(pair: Pair, **changes: Any) -> Sites:
    build_l2tp(pair, {"mtu": 9000}, **changes)
    return inside(pair, "10.9.0.2", "fd09:2::1")


def multipoint(pair: Pair, **changes: Any) -> Sites:
    sas = child_pair(pair, **changes, **TRANSPORT)
    ends = [sa.path.local.ip for sa in sas]
    for host, own, far, peer, sa in ((pair.left, 1, 2, ends[1], sas[0]), (pair.right, 2, 1, ends[0], sas[1])):
        host.call("add_multipoint", "tun0", "tun0", 1400, Gre(key=7))
        host.raise_device("tun0", f"10.9.0.{own}/24", f"fd09::{own}/64")
        hops = [Hop(ip_network(f"10.9.0.{far}"), peer), Hop(ip_network(f"fd09::{far}"), peer)]
        host.call("set_next_hops", "tun0", hops, [], False)
        host.call("install", sa, True)
    return inside(pair, "10.9.0.2", "fd09::2")


CARRIED = {"GRE": gre, "multipoint": multipoint, "L2TP": l2tp}


@pytest.mark.parametrize("build_carried", CARRIED.values(), ids=CARRIED)
@pytest.mark.parametrize("encapsulation", [False, True], ids=["ESP", "UDP"])
@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("inner", [4, 6])
def test_what_rides_on_it_arrives_in_every_size(
    pair: Pair, build_carried: Callable[..., Sites], inner: int, outer: int, encapsulation: bool
) -> None:
    sites = build_carried(pair, outer=outer, encapsulation=encapsulation)
    widen(pair)
    narrow(sites, outer)
    watch(pair.right, outer)
    result = sites.send(inner, EVERY, dont_fragment=False)
    assert result["answered"] == list(EVERY), pair.right.call("counters")
    # IPv6 is told no less than every link takes, which is too much for the way.
    seen = counted(pair.right)
    assert (seen["large"], seen["fragments"] > 0) == (0, True)


@pytest.mark.parametrize("build_carried", [gre, multipoint], ids=["GRE", "multipoint"])
@pytest.mark.parametrize("outer", [4, 6])
def test_senders_are_told_what_the_way_to_their_peer_leaves(
    pair: Pair, build_carried: Callable[..., Sites], outer: int
) -> None:
    sites = build_carried(pair, outer=outer)
    widen(pair)
    narrow(sites, outer)
    result = sites.send(4, range(1100, 1300), dont_fragment=True)
    largest = NARROW - (20 if outer == 4 else 40) - OVERHEAD - Gre(key=7).overhead
    assert result["mtu"] == largest
    assert result["answered"] == list(range(1100, largest - 28 + 1))


@pytest.mark.parametrize("mode", EncapsulationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("outer", [4, 6])
def test_frames_larger_than_the_way_arrive_whole(pair: Pair, outer: int, mode: EncapsulationMode) -> None:
    protect(pair, EtherIp(), mtu=9000, outer=outer, mode=mode)
    sites = inside(pair, "10.9.0.2", "fd09::2")
    narrow(sites, outer)
    watch(pair.right, outer)
    assert sites.send(4, EVERY, dont_fragment=True)["answered"] == list(EVERY)
    seen = counted(pair.right)
    assert (seen["large"], seen["fragments"] > 0) == (0, True)


@pytest.mark.parametrize("outer", [4, 6])
def test_options_for_the_way_are_in_front_of_the_fragments(pair: Pair, outer: int) -> None:
    build(pair)
    install(pair, outer=outer)
    widen(pair)
    narrow(hosts(pair), outer)
    watch(pair.right, outer)
    large = OPTIONS.replace('b"hello"', "bytes(2000)")
    pair.left.run("python3", "-c", large, pair.right.addresses[outer])
    wait_for(lambda: inbound(pair.right).packets == 1)
    assert counted(pair.right) == {"large": 0, "fragments": 2}
