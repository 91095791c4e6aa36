"""What does not fit in IKEv1 between us and strongSwan: the refusal on the wire, and the true reason in our log."""

from pathlib import Path

import pytest

from tests.interop.ikev1 import Suite, configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_refusals import failure, try_from_us

pytestmark = [pytest.mark.root, pytest.mark.interop]

OURS, THEIRS = Suite(), Suite("aes", "sha", "1024-bit")


def test_no_common_phase_1_proposal_seen_by_the_responder(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(OURS)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, THEIRS)) as peer,
    ):
        peer.initiate(check=False)
        assert "NO_PROPOSAL_CHOSEN" in peer.log or "NO_PROP" in peer.log
        line = failure(ours)
        for value in ("128", "256", "MODP-1024", "MODP-2048", "router.cfg:"):
            assert value in line


def test_no_common_phase_1_proposal_told_to_the_initiator(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(OURS)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, THEIRS)),
    ):
        try_from_us(network)
        line = failure(ours)
        assert "NO-PROPOSAL-CHOSEN" in line
        assert "256" in line


def test_no_common_phase_2_proposal(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(OURS)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, OURS, esp="aes128-sha1")) as peer,
    ):
        peer.initiate(check=False)
        assert "NO_PROP" in peer.log
        line = failure(ours)
        assert "128" in line
        assert "256" in line


def test_pfs_on_one_side_only(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(OURS)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, Suite(pfs="2048-bit"))) as peer,
    ):
        peer.initiate(check=False)
        assert "NO_PROP" in peer.log
        line = failure(ours)
        assert "MODP-2048" in line


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_another_key_of_a_peer_that_begins(tmp_path: Path, mode: str) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(mode=mode, key="not-the-same")) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, mode=mode)) as peer,
    ):
        peer.initiate(check=False)
        assert "ESTABLISHED" not in peer.sas()
        if mode == "main":
            assert "key" in failure(ours).lower()
        assert "not-the-same" not in ours.log


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_another_key_when_we_begin(tmp_path: Path, mode: str) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(mode=mode, key="not-the-same")) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, mode=mode)) as peer,
    ):
        try_from_us(network)
        line = failure(ours)
        assert "key" in line.lower()
        assert "not-the-same" not in ours.log
        assert "ESTABLISHED" not in peer.sas()


def test_another_identity_in_aggressive_mode(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(mode="aggressive")) as ours,
        StrongSwan(
            network, tmp_path / "peer", strongswan(network, mode="aggressive", local_id="keyid:somebody")
        ) as peer,
    ):
        peer.initiate(check=False)
        assert "ESTABLISHED" not in peer.sas()
        line = failure(ours)
        assert "somebody" in line
        assert "peer" in line


def test_another_identity_in_main_mode(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration()) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, local_id="keyid:somebody")) as peer,
    ):
        peer.initiate(check=False)
        assert "ESTABLISHED" not in peer.sas()
        line = failure(ours)
        assert "somebody" in line
        assert network.PEER in line


def test_other_selectors_as_responder(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(remote="172.16.2.0/24")) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
    ):
        peer.initiate(check=False)
        assert "INVALID_ID" in peer.log
        line = failure(ours)
        assert "192.168.20.0/24" in line
        assert "172.16.2.0/24" in line


def test_other_selectors_as_initiator(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(remote="192.168.0.0/16", local="10.9.0.0/16")) as ours,
    ):
        network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=3)
        line = failure(ours)
        assert "INVAL_ID" in peer.log
        assert "INVALID-ID-INFORMATION" in line
        assert "10.9.0.0/16" in line


def test_a_peer_that_is_not_there(tmp_path: Path) -> None:
    with Network() as network, Ours(network, tmp_path / "ours", configuration()) as ours:
        try_from_us(network)
        line = failure(ours).lower()
        assert "answer" in line or "timed out" in line
