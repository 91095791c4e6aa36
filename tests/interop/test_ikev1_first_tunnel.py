"""An IKEv1 tunnel with strongSwan, begun by either side, in both modes and with every algorithm."""

from pathlib import Path

import pytest

from tests.interop.ikev1 import CIPHERS, GROUPS, HASHES, Suite, configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan

pytestmark = [pytest.mark.root, pytest.mark.interop]

MODES = ("main", "aggressive")
SAMPLE = Suite("3des", "md5", "1024-bit", "3des", "md5")  # of the Cisco article (CI-12)
DEFAULT = Suite("aes-256", "sha2-512", "2048-bit", "aes-256", "sha2-512")  # V1-09, with a phase 1 to match
# Every cipher, hash and group once, in both phases.
ALL = [Suite(cipher=c, esp_cipher=c) for c in CIPHERS] + [
    *(Suite(hash=h, esp_hash=h) for h in HASHES),
    *(Suite(group=g, pfs=g) for g in GROUPS),
]


def assert_passes_both_ways(network: Network) -> None:
    assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
    assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)


def assert_agreed(peer: StrongSwan, ours: Ours, mode: str) -> None:
    assert "IKEv1" in peer.sas()
    assert peer.sas().count("INSTALLED") == 1
    status = ours.status()
    (isakmp,) = status["isakmp_sas"]
    assert (isakmp["state"], isakmp["mode"]) == ("established", mode)
    (ipsec,) = status["ipsec_sas"]
    assert ipsec["sa"]["tunnel"] == "Tunnel0.0"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("suite", [SAMPLE, DEFAULT], ids=str)
def test_a_packet_brings_the_tunnel_up_and_is_not_lost(tmp_path: Path, suite: Suite, mode: str) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, suite, mode=mode)) as peer,
        Ours(network, tmp_path / "ours", configuration(suite, mode=mode)) as ours,
    ):
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("suite", [SAMPLE, DEFAULT], ids=str)
def test_the_peer_begins(tmp_path: Path, suite: Suite, mode: str) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(suite, mode=mode)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, suite, mode=mode)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, mode)


@pytest.mark.parametrize("suite", ALL, ids=str)
def test_every_algorithm(tmp_path: Path, suite: Suite) -> None:
    """First the peer begins; then we, after everything was cleared."""
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(suite)) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, suite)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, "main")
        peer.swanctl("--terminate", "--ike", "kkt")
        ours.until(lambda: not ours.status()["ipsec_sas"], "no IPsec SA")
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, "main")
        assert [sa["role"] for sa in ours.status()["isakmp_sas"]] == ["initiator"]


def test_a_responder_follows_the_mode_of_its_peer(tmp_path: Path) -> None:
    """V1-31: the mode of the policy binds the initiator only."""
    addresses = {"local_id": Network.PEER, "remote_id": Network.OURS}
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(mode="main")) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, mode="aggressive", **addresses)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_agreed(peer, ours, "aggressive")


def test_several_phase_2_sas_under_one_phase_1(tmp_path: Path) -> None:
    second = """ipsec autokey-map map-2 ipv4 peer 203.0.113.1 p2
ipsec local-id map-2 192.168.10.0/24
ipsec remote-id map-2 192.168.21.0/24
interface Tunnel1.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel map-2
  no shutdown
ip route 192.168.21.0/24 Tunnel1.0"""
    with Network() as network:
        network.inside(network.peer, "ip", "addr", "add", "192.168.21.1/24", "dev", "lan0")
        swanctl = strongswan(network)
        swanctl = swanctl.replace(
            "children {",
            "children { net-2 {\n local_ts = 192.168.21.0/24\n remote_ts = 192.168.10.0/24\n"
            " esp_proposals = aes256-sha256 }\n",
        )
        with (
            StrongSwan(network, tmp_path / "peer", swanctl) as peer,
            Ours(network, tmp_path / "ours", configuration(lines=[second])) as ours,
        ):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            assert network.ping(network.ours, network.OUR_LAN, "192.168.21.1")
            assert peer.sas().count("ESTABLISHED") == 1
            assert peer.sas().count("INSTALLED") == 2
            status = ours.status()
            assert len(status["isakmp_sas"]) == 1
            assert sorted(sa["sa"]["tunnel"] for sa in status["ipsec_sas"]) == ["Tunnel0.0", "Tunnel1.0"]
