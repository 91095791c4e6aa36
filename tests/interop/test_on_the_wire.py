"""Cookies and fragments with strongSwan."""

import sys
from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import ROOT, Ours, configuration
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]


def test_the_peer_demands_a_cookie(tmp_path: Path) -> None:
    router = tmp_path / "passer-by.cfg"
    router.write_text(configuration(policy="  sa-proposal dh 2048-bit"))
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network), "cookie_threshold = 1") as peer,
    ):
        # Somebody who never comes back makes charon careful.
        words = ("-m", "tests.interop.passer_by", str(router), network.OURS, network.PEER)
        network.inside(network.ours, sys.executable, *words, cwd=ROOT)
        with Ours(network, tmp_path / "ours", configuration()):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "COOKIE" in peer.log


def test_we_demand_a_cookie(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(), cookies_always=True),
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert "COOKIE" in peer.log
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


@pytest.mark.parametrize("begins", ["ours", "peer"])
def test_ike_auth_in_fragments(tmp_path: Path, begins: str) -> None:
    """Long identities make the message long; both ends cut it (RFC 7383)."""
    our_id, peer_id = "ours" * 50, "peer" * 50
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer",
            connection(network, local_id=f"keyid:{peer_id}", remote_id=f"keyid:{our_id}", options="fragmentation = yes"),
            charon="fragment_size = 400",
        ) as peer,
        Ours(
            network, tmp_path / "ours", configuration(local_id=f"keyid {our_id}", peer_id=f"keyid {peer_id}"),
            fragment_size=400,
        ),
    ):  # fmt: skip
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "EF(1/" in peer.log, "fragments of ours"
        assert "splitting IKE message" in peer.log, "fragments of the peer's"
