"""Crypto maps with strongSwan, from the configuration of a Cisco IOS router."""

from pathlib import Path

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]

KEY = "one-secret-for-both"
INTERFACES = ("GigabitEthernet0/0", "GigabitEthernet0/1")
LAN_TO_LAN = "permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255"


def configuration(*, phase1: str = "", transform: str = "", entry: str = "", lines: str = LAN_TO_LAN) -> str:
    """The router: its policy, transform set, further lines of the map's entry, the access list."""
    return f"""\
hostname ours
crypto isakmp policy 10
 encryption 3des
 hash md5
 authentication pre-share
 group 2
{phase1}
crypto isakmp key {KEY} address {Network.PEER}
crypto isakmp keepalive 30 periodic
crypto ipsec transform-set SET {transform or "esp-3des esp-md5-hmac"}
crypto map OUT 10 ipsec-isakmp
 set peer {Network.PEER}
 set transform-set SET
 match address PROTECTED
{entry}
interface GigabitEthernet0/0
 ip address {Network.OURS} 255.255.255.0
 crypto map OUT
interface GigabitEthernet0/1
 ip address {Network.OUR_LAN} 255.255.255.0
 ip tcp adjust-mss 1356
ip route 0.0.0.0 0.0.0.0 198.51.100.254
ip access-list extended PROTECTED
 {lines}
end
"""


def behind(lists: str) -> str:
    """The router with the list A-security on its WAN side."""
    at = "interface GigabitEthernet0/0\n"
    return configuration().replace(at, f"{at} ip access-group A-security in\n").replace("end\n", lists)


def swan(network: Network, **changes: str | int) -> str:
    """The peer; both are known by their addresses."""
    named: dict[str, str | int] = {
        "version": 1,
        "ike": "3des-md5-modp1024",
        "esp": "3des-md5",
        "local_id": Network.PEER,
        "remote_id": Network.OURS,
        "key": KEY,
    }
    return connection(network, **(named | changes))  # type: ignore[arg-type]


def assert_passes_both_ways(network: Network) -> None:
    assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
    assert network.ping(network.peer, network.PEER_LAN, network.OUR_LAN)


