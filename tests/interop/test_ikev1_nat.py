"""IKEv1 and a NAT between us and strongSwan (NT-01 to NT-08)."""

from pathlib import Path

import pytest

from kakehashi.model.status import NatMethod
from tests.interop.ikev1 import KEY, configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan

pytestmark = [pytest.mark.root, pytest.mark.interop]

# The NAT hides the address, so the ends go by other names; the router's outer address is the peer's then.
NAMES = {"local_id": "keyid:peer", "remote_id": "keyid:ours"}
IDENTITIES = ["ike local-id pol keyid ours", "ike remote-id pol keyid peer"]


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_we_are_behind_a_nat(tmp_path: Path, mode: str) -> None:
    lines = IDENTITIES if mode == "main" else []
    with (
        Network(nat="ours") as network,
        StrongSwan(
            network, tmp_path / "peer", strongswan(network, mode=mode, remote="%any", **NAMES)
        ) as peer,
        Ours(network, tmp_path / "ours", configuration(mode=mode, lines=lines)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)
        (isakmp,) = ours.status()["isakmp_sas"]
        assert "local" in isakmp["nat"]
        assert isakmp["nat_method"] == "RFC3947"
        assert isakmp["path"]["remote"]["port"] == 4500
        assert "[4500]" in peer.sas()


def test_the_peer_is_behind_a_nat(tmp_path: Path) -> None:
    """A site of unknown address and a key ID: `peer any` with a dynamic map (V1-10, V1-36)."""
    text = configuration(mode="aggressive", peer="any", map_line="ipsec dynamic-map map ipv4 p2 ike pol")
    with (
        Network(nat="peer") as network,
        Ours(network, tmp_path / "ours", text) as ours,
        StrongSwan(network, tmp_path / "peer", strongswan(network, mode="aggressive")) as peer,
    ):
        assert "successfully" in peer.initiate()
        ours.until_logged("interface-up")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)
        (isakmp,) = ours.status()["isakmp_sas"]
        assert "remote" in isakmp["nat"]


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_both_are_behind_a_nat(tmp_path: Path, mode: str) -> None:
    lines = IDENTITIES if mode == "main" else []
    text = configuration(mode=mode, peer=Network.OUTSIDE, lines=lines)
    with (
        Network(nat="both") as network,
        StrongSwan(
            network, tmp_path / "peer", strongswan(network, mode=mode, remote="%any", **NAMES)
        ) as peer,
        Ours(network, tmp_path / "ours", text) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)
        (isakmp,) = ours.status()["isakmp_sas"]
        assert set(isakmp["nat"]) == {"local", "remote"}
        assert "local host is behind NAT" in peer.log
        assert "remote host is behind NAT" in peer.log


@pytest.mark.parametrize("method", [NatMethod.DRAFT_02_N, NatMethod.DRAFT_03], ids=lambda m: m.name)
@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_the_drafts(tmp_path: Path, mode: str, method: NatMethod) -> None:
    """We announce one draft alone, so that is what both sides use, as an old device would (NT-01)."""
    lines = IDENTITIES if mode == "main" else []
    swanctl = strongswan(network := Network(nat="ours"), mode=mode, remote="%any", **NAMES)
    with (
        network,
        StrongSwan(network, tmp_path / "peer", swanctl) as peer,
        Ours(
            network, tmp_path / "ours", configuration(mode=mode, lines=lines), nat_methods=(method,)
        ) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        (isakmp,) = ours.status()["isakmp_sas"]
        assert isakmp["nat_method"] == method.value
        assert "received draft-ietf-ipsec-nat-t-ike" in peer.log
        ours.command("clear", "ike", "sa")


def test_two_sites_behind_one_address_are_told_apart(tmp_path: Path) -> None:
    """NT-07: one of the two is our own gateway's first tunnel, the other a second policy with its own key."""
    second = [
        f"ike policy pol-2 peer any key {KEY}-2 mode aggressive p1",
        "ike remote-id pol-2 keyid peer-2",
        "ike local-id pol-2 keyid ours",
        "ipsec dynamic-map map-2 ipv4 p2 ike pol-2",
        "ipsec local-id map-2 192.168.10.0/24",
        "ipsec remote-id map-2 192.168.21.0/24",
        "interface Tunnel1.0",
        "  tunnel mode ipsec",
        "  ip unnumbered GigaEthernet1.0",
        "  ipsec policy tunnel map-2",
        "  no shutdown",
        "ip route 192.168.21.0/24 Tunnel1.0",
    ]
    text = configuration(
        mode="aggressive", peer="any", map_line="ipsec dynamic-map map ipv4 p2 ike pol", lines=second
    )
    with Network(nat="peer") as network:
        network.inside(network.peer, "ip", "addr", "add", "192.168.21.1/24", "dev", "lan0")
        first = strongswan(network, mode="aggressive")
        other = strongswan(
            network, mode="aggressive", name="kkt-2", child="net-2", local_id="keyid:peer-2", key=f"{KEY}-2",
            local_ts="192.168.21.0/24",
        )  # fmt: skip
        with (
            Ours(network, tmp_path / "ours", text) as ours,
            StrongSwan(network, tmp_path / "peer", first + other) as peer,
        ):
            assert "successfully" in peer.initiate("net")
            assert "successfully" in peer.initiate("net-2")
            ours.until(lambda: ours.log.count('"interface-up"') == 2, "both interfaces up")
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            assert network.ping(network.ours, network.OUR_LAN, "192.168.21.1")
            assert len(ours.status()["isakmp_sas"]) == 2
