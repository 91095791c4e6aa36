"""What does not fit between us and strongSwan: the right refusal on the wire, and a reason that names the value."""

from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours, configuration
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]

CBC_SHA1 = """  sa-proposal enc aes-cbc-256
  sa-proposal integrity sha1
  sa-proposal prf sha1
  sa-proposal dh 2048-bit"""


def try_from_us(network: Network) -> None:
    network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=3)


def failure(ours: Ours) -> str:
    ours.until_logged("negotiation-failed", 40)
    return next(line for line in ours.log.splitlines() if "negotiation-failed" in line)


def test_no_common_ike_proposal_seen_by_the_responder(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(policy=CBC_SHA1)) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network, ike="aes128-sha1-modp1024")) as peer,
    ):
        peer.initiate(check=False)
        assert "NO_PROP" in peer.log
        line = failure(ours)
        assert "AES" in line
        assert "128" in line
        assert "256" in line
        assert "MODP" in line
        assert "router.cfg:" in line


def test_no_common_ike_proposal_told_to_the_initiator(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(policy=CBC_SHA1)) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network, ike="aes128-sha1-modp1024")),
    ):
        try_from_us(network)
        assert "NO_PROPOSAL_CHOSEN" in failure(ours)


def test_no_common_child_proposal(tmp_path: Path) -> None:
    policy = "  child-proposal enc aes-cbc-256\n  child-proposal integrity sha1"
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(policy=policy)) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network, esp="aes128-sha256")) as peer,
    ):
        peer.initiate(check=False)
        assert "NO_PROP" in peer.log
        line = failure(ours)
        assert "128" in line
        assert "256" in line


def test_another_key(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(key="not-the-same")) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
    ):
        peer.initiate(check=False)
        assert "AUTH_FAILED" in peer.log
        line = failure(ours)
        assert "key" in line.lower()
        assert "not-the-same" not in ours.log
        try_from_us(network)
        ours.until_logged("AUTHENTICATION_FAILED")


def test_another_identity(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration()) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network, local_id="keyid:somebody")) as peer,
    ):
        peer.initiate(check=False)
        assert "AUTH_FAILED" in peer.log
        line = failure(ours)
        assert "somebody" in line
        assert "peer" in line


def test_no_common_selector_as_initiator(tmp_path: Path) -> None:
    tunnel = (
        "  ikev2 connect-type auto\n  ikev2 local-ts ipv4 172.16.1.0/24\n  ikev2 remote-ts ipv4 172.16.2.0/24"
    )
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(tunnel=tunnel)) as ours,
    ):
        ours.until_logged("negotiation-failed")
        assert "TS_UNACCEPT" in peer.log
        line = failure(ours)
        assert "TS_UNACCEPTABLE" in line
        assert "172.16.1.0/24" in line


def test_no_common_selector_as_responder(tmp_path: Path) -> None:
    """A NEC takes what it is offered; a gateway that narrows refuses."""
    tunnel = "  ikev2 local-ts ipv4 172.16.1.0/24\n  ikev2 remote-ts ipv4 172.16.2.0/24"
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(tunnel=tunnel), narrow=True) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
    ):
        peer.initiate(check=False)
        assert "TS_UNACCEPT" in peer.log
        line = failure(ours)
        assert "192.168.20.0/24" in line
        assert "172.16.2.0/24" in line


def test_a_peer_that_is_not_there(tmp_path: Path) -> None:
    with Network() as network, Ours(network, tmp_path / "ours", configuration()) as ours:
        try_from_us(network)
        line = failure(ours)
        assert "no answer" in line.lower() or "does not answer" in line.lower() or "timed out" in line.lower()
