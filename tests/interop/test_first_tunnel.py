"""A tunnel with strongSwan, begun by either side, with every family of algorithms and every group."""

from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours, configuration
from tests.interop.strongswan import StrongSwan, connection
from tests.interop.suites import FAMILIES, GROUPS, Suite

pytestmark = [pytest.mark.root, pytest.mark.interop]

# Each family with one group, and each group with one family.
SUITES = [("cbc-sha1", group) for group in GROUPS] + [
    (family, group) for family in ("gcm", "chacha") for group in ("modp2048", "x25519", "ecp256")
]


def assert_passes_both_ways(network: Network) -> None:
    assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
    assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)


def assert_agreed(peer: StrongSwan, ours: Ours, suite: Suite) -> None:
    assert "ESTABLISHED" in peer.sas()
    assert suite.esp_show in peer.sas()
    (sa,) = ours.status()["ike_sas"]
    assert sa["state"] == "established"
    assert len(sa["children"]) == 1


@pytest.mark.parametrize(("family", "group"), SUITES)
def test_a_packet_brings_the_tunnel_up_and_is_not_lost(tmp_path: Path, family: str, group: str) -> None:
    suite = FAMILIES[family](group)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, ike=suite.ike, esp=suite.esp)) as peer,
        Ours(network, tmp_path / "ours", configuration(), suite=suite) as ours,
    ):
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, suite)
        assert "initiator" in ours.command("show", "ikev2", "sa")


@pytest.mark.parametrize(("family", "group"), SUITES)
def test_the_peer_begins(tmp_path: Path, family: str, group: str) -> None:
    suite = FAMILIES[family](group)
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(), suite=suite) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network, ike=suite.ike, esp=suite.esp)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert_agreed(peer, ours, suite)
        assert "responder" in ours.command("show", "ikev2", "sa")


def test_the_defaults_of_the_device_meet_a_peer_that_wants_one_suite(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer", connection(network, ike="aes128-sha256-modp1536", esp="aes192-sha1")
        ) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert_passes_both_ways(network)
        assert "MODP_1536" in peer.sas()
        assert "AES_CBC-192/HMAC_SHA1_96" in peer.sas()
        shown = ours.command("show", "ikev2", "sa")
        assert "Encryption alg : AES-CBC-128" in shown
        assert "DH group : MODP-1536" in shown


@pytest.mark.parametrize(
    ("ours_id", "peer_id", "ours_swan", "peer_swan"),
    [
        ("ipv4 198.51.100.1", "ipv4 203.0.113.1", "198.51.100.1", "203.0.113.1"),
        ("ipv6 2001:db8:a::1", "ipv6 2001:db8:b::1", "2001:db8:a::1", "2001:db8:b::1"),
        (
            "fqdn tokyo.example.com",
            "fqdn osaka.example.com",
            "fqdn:tokyo.example.com",
            "fqdn:osaka.example.com",
        ),
        ("rfc822 a@example.com", "rfc822 b@example.com", "rfc822:a@example.com", "rfc822:b@example.com"),
        ("keyid ours", "keyid peer", "keyid:ours", "keyid:peer"),
    ],
)
def test_every_type_of_identity(
    tmp_path: Path, ours_id: str, peer_id: str, ours_swan: str, peer_swan: str
) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, local_id=peer_swan, remote_id=ours_swan)),
        Ours(network, tmp_path / "ours", configuration(local_id=ours_id, peer_id=peer_id)),
    ):
        assert_passes_both_ways(network)


def test_ipv6_inside_ipv4_beside_ipv4(tmp_path: Path) -> None:
    """One tunnel carries both (V2-35)."""
    selectors = {
        "local_ts": "192.168.20.0/24,2001:db8:20::/64",
        "remote_ts": "192.168.10.0/24,2001:db8:10::/64",
    }
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, **selectors)),
        Ours(network, tmp_path / "ours", configuration()),
    ):
        assert_passes_both_ways(network)
        assert network.ping(network.ours, network.OUR_LAN_6, network.PEER_LAN_6)
        assert network.ping(network.peer, network.PEER_LAN_6, network.OUR_LAN_6)


def test_ipv4_and_ipv6_inside_ipv6(tmp_path: Path) -> None:
    selectors = {
        "local_ts": "192.168.20.0/24,2001:db8:20::/64",
        "remote_ts": "192.168.10.0/24,2001:db8:10::/64",
    }
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer",
            connection(network, local=network.PEER_6, remote=network.OURS_6, **selectors),
        ),
        Ours(network, tmp_path / "ours", configuration(peer=network.PEER_6)),
    ):  # fmt: skip
        assert_passes_both_ways(network)
        assert network.ping(network.ours, network.OUR_LAN_6, network.PEER_LAN_6)


@pytest.mark.parametrize("nat", ["ours", "peer"])
def test_a_nat_on_either_side(tmp_path: Path, nat: str) -> None:
    """The side behind the NAT begins; the other knows it by its identity alone."""
    with Network(nat=nat) as network:
        peer_address = network.PEER if nat == "ours" else "any"
        remote = "%any" if nat == "ours" else network.OURS
        with (
            Ours(network, tmp_path / "ours", configuration(peer=peer_address)) as ours,
            StrongSwan(network, tmp_path / "peer", connection(network, remote=remote)) as peer,
        ):
            if nat == "peer":
                peer.initiate()
            assert_passes_both_ways(network)
            # charon's data plane always pretends to be behind a NAT itself.
            (sa,) = ours.status()["ike_sas"]
            assert ("local" if nat == "ours" else "remote") in str(sa["nat"]).lower()
            assert sa["path"]["local"]["port"] == 4500
            assert "NAT detection" in ours.command("show", "ikev2", "sa")
