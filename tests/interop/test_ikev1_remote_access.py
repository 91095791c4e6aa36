"""XAUTH and mode configuration with strongSwan, in both roles: what remote-access clients bring."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from kakehashi.model.ikev1 import AddressPool, RemoteAccess, XauthUser
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from tests.interop.ikev1 import configuration, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan

pytestmark = [pytest.mark.root, pytest.mark.interop]

PASSWORD = "not-easily-guessed"
ALICE = XauthUser("alice", Secret(PASSWORD.encode()))
POOL = "10.99.0.0/24"
NO_ONE_IN_PARTICULAR = configuration(
    mode="aggressive", peer="any", map_line="ipsec dynamic-map map ipv4 p2 ike pol", remote="0.0.0.0/0"
).replace("ip route 0.0.0.0/0 Tunnel0.0", f"ip route {POOL} Tunnel0.0")


def with_xauth(swanctl: str, side: str, password: str = PASSWORD) -> str:
    """strongSwan's end as the client or as the server of a second round of authentication."""
    own, user = ("local", "  xauth_id = alice\n") if side == "client" else ("remote", "")
    second = f"  {own}-xauth {{\n    auth = xauth\n    round = 2\n  {user}  }}\n  {own} {{\n    round = 1\n"
    secret = f'secrets {{ xauth-a {{\n  id = alice\n  secret = "{password}"\n}} }}\n'
    return swanctl.replace(f"  {own} {{\n", second, 1) + secret


def test_a_client_logs_in_and_gets_an_address(tmp_path: Path) -> None:
    access = RemoteAccess(users=(ALICE,), pool=AddressPool(network=IPv4Network(POOL)))
    with Network() as network:
        client = strongswan(network, mode="aggressive", options="vips = 0.0.0.0", local_ts="dynamic")
        with (
            Ours(
                network, tmp_path / "ours", NO_ONE_IN_PARTICULAR,
                ikev1_peer={"remote_access": access}, ikev1_ipsec={"filters": True},
            ) as ours,
            StrongSwan(network, tmp_path / "peer", with_xauth(client, "client")) as peer,
        ):  # fmt: skip
            assert "successfully" in peer.initiate()
            assert "installing new virtual IP 10.99.0." in peer.log
            (sa,) = ours.status()["ipsec_sas"]
            (remote,) = sa["sa"]["remote_selectors"]
            assert remote["start"] == remote["end"]
            assert remote["start"].startswith("10.99.0.")
            assert PASSWORD not in ours.log


def test_a_client_with_a_wrong_password_gets_nothing(tmp_path: Path) -> None:
    with Network() as network:
        client = with_xauth(strongswan(network, mode="aggressive"), "client", "guessed")
        with (
            Ours(
                network, tmp_path / "ours", NO_ONE_IN_PARTICULAR,
                ikev1_peer={"remote_access": RemoteAccess(users=(ALICE,))},
            ) as ours,
            StrongSwan(network, tmp_path / "peer", client) as peer,
        ):  # fmt: skip
            peer.initiate(check=False)
            assert "INSTALLED" not in peer.sas()
            assert ours.status()["ipsec_sas"] == []
            ours.until_logged("alice")
            assert "guessed" not in ours.log


def test_we_log_in_and_speak_from_the_address_that_we_get(tmp_path: Path) -> None:
    access = RemoteAccess(login=ALICE, wants_address=True)
    everything = (TrafficSelector.of("0.0.0.0/0"),)
    with Network() as network:
        server = strongswan(network, mode="aggressive", options="pools = clients", remote_ts="dynamic")
        server = with_xauth(server, "server") + f"pools {{ clients {{ addrs = {POOL} }} }}\n"
        with (
            StrongSwan(network, tmp_path / "peer", server) as peer,
            Ours(
                network, tmp_path / "ours", configuration(mode="aggressive"),
                ikev1_peer={"remote_access": access},
                ikev1_ipsec={"filters": True, "local_selectors": everything},
            ) as ours,
        ):  # fmt: skip
            network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=2)
            ours.until_logged("child-sa-created")
            assert "XAuth authentication of 'alice' successful" in peer.log
            assert "assigning virtual IP 10.99.0." in peer.log
            (sa,) = ours.status()["ipsec_sas"]
            (local,) = sa["sa"]["local_selectors"]
            assert local["start"].startswith("10.99.0.")
