"""Rows of the NEC IX manual's IKEv1, and of NAT traversal, seen on the wire and at strongSwan."""

import sys
from pathlib import Path

import pytest

from tests.interop.ikev1 import configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan

pytestmark = [pytest.mark.root, pytest.mark.interop]

# Sends ESP of an SPI that nobody has from charon's own socket address, as a peer does that missed a Delete.
STRAY_ESP = """
from scapy.all import IP, UDP, Raw, send
packet = IP(src="203.0.113.1", dst="198.51.100.1") / UDP(sport=4500, dport=4500) / Raw(b"\\x12\\x34\\x56\\x78" + bytes(60))
send([packet] * 30, verbose=False)
"""


def lifetimes(seconds: int, margin: int, **policy: object) -> dict[str, object]:
    return {"phase2": {"lifetime": seconds}, "ikev1_ipsec": {"rekey_before_end": margin, **policy}}


def test_v1_05_retransmission_as_configured(tmp_path: Path) -> None:
    text = configuration(lines=["ike retransmit-count 2", "ike retransmit-interval 1"])
    with Network() as network, Ours(network, tmp_path / "ours", text) as ours:
        network.count_start("udp dport 500")
        network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=1)
        ours.until_logged("negotiation-failed")
        assert network.count() == 3, "the message itself, and it again twice"


def test_v1_06_without_nat_traversal_nothing_moves_to_port_4500(tmp_path: Path) -> None:
    """V1-39: strongSwan here has nothing but ESP in UDP, so phase 1 alone is looked at."""
    text = configuration().replace("ike nat-traversal\n", "")
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", text) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
    ):
        peer.initiate(check=False)
        ours.until_logged("ike-sa-established")
        assert "4500" not in ours.status()["isakmp_sas"][0]["path"]["remote"].values()
        assert "received NAT-T" not in peer.log


def test_v1_13_without_id_payload(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer", strongswan(network, local_ts=network.PEER, remote_ts=network.OURS)
        ) as peer,
        Ours(network, tmp_path / "ours", configuration(policy=" without-id-payload")) as ours,
    ):
        network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=2)
        ours.until_logged("child-sa-created")
        assert "parsed QUICK_MODE request" in peer.log
        request = next(line for line in peer.log.splitlines() if "parsed QUICK_MODE request" in line)
        assert "ID" not in request.split("[", 2)[-1]
        # It agrees; its userspace ESP then cannot carry what goes between the outer addresses.
        assert "generating QUICK_MODE response" in peer.log


def test_v1_18_undecryptable_packets_bring_a_delete(tmp_path: Path) -> None:
    text = configuration(lines=["ipsec delete-notify 20 30"])
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", text) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        network.inside(network.peer, sys.executable, "-c", STRAY_ESP)
        ours.until(lambda: "received DELETE for" in peer.log and "12345678" in peer.log, "the Delete")
        assert peer.sas().count("INSTALLED") == 1, "the SA that is in use stays"


def test_v1_20_an_sa_without_traffic_is_not_rekeyed_unless_told_to(tmp_path: Path) -> None:
    with Network() as network, StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer:
        with Ours(network, tmp_path / "ours", configuration(), **lifetimes(6, 3)) as ours:
            assert "successfully" in peer.initiate()
            ours.until(lambda: not ours.status()["ipsec_sas"], "the end of the SA", 30)
            assert "child-sa-rekeyed" not in ours.log.replace("is not rekeyed", "")
        text = configuration(lines=["ipsec rekey unconditional-rekeying"])
        with Ours(network, tmp_path / "again", text, **lifetimes(6, 3)) as ours:
            assert "successfully" in peer.initiate()
            ours.until(lambda: " is rekeyed: " in ours.log, "a rekey", 30)


def test_v1_07_a_dangling_isakmp_sa_is_not_renewed(tmp_path: Path) -> None:
    text = configuration(lines=["ike suppress-dangling"])
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(
            network, tmp_path / "ours", text, phase1={"lifetime": 6}, ikev1_peer={"renew_before_end": 3}
        ) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--terminate", "--child", "net")
        ours.until(lambda: not ours.status()["isakmp_sas"], "no ISAKMP SA", 30)
        assert "ike-sa-rekeyed" not in ours.log


def test_nt_06_keepalives_keep_the_nat_open(tmp_path: Path) -> None:
    names = {"local_id": "keyid:peer", "remote_id": "keyid:ours"}
    with (
        Network(nat="ours") as network,
        StrongSwan(
            network, tmp_path / "peer", strongswan(network, remote="%any", mode="aggressive", **names)
        ),
        Ours(
            network, tmp_path / "ours", configuration(mode="aggressive"), ikev1_peer={"nat_keepalive": 1}
        ) as ours,
    ):
        network.count_start("udp dport 4500 udp length 9")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.until(lambda: network.count() >= 3, "keepalives")


def test_nt_08_a_mapping_that_moves_is_followed(tmp_path: Path) -> None:
    """The NAT forgets its mappings; the peer's next authentic packet shows the new one."""
    text = configuration(mode="aggressive", peer="any", map_line="ipsec dynamic-map map ipv4 p2 ike pol")
    with (
        Network(nat="peer") as network,
        Ours(network, tmp_path / "ours", text) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, mode="aggressive")) as peer,
    ):
        assert "successfully" in peer.initiate()
        ours.until_logged("interface-up")
        assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)
        before = ours.status()["isakmp_sas"][0]["path"]["remote"]["port"]
        network.forget_mappings()
        assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN, count=3)
        ours.until(lambda: ours.status()["isakmp_sas"][0]["path"]["remote"]["port"] != before, "another port")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
