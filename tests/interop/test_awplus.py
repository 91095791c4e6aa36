"""A tunnel with strongSwan from the configuration of an AlliedWare Plus router."""

from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]

KEY = "one-secret-for-both"
INTERFACES = ("eth1", "vlan1")


def configuration(
    *, lines: str = "", tunnel: str = "", profile: str = "", version: int = 4, key_for: str = ""
) -> str:
    """The router: with these lines at the margin and on its tunnel, and this IPsec profile."""
    ours = Network.OURS if version == 4 else Network.OURS_6
    peer = Network.PEER if version == 4 else Network.PEER_6
    return f"""\
crypto isakmp key {KEY} {key_for or f"address {peer}"}
!
{lines}
!
interface eth1
 ip address {Network.OURS}/24
 ipv6 address {Network.OURS_6}/64
!
interface vlan1
 ip address {Network.OUR_LAN}/24
 ipv6 address {Network.OUR_LAN_6}/64
!
interface tunnel0
 tunnel mode ipsec ipv{version}
 tunnel source {ours}
 tunnel destination {peer}
 tunnel protection ipsec{f" profile {profile}" if profile else ""}
{tunnel}
 ip address 172.16.0.1/30
 ipv6 enable
!
ip route 192.168.20.0/24 tunnel0
ip route 192.168.20.0/24 null 254
ipv6 route 2001:db8:20::/64 tunnel0
end
"""


def swan(network: Network, **changes: str | int) -> str:
    """The peer; both are known by their addresses unless told."""
    named = {"local_id": Network.PEER, "remote_id": Network.OURS, "key": KEY} | changes
    return connection(network, **named)  # type: ignore[arg-type]


def assert_passes_both_ways(network: Network, ours: Ours) -> None:
    """The tunnel comes up by itself, and then carries; before that its routes are not there."""
    ours.until(lambda: "Link is UP" in ours.command("show", "interface", "tunnel0"), "the tunnel")
    assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
    assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)


@pytest.mark.parametrize(
    ("ike", "esp", "shown"),
    [
        ("aes256-sha256-modp2048", "aes256-sha256", ["AES256         SHA256            14", "AES256         SHA256"]),
        ("aes128-sha1-modp4096", "aes128-sha1", ["AES128         SHA1              16", "AES128         SHA1"]),
        ("aes256-sha1-modp4096", "aes256gcm64", ["AES256         SHA1              16", "AES256         GCM8"]),
        ("aes128-sha256-modp2048", "aes128gcm128", ["AES128         SHA256            14", "AES128         GCM16"]),
    ],
)  # fmt: skip
def test_the_default_profiles_meet_each_of_their_combinations(
    tmp_path: Path, ike: str, esp: str, shown: list[str]
) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, ike=ike, esp=esp)),
        Ours(network, tmp_path / "ours", configuration(), interfaces=INTERFACES) as ours,
    ):
        assert_passes_both_ways(network, ours)
        assert shown[0] in ours.command("show", "isakmp", "sa")
        assert shown[1] in ours.command("show", "ipsec", "sa")


def test_a_peer_that_offers_everything_gets_what_is_first_here(tmp_path: Path) -> None:
    """RFC 7296 section 3.3.1: several proposals in one SA payload, theirs and ours."""
    ike = "aes128-sha1-modp2048,aes128-sha256-modp4096,aes256-sha256-modp4096"
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(), interfaces=INTERFACES) as ours,
        StrongSwan(
            network, tmp_path / "peer", swan(network, ike=ike, esp="aes128-sha1,aes256gcm128")
        ) as peer,
    ):
        peer.initiate()
        assert_passes_both_ways(network, ours)
        assert "AES256         SHA256            16" in ours.command("show", "isakmp", "sa")
        assert "AES256         GCM16" in ours.command("show", "ipsec", "sa")


def test_profiles_of_ones_own_with_names_and_pfs(tmp_path: Path) -> None:
    lines = """\
crypto ipsec profile strong
 lifetime seconds 3600
 pfs 14
 transform 1 protocol esp integrity sha512 encryption aes192
crypto isakmp profile strong
 version 2
 transform 1 integrity sha512 encryption aes192 group 15
crypto isakmp peer policy tunnel0 profile strong
"""
    names = " tunnel local name ours.example\n tunnel remote name peer.example"
    peer = {
        "ike": "aes192-sha512-modp3072",
        "esp": "aes192-sha512-modp2048",
        "local_id": "fqdn:peer.example",
        "remote_id": "fqdn:ours.example",
    }
    text = configuration(lines=lines, tunnel=names, profile="strong", key_for="hostname peer.example")
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, **peer)) as swan_peer,
        Ours(network, tmp_path / "ours", text, interfaces=INTERFACES) as ours,
    ):
        assert_passes_both_ways(network, ours)
        # PFS first counts when keys are renewed: by both sides in turn.
        swan_peer.swanctl("--rekey", "--child", "net")
        assert_passes_both_ways(network, ours)
        ours.until(
            lambda: ours.command("show", "ipsec", "sa").rstrip().endswith("14"), "a pair of SAs made with PFS"
        )


def test_a_tunnel_over_ipv6_carries_both(tmp_path: Path) -> None:
    selectors = {
        "local": Network.PEER_6,
        "remote": Network.OURS_6,
        "local_id": Network.PEER_6,
        "remote_id": Network.OURS_6,
        "local_ts": "192.168.20.0/24,2001:db8:20::/64",
        "remote_ts": "192.168.10.0/24,2001:db8:10::/64",
    }
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, **selectors)),
        Ours(network, tmp_path / "ours", configuration(version=6), interfaces=INTERFACES) as ours,
    ):
        assert_passes_both_ways(network, ours)
        assert network.ping(network.ours, network.OUR_LAN_6, network.PEER_LAN_6)


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_a_profile_of_version_1(tmp_path: Path, mode: str) -> None:
    lines = f"""\
crypto isakmp profile old
 version 1 mode {mode}
 transform 1 integrity sha1 encryption aes128 group 2
crypto isakmp peer address {Network.PEER} profile old
"""
    peer: dict[str, str | int] = {
        "version": 1,
        "ike": "aes128-sha1-modp1024",
        "esp": "aes256-sha256",
        "options": "aggressive = yes" if mode == "aggressive" else "",
    }
    selectors = " tunnel local selector 192.168.10.0/24\n tunnel remote selector 192.168.20.0/24"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, **peer)),
        Ours(
            network, tmp_path / "ours", configuration(lines=lines, tunnel=selectors), interfaces=INTERFACES
        ) as ours,
    ):
        assert_passes_both_ways(network, ours)
        shown = ours.command("show", "isakmp", "sa")
        assert "PSK    1     " in shown
        assert "AES128         SHA1              2       yes" in shown


def test_another_key_is_told_with_its_line(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, key="another")),
        Ours(network, tmp_path / "ours", configuration(), interfaces=INTERFACES) as ours,
    ):
        ours.until_logged("AUTHENTICATION_FAILED")
        assert "Link is DOWN" in ours.command("show", "interface", "tunnel0")
        # What the tunnel protects goes nowhere while it is down.
        assert "192.168.20.0/24 [254/0] is directly connected, null" in ours.command("show", "ip", "route")