def test_a_packet_of_the_access_list_brings_the_tunnel_up(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(), interfaces=INTERFACES) as ours,
    ):
        network.count_start("ip saddr 192.168.0.0/16")
        assert_passes_both_ways(network)
        assert peer.sas().count("INSTALLED") == 1
        assert "QM_IDLE" in ours.command("show", "crypto", "isakmp", "sa")
        ours.until(lambda: "#pkts encaps: 2" in ours.command("show", "crypto", "ipsec", "sa"), "both packets")
        assert network.count() == 0, "nothing between the LANs in the clear"
        # The two ends themselves are in no line.
        assert network.ping(network.ours, network.OURS, network.PEER)
        assert "#pkts encaps: 2" in ours.command("show", "crypto", "ipsec", "sa")


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_the_peer_begins(tmp_path: Path, mode: str) -> None:
    strong = {
        "phase1": "crypto isakmp policy 20\n encr aes 256\n hash sha256\n authentication pre-share\n group 14",
        "transform": "esp-aes 256 esp-sha256-hmac",
        "entry": " set pfs group14",
    }
    options = "aggressive = yes" if mode == "aggressive" else ""
    words = {"ike": "aes256-sha256-modp2048", "esp": "aes256-sha256-modp2048", "options": options}
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(**strong), interfaces=INTERFACES) as ours,
        StrongSwan(network, tmp_path / "peer", swan(network, **words)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        (isakmp,) = ours.status()["isakmp_sas"]
        assert (isakmp["state"], isakmp["mode"]) == ("established", mode)


def test_each_line_is_a_pair_of_identities_of_its_own(tmp_path: Path) -> None:
    lines = (
        "permit ip host 192.168.10.1 host 192.168.20.1\n permit ip 192.168.10.0 0.0.0.255 host 192.168.20.2"
    )
    with Network() as network:
        network.inside(network.peer, "ip", "addr", "add", "192.168.20.2/24", "dev", "lan0")
        first = swan(network, child="one", local_ts="192.168.20.1/32", remote_ts="192.168.10.1/32")
        second = swan(network, child="two", local_ts="192.168.20.2/32", remote_ts="192.168.10.0/24")
        with (
            StrongSwan(network, tmp_path / "peer", first + second),
            Ours(network, tmp_path / "ours", configuration(lines=lines), interfaces=INTERFACES) as ours,
        ):
            assert network.ping(network.ours, network.OUR_LAN, "192.168.20.1")
            assert len(ours.status()["ipsec_sas"]) == 1
            ours.until(
                lambda: network.ping(network.ours, network.OUR_LAN, "192.168.20.2", wait=1),
                "the second pair of SAs",
            )
            assert len(ours.status()["ipsec_sas"]) == 2
            assert len(ours.status()["isakmp_sas"]) == 1
            assert network.ping(network.ours, network.OUR_LAN, "192.168.20.1")


def test_a_peer_of_any_address_is_answered_and_says_what_it_wants(tmp_path: Path) -> None:
    """A dynamic map without an access list: what the peer proposes goes into the tunnel, while it stands."""
    named = configuration()
    entry = named[named.index("crypto map OUT 10") : named.index("interface GigabitEthernet0/0")]
    dynamic = "crypto dynamic-map ANY 1\n set transform-set SET\ncrypto map OUT 99 ipsec-isakmp dynamic ANY\n"
    text = named.replace(entry, dynamic).replace(f"address {Network.PEER}", "address 0.0.0.0")
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", text, interfaces=INTERFACES) as ours,
        StrongSwan(network, tmp_path / "peer", swan(network)) as peer,
    ):
        assert "192.168.20.0" not in network.inside(network.ours, "ip", "rule")
        assert "successfully" in peer.initiate()
        taken = "from 192.168.10.0/24 to 192.168.20.0/24"
        ours.until(lambda: taken in network.inside(network.ours, "ip", "rule"), "the rule of the SAs")
        assert_passes_both_ways(network)
        peer.swanctl("--terminate", "--ike", "kkt")
        ours.until(lambda: "192.168.20.0" not in network.inside(network.ours, "ip", "rule"), "the rule to go")


def test_what_the_list_takes_waits_while_the_peer_refuses_and_never_goes_in_the_clear(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan(network, key="another")),
        Ours(network, tmp_path / "ours", configuration(), interfaces=INTERFACES) as ours,
    ):
        network.count_start("ip saddr 192.168.0.0/16")
        assert not network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, count=3, wait=1)
        assert "QM_IDLE" not in ours.command("show", "crypto", "isakmp", "sa")
        assert network.count() == 0


# That strongSwan carries ESP in UDP: it goes by port 4500.
HOLES = f"""\
ip access-list extended A-security
 permit udp host {Network.PEER} host {Network.OURS} eq isakmp
 permit udp host {Network.PEER} host {Network.OURS} eq non500-isakmp
"""


def test_an_access_list_with_holes_for_the_peer_lets_it_in(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", behind(HOLES), interfaces=INTERFACES) as ours,
        StrongSwan(network, tmp_path / "peer", swan(network)) as peer,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert not network.ping(network.peer, network.PEER, network.OURS, wait=1), "no line is about pings"
        before, after = ours.status()["access_matches"]["A-security"]
        assert before >= 2, "until the NAT was found"
        assert after >= 5, "the rest of main mode, quick mode, a question and an answer"


@pytest.mark.parametrize("port", ["isakmp", "non500-isakmp"])
def test_a_peer_that_the_access_list_refuses_does_not_get_in(tmp_path: Path, port: str) -> None:
    lists = HOLES.replace(f"eq {port}\n", "eq ntp\n")
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", behind(lists), interfaces=INTERFACES) as ours,
        StrongSwan(network, tmp_path / "peer", swan(network)) as peer,
    ):
        assert "successfully" not in peer.initiate(check=False, timeout=4)
        assert not network.ping(network.peer, network.PEER_LAN, network.OUR_LAN, wait=1)
        status = ours.status()
        assert [sa["state"] for sa in status["isakmp_sas"]] == ([] if port == "isakmp" else ["connecting"])
        assert status["ipsec_sas"] == []
