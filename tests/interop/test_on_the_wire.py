"""Cookies and fragments with strongSwan."""

from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours, configuration
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]


def test_the_peer_demands_a_cookie(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(
            network,
            tmp_path / "peer",
            connection(network),
            charon="cookie_threshold = 0\n cookie_threshold_ip = 0",
        ) as peer,
        Ours(network, tmp_path / "ours", configuration()),
    ):
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
    """Many selectors make the message long; both ends cut it (RFC 7383)."""
    ours_ts = ",".join(f"192.168.{n}.0/24" for n in (20, *range(100, 200)))
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer",
            connection(network, local_ts=ours_ts, options="fragmentation = yes"),
            charon="fragment_size = 576",
        ) as peer,
        Ours(network, tmp_path / "ours", configuration(), fragment_size=576),
    ):  # fmt: skip
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "EF(1/" in peer.log
