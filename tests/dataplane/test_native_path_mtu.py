"""Ways that take less than the device they begin with (RFC 4301 section 8.2)."""

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.policy import DfBit
from tests.dataplane.sites import Sites, kernel_counter, two_sites
from tests.dataplane.test_native_ah import install as install_ah
from tests.dataplane.test_native_outer import count, counted
from tests.dataplane.test_native_tunnels import OFFLOADS
from tests.dataplane.world import Host

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

NARROW = 1300
LENGTH = {4: f"ip length > {NARROW}", 6: f"ip6 length > {NARROW - 40}"}
# AES-GCM: SPI and sequence number, IV and ICV are 32 octets, and 2 of the blocks of 4.
OVERHEAD = 34
EVERY = range(1, 8953, 89)


@pytest.fixture
def sites() -> Iterator[Sites]:
    with two_sites() as made:
        yield made


def narrow(sites: Sites, outer: int, mtu: int | None = NARROW) -> None:
    """Both gateways know that the way takes so much."""
    ends = [ip_address(host.addresses[outer]) for host in (sites.pair.left, sites.pair.right)]
    # Or several packets would go over the cable as one.
    for feature in OFFLOADS:
        sites.pair.left.run("ethtool", "-K", "wan", feature, "off", check=False)
    sites.pair.left.call("set_path_mtu", *ends, mtu)
    sites.pair.right.call("set_path_mtu", *reversed(ends), mtu)


def watch(host: Host, outer: int) -> None:
    """Count what the way would not take, and what comes in fragments."""
    fragment = "ip frag-off & 0x3fff != 0" if outer == 4 else "exthdr frag exists"
    count(host, "wan", large=LENGTH[outer], fragments=fragment)


@pytest.mark.parametrize("form", ["ESP", "UDP", "AH"])
@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("inner", [4, 6])
@pytest.mark.parametrize("pre_fragment", [False, True], ids=["post", "pre"])
def test_nothing_larger_leaves_and_every_size_arrives(
    sites: Sites, form: str, outer: int, inner: int, pre_fragment: bool
) -> None:
    install(sites, form, outer)
    sites.fit(Sizes(9000, pre_fragment))
    narrow(sites, outer)
    watch(sites.pair.right, outer)
    result = sites.send(inner, EVERY, dont_fragment=False)
    assert result["answered"] == list(EVERY)
    seen = counted(sites.pair.right)
    assert seen["large"] == 0
    # IPv6 is told no less than every link takes, which may be too much for the way.
    assert (seen["fragments"] > 0) is (inner == 6 or not pre_fragment)


def install(sites: Sites, form: str, outer: int) -> None:
    if form == "AH":
        install_ah(sites.pair, outer=outer)
    else:
        sites.install(outer=outer, encapsulation=form == "UDP")


@pytest.mark.parametrize("encapsulation", [False, True], ids=["ESP", "UDP"])
@pytest.mark.parametrize("outer", [4, 6])
def test_senders_are_told_what_is_left_of_it(sites: Sites, outer: int, encapsulation: bool) -> None:
    """Also by SAs that were there before, and no more once the way is wider."""
    sites.install(outer=outer, encapsulation=encapsulation)
    sites.fit(Sizes(1400))
    largest = NARROW - (20 if outer == 4 else 40) - (8 if encapsulation else 0) - OVERHEAD
    narrow(sites, outer)
    result = sites.send(4, range(1150, 1400, 3), dont_fragment=True)
    assert result["answered"] == [size for size in range(1150, 1400, 3) if size + 28 <= largest]
    assert result["mtu"] == largest
    host = sites.hosts[0]
    host.run("ip", "route", "flush", "cache")
    narrow(sites, outer, None)
    result = sites.send(4, range(1150, 1400, 3), dont_fragment=True)
    assert result["answered"] == [size for size in range(1150, 1400, 3) if size + 28 <= 1400]


def test_it_holds_for_an_sa_that_comes_later_and_not_for_one_that_goes_elsewhere(sites: Sites) -> None:
    sites.fit(Sizes(1400))
    narrow(sites, 4)
    left, _ = sites.install(encapsulation=True)
    largest = NARROW - 20 - 8 - OVERHEAD
    assert sites.send(4, range(1200, 1300, 9), dont_fragment=True)["mtu"] == largest
    other = "192.0.2.77"
    sites.pair.right.add_address(f"{other}/24", "wan")
    sites.hosts[0].run("ip", "route", "flush", "cache")
    there = Path(left.path.local, SocketAddress(ip_address(other), 4500))
    sites.pair.left.call("move", left.spi_in, there, True)
    assert sites.hosts[0].reaches("10.2.0.10", "-M", "do", "-s", "1372")


@pytest.mark.parametrize("outer", [4, 6])
@pytest.mark.parametrize("encapsulation", [False, True], ids=["ESP", "UDP"])
def test_what_the_kernel_was_told_of_the_way_does_not_count(
    sites: Sites, outer: int, encapsulation: bool
) -> None:
    """Whoever told it has not shown that he knows anything. A route stands for that here: it has the same place."""
    sites.install(outer=outer, encapsulation=encapsulation)
    sites.fit(Sizes(1400, df_bit=DfBit.SET))
    network = "192.0.2.0/24" if outer == 4 else "2001:db8::/64"
    metric = ("metric", "256") if outer == 6 else ()  # or it would be another route beside the kernel's own
    left, peer = sites.pair.left, sites.pair.right.addresses[outer]
    left.run("ip", f"-{outer}", "route", "replace", network, "dev", "wan", "mtu", "1280", *metric)
    assert "mtu 1280" in left.run("ip", f"-{outer}", "route", "get", peer).stdout
    watch(sites.pair.right, outer)
    assert sites.hosts[0].reaches("10.2.0.10", "-s", "1372")
    assert counted(sites.pair.right) == {"large": 3, "fragments": 0}
    assert kernel_counter(sites.pair.left, outer, "FragCreates") == 0


@pytest.mark.parametrize("form", ["ESP", "UDP", "AH"])
def test_a_way_below_what_every_host_takes_is_left_to_its_routers(sites: Sites, form: str) -> None:
    """RFC 791: links may take as little as 68 octets, hosts put 576 together."""
    install(sites, form, 4)
    sites.fit(Sizes(9000, df_bit=DfBit.SET))
    narrow(sites, 4, 296)
    count(
        sites.pair.right, "wan", large="ip length > 576", df="ip frag-off & 0x4000 != 0", all="ip version 4"
    )
    result = sites.send(4, range(1, 2000, 89), dont_fragment=False)
    assert result["answered"] == list(range(1, 2000, 89))
    seen = counted(sites.pair.right)
    assert (seen["large"], seen["df"], seen["all"] > 0) == (0, 0, True)
    told = sites.send(4, range(400, 600, 7), dont_fragment=True)["mtu"]
    assert 400 < told < 576, "as if the way took 576"
