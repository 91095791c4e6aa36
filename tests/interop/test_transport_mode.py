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
                network.ours, "ping", "-c", "2", "-i", "0.3", "-s", "3000", "-W", "5", network.PEER, check=False
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
