"""Transport mode between two gateways of ours, each with its host: what they send each other is protected.

strongSwan's userspace ESP knows no transport mode; the kernel's does, and `tests/kernel` has it as a peer.
"""

from pathlib import Path

import pytest

from kakehashi.model.encapsulation import EncapsulationMode
from tests.interop.network import Network
from tests.interop.ours import Ours, configuration, mirrored

pytestmark = [pytest.mark.root]

TRANSPORT = EncapsulationMode.TRANSPORT
NARROW = 1280
CLEAR = "meta l4proto { icmp, ipv6-icmp } meta length > 60"  # an echo, but no neighbour solicitation


@pytest.mark.parametrize("nat", [None, "ours"], ids=["esp", "nat"])
def test_two_hosts_reach_each_other_and_nothing_goes_in_the_clear(tmp_path: Path, nat: str | None) -> None:
    with Network(nat) as network:
        ours, peer = configuration(), mirrored()
        if nat:
            # The peer sees the router's address.
            seen = network.PEER.rsplit(".", 1)[0] + ".254"
            peer = mirrored(peer=seen)
        network.count_start(CLEAR)
        with (
            Ours(network, tmp_path / "peer", peer, namespace=network.peer, mode=TRANSPORT) as right,
            Ours(network, tmp_path / "ours", ours, mode=TRANSPORT) as left,
        ):
            assert network.ping(network.ours, network.OURS, network.PEER, count=3)
            (sa,) = left.status()["ike_sas"]
            (child,) = sa["children"]
            assert child["sa"]["udp_encapsulation"] == bool(nat)
            if not nat:
                assert network.ping(network.peer, network.PEER, network.OURS, count=3)
            large = network.inside(
                network.ours, "ping", "-c", "2", "-l", "2", "-i", "10", "-s", "3000", network.PEER, check=False
            )  # fmt: skip
            assert "2 received" in large, large
            assert "child-sa-created" in right.log
            assert network.count() == 0


def test_two_hosts_with_ipv6(tmp_path: Path) -> None:
    with Network() as network:
        network.count_start(CLEAR)
        left = configuration(peer=network.PEER_6)
        right = mirrored(peer=network.OURS_6)
        with (
            Ours(network, tmp_path / "peer", right, namespace=network.peer, mode=TRANSPORT),
            Ours(network, tmp_path / "ours", left, mode=TRANSPORT),
        ):
            assert network.ping(network.ours, network.OURS_6, network.PEER_6, count=3)
            assert network.count() == 0


@pytest.mark.parametrize("version", [4, 6])
def test_what_a_link_on_the_way_does_not_take_leaves_in_fragments(tmp_path: Path, version: int) -> None:
    """The rules that lead the host's own packets into the tunnel lead the fragments past it."""
    with Network() as network:
        for namespace, device in ((network.router, "r-peer"), (network.peer, "wan0")):
            network.inside(namespace, "ip", "link", "set", device, "mtu", str(NARROW))
        eager = ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        network.inside(network.router, "sysctl", "-qw", *eager)
        ours, peer = {4: (network.OURS, network.PEER), 6: (network.OURS_6, network.PEER_6)}[version]
        length = f"ip length > {NARROW}" if version == 4 else f"ip6 length > {NARROW - 40}"
        with (
            Ours(network, tmp_path / "peer", mirrored(peer=ours), namespace=network.peer, mode=TRANSPORT),
            Ours(network, tmp_path / "ours", configuration(peer=peer), mode=TRANSPORT) as left,
        ):

            def ping(size: int, df: str) -> bool:
                words = ("ping", "-n", "-c2", "-l2", "-i10", "-W2", "-M", df, "-s", str(size), peer)
                return "2 received" in network.inside(network.ours, *words, check=False)

            assert network.ping(network.ours, ours, peer, count=3)

            def heard() -> bool:
                return not ping(1400, "do") and left.status()["tunnels"][0]["path_mtu"] == NARROW

            left.until(heard, "the router's word to be heard")
            left.until(lambda: ping(1400, "dont"), "echoes in fragments")
            network.count_start(f"iifname r-ours {length}")
            assert ping(4000, "dont"), left.log
            assert network.count() == 0, "nothing is left to the router"
