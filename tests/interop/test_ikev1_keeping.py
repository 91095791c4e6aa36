"""Keeping an IKEv1 tunnel with strongSwan: rekeys of both phases, dead peers, deletes."""

from pathlib import Path

import pytest

from tests.interop.ikev1 import Suite, configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_keeping import assert_loses_nothing_until, loses_nothing

pytestmark = [pytest.mark.root, pytest.mark.interop]

PFS = Suite(pfs="2048-bit")
KEEPALIVE = "ike keepalive pol 10 3"


@pytest.mark.parametrize("suite", [Suite(), PFS], ids=["without-pfs", "with-pfs"])
def test_we_rekey_phase_2(tmp_path: Path, suite: Suite) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, suite)) as peer,
        Ours(
            network, tmp_path / "ours", configuration(suite),
            phase2={"lifetime": 6}, ikev1_ipsec={"rekey_before_end": 3},
        ) as ours,
    ):  # fmt: skip
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert_loses_nothing_until(network, 40, ours, "child-sa-rekeyed")
        ours.until(lambda: peer.sas().count("INSTALLED") <= 2, "no heap of old SAs")


@pytest.mark.parametrize("suite", [Suite(), PFS], ids=["without-pfs", "with-pfs"])
def test_the_peer_rekeys_phase_2(tmp_path: Path, suite: Suite) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, suite)) as peer,
        Ours(network, tmp_path / "ours", configuration(suite)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        for _ in range(2):
            peer.swanctl("--rekey", "--child", "net")
            assert loses_nothing(network, 8)
        ours.until(lambda: len(ours.status()["ipsec_sas"]) == 1, "one pair of SAs", 40)


def test_we_renew_phase_1(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(
            network, tmp_path / "ours", configuration(),
            phase1={"lifetime": 6}, ikev1_peer={"renew_before_end": 3},
        ) as ours,
    ):  # fmt: skip
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert_loses_nothing_until(network, 40, ours, "ike-sa-rekeyed")
        assert len(ours.status()["ipsec_sas"]) == 1, "phase 2 does not depend on the life of phase 1"
        assert "ESTABLISHED" in peer.sas()


def test_the_peer_renews_phase_1(tmp_path: Path) -> None:
    """strongSwan authenticates anew and makes the phase 2 SAs again."""
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--rekey", "--ike", "kkt")
        ours.until_logged("ike-sa-rekeyed")
        assert loses_nothing(network, 20)
        peer.until(lambda: peer.sas().count("ESTABLISHED") == 1, "the old SA to go")


def test_both_rekey_at_once(tmp_path: Path) -> None:
    child_options = "rekey_time = 3s\n rand_time = 0s\n life_time = 30s"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, child_options=child_options)) as peer,
        Ours(
            network, tmp_path / "ours", configuration(),
            phase2={"lifetime": 6}, ikev1_ipsec={"rekey_before_end": 3},
        ) as ours,
    ):  # fmt: skip
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert_loses_nothing_until(network, 60, ours, "child-sa-rekeyed")
        assert peer.sas().count("ESTABLISHED") <= 2


def test_a_killed_peer_is_found_dead_and_found_again(tmp_path: Path) -> None:
    """V1-04."""
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(lines=[KEEPALIVE]), dpd_interval=1) as ours,
    ):
        with StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer:
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            peer.kill()
        ours.until_logged("peer-dead", 60)
        ours.until(lambda: not ours.status()["ipsec_sas"], "no IPsec SA")
        with StrongSwan(network, tmp_path / "peer2", strongswan(network)):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


def test_a_restarted_peer_that_begins_is_believed(tmp_path: Path) -> None:
    """INITIAL-CONTACT: what the peer had before is gone."""
    with Network() as network, Ours(network, tmp_path / "ours", configuration()) as ours:
        with StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer:
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            peer.kill()
        with StrongSwan(network, tmp_path / "peer2", strongswan(network)) as peer:
            assert "successfully" in peer.initiate()
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            ours.until(lambda: len(ours.status()["ipsec_sas"]) == 1, "one pair of SAs")


def test_dpd_of_the_peer_is_answered(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, options="dpd_delay = 1s")) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.until(lambda: peer.log.count("sending DPD request") >= 2, "probes")
        ours.until(lambda: "R_U_THERE_ACK" in peer.log or "DPD_ACK" in peer.log, "an answer")
        assert "ESTABLISHED" in peer.sas()


def test_clear_tells_the_peer(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.command("clear", "ike", "sa")
        ours.until(lambda: not ours.status()["isakmp_sas"], "no ISAKMP SA")
        peer.until_forgotten()
        assert "received DELETE" in peer.log


def test_the_peer_deletes(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--terminate", "--child", "net")
        ours.until(lambda: not ours.status()["ipsec_sas"], "no IPsec SA")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--terminate", "--ike", "kkt")
        ours.until(lambda: not ours.status()["isakmp_sas"], "no ISAKMP SA")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


def test_going_down_says_goodbye(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert ours.stop() == 0
        peer.until_forgotten()


def test_killed_and_started_again_it_recovers(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.kill()
        ours.start()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.until(lambda: peer.sas().count("ESTABLISHED") == 1, "the old SA to go")
