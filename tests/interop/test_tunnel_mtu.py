"""What a router's configuration says of the MTU and the DF bit of its tunnel, seen on the wire."""

import subprocess
from pathlib import Path

import pytest

from tests.interop.network import PATIENCE, Network
from tests.interop.ours import Ours

pytestmark = [pytest.mark.root, pytest.mark.interop]

CISCO = """\
hostname {name}
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key between-us address {far}
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto ipsec profile IP
 set transform-set TS
interface Tunnel0
 ip address {own} 255.255.255.252
{mtu}
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination {far}
 tunnel protection ipsec profile IP
interface GigabitEthernet0/0
 ip address {near} 255.255.255.0
interface GigabitEthernet0/1
 ip address {lan} 255.255.255.0
ip route 0.0.0.0 0.0.0.0 {gateway}
ip route {there} 255.255.255.0 Tunnel0
end
"""
AWPLUS = """\
hostname {name}
crypto isakmp key between-us address {far}
interface eth0
 ip address {near}/24
interface eth1
 ip address {lan}/24
interface tunnel0
{mtu}
 ip address {own}/30
 tunnel source {near}
 tunnel destination {far}
 tunnel protection ipsec
 tunnel mode ipsec ipv4
ip route 0.0.0.0/0 {gateway}
ip route {there}/24 tunnel0
"""
NEC = """\
hostname {name}
ip route default {gateway}
ip route {there}/24 Tunnel0.0
ike proposal p encryption aes hash sha2-256 group 2048-bit
ike policy peer peer {far} key between-us p
ipsec autokey-proposal p esp-aes esp-sha2-256
ipsec autokey-map map ipv4 peer {far} p
interface GigaEthernet0.0
  ip address {near}/24
  no shutdown
interface GigaEthernet1.0
  ip address {lan}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel map {mtu}
  no shutdown
"""
INTERFACES = {
    CISCO: ("GigabitEthernet0/0", "GigabitEthernet0/1"),
    AWPLUS: ("eth0", "eth1"),
    NEC: ("GigaEthernet0.0", "GigaEthernet1.0"),
}
DF_BIT = {CISCO: " crypto ipsec df-bit {}", AWPLUS: " tunnel df {}", NEC: "df-bit {}"}


def two(language: str, mtu: str) -> tuple[str, str]:
    """Both routers, the first with `mtu` among the lines of its tunnel."""
    ours = language.format(
        name="ours", near=Network.OURS, far=Network.PEER, own="10.9.9.1", lan=Network.OUR_LAN,
        gateway="198.51.100.254", there="192.168.20.0", mtu=mtu,
    )  # fmt: skip
    peer = language.format(
        name="peer", near=Network.PEER, far=Network.OURS, own="10.9.9.2", lan=Network.PEER_LAN,
        gateway="203.0.113.254", there="192.168.10.0", mtu="",
    )  # fmt: skip
    return ours, peer


def ping(network: Network, size: int, df: str) -> str:
    """Of a host behind us, two packets of `size` octets at once: for the answers ping waits as long as between two."""
    words = ["ping", "-n", "-c2", "-l2", "-i10", "-W2", "-M", df, "-s", str(size - 28), Network.PEER_LAN]
    done = subprocess.run(
        ["ip", "netns", "exec", f"{network.ours}-host", *words],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).replace("mtu=", "mtu = ")


def add_host(network: Network) -> None:
    """A host at the other end of our LAN, with a network namespace of its own."""
    host = f"{network.ours}-host"
    subprocess.run(["ip", "netns", "add", host], check=True)
    network.inside(network.ours, "ip", "link", "set", "lan1", "netns", host)
    for words in (("addr", "add", "192.168.10.10/24", "dev", "lan1"), ("link", "set", "lan1", "up")):
        network.inside(host, "ip", *words)
    network.inside(host, "ip", "route", "add", "default", "via", Network.OUR_LAN)


@pytest.mark.parametrize(
    ("language", "line"), [(CISCO, " ip mtu 1300"), (CISCO, " mtu 1300"), (AWPLUS, " mtu 1300")],
    ids=["cisco-ip-mtu", "cisco-mtu", "awplus"],
)  # fmt: skip
def test_the_tunnels_own_mtu_is_what_its_users_are_told(tmp_path: Path, language: str, line: str) -> None:
    ours, peer = two(language, line)
    names = INTERFACES[language]
    with (
        Network() as network,
        Ours(network, tmp_path / "p", peer, namespace=network.peer, interfaces=names, log_json=False),
        Ours(network, tmp_path / "o", ours, interfaces=names, log_json=False) as gateway,
    ):
        add_host(network)
        try:
            gateway.until(lambda: " 0% packet loss" in ping(network, 100, "do"), "the tunnel")
            assert " 0% packet loss" in ping(network, 1300, "do")
            assert "mtu = 1300" in ping(network, 1301, "do")
            # What may be fragmented is.
            assert " 0% packet loss" in ping(network, 1400, "dont")
            assert [tunnel["mtu"] for tunnel in gateway.status()["tunnels"]] == [1300]
        finally:
            subprocess.run(["ip", "netns", "delete", f"{network.ours}-host"], check=False)


@pytest.mark.parametrize(
    ("df_bit", "inside", "is_set"),
    [("set", "dont", True), ("clear", "do", False), ("copy", "do", True), ("copy", "dont", False)],
)
@pytest.mark.parametrize("language", DF_BIT, ids=["cisco", "awplus", "nec"])
def test_the_outer_packets_df_bit_is_as_the_interface_says(
    tmp_path: Path, language: str, df_bit: str, inside: str, is_set: bool
) -> None:
    """V1-33, V1-13."""
    ours, peer = two(language, DF_BIT[language].format(df_bit))
    names = INTERFACES[language]
    with (
        Network() as network,
        Ours(network, tmp_path / "p", peer, namespace=network.peer, interfaces=names, log_json=False),
        Ours(network, tmp_path / "o", ours, interfaces=names, log_json=False) as gateway,
    ):
        add_host(network)
        try:
            gateway.until(lambda: " 0% packet loss" in ping(network, 100, "do"), "the tunnel")
            network.count_start(
                f"iifname r-ours ip protocol esp ip frag-off & 0x4000 {'!=' if is_set else '=='} 0"
            )
            assert " 0% packet loss" in ping(network, 500, inside)
            assert network.count() == 2
        finally:
            subprocess.run(["ip", "netns", "delete", f"{network.ours}-host"], check=False)
