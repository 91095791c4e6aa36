"""Rows of the NEC IX manual, seen on the wire and at strongSwan."""

import time
from pathlib import Path

import pytest

from kakehashi.model.policy import Rekey
from tests.interop.network import Network
from tests.interop.ours import Ours, configuration
from tests.interop.strongswan import StrongSwan, connection, connections

pytestmark = [pytest.mark.root, pytest.mark.interop]

SECOND_TUNNEL = """ikev2 authentication psk id keyid ours-2 key char another-secret
ikev2 authentication psk id keyid peer-2 key char another-secret
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id keyid ours-2
  ikev2 peer {peer} authentication psk id keyid peer-2
  no shutdown
ip route 192.168.21.0/24 Tunnel1.0
"""


def two_connections(network: Network) -> str:
    second = {
        "name": "kkt-2",
        "child": "net-2",
        "local_id": "keyid:peer-2",
        "remote_id": "keyid:ours-2",
        "key": "another-secret",
        "local_ts": "192.168.21.0/24",
    }
    return connections(connection(network), connection(network, **second))


def tunnels(ours: Ours) -> list[str]:
    return sorted(sa["tunnel"] for sa in ours.status()["ike_sas"])


def second_lan(network: Network) -> None:
    network.inside(network.peer, "ip", "addr", "add", "192.168.21.1/24", "dev", "lan0")


def test_v2_36_two_tunnels_between_the_same_two_devices(tmp_path: Path) -> None:
    with Network() as network:
        second_lan(network)
        text = configuration() + SECOND_TUNNEL.format(peer=network.PEER)
        with (
            StrongSwan(network, tmp_path / "peer", two_connections(network)),
            Ours(network, tmp_path / "ours", text) as ours,
        ):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            assert network.ping(network.ours, network.OUR_LAN, "192.168.21.1")
            assert tunnels(ours) == ["Tunnel0.0", "Tunnel1.0"]


def test_v2_37_a_centre_tells_its_sites_apart_by_identity(tmp_path: Path) -> None:
    with Network() as network:
        second_lan(network)
        text = configuration(peer="any") + SECOND_TUNNEL.format(peer="any")
        with (
            Ours(network, tmp_path / "ours", text) as ours,
            StrongSwan(network, tmp_path / "peer", two_connections(network)) as peer,
        ):
            peer.initiate("net-2")
            assert tunnels(ours) == ["Tunnel1.0"]
            peer.initiate("net")
            assert tunnels(ours) == ["Tunnel0.0", "Tunnel1.0"]
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            assert network.ping(network.ours, network.OUR_LAN, "192.168.21.1")


def test_v2_06_towards_any_no_rekey_begins_here(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(peer="any"), child_rekey=Rekey(4, 2)) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
    ):
        peer.initiate()
        ours.until_logged("child-sa-deleted")
        peer.until(lambda: "received DELETE for ESP CHILD_SA" in peer.log, "the Delete")
        assert "child-sa-rekeyed" not in ours.log
        assert "CREATE_CHILD_SA" not in peer.log


def test_v2_07_dpd_at_the_set_interval(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(policy="  dpd interval 10"), dpd_interval=1) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.until(lambda: peer.log.count("parsed INFORMATIONAL request") >= 3, "probes at the peer")
        assert "DPD : " in ours.command("show", "ikev2", "sa")


def test_v2_12_large_packets_cross_with_every_setting(tmp_path: Path) -> None:
    for number, tunnel in enumerate(("", "  ikev2 ipsec pre-fragment", "  ikev2 ipsec mtu ignore")):
        with (
            Network() as network,
            StrongSwan(network, tmp_path / f"peer{number}", connection(network)),
            Ours(network, tmp_path / f"ours{number}", configuration(tunnel=tunnel)),
        ):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            for namespace, source, target in (
                (network.ours, network.OUR_LAN, network.PEER_LAN),
                (network.peer, network.PEER_LAN, network.OUR_LAN),
            ):
                out = network.inside(
                    namespace,
                    "ping",
                    "-s",
                    "4000",
                    "-c",
                    "2",
                    "-l",
                    "2",
                    "-i",
                    "10",
                    "-I",
                    source,
                    target,
                    check=False,
                )
                assert " 2 received" in out, f"{tunnel or 'default'}: {out}"


def test_v2_13_selectors_of_the_initiator(tmp_path: Path) -> None:
    tunnel = "  ikev2 local-ts ipv4 192.168.10.0/24\n  ikev2 remote-ts ipv4 192.168.20.0/24 protocol icmp"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(tunnel=tunnel)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "192.168.20.0/24[icmp]" in peer.sas()
        network.inside(network.ours, "bash", "-c", f"echo x > /dev/udp/{network.PEER_LAN}/9", check=False)
        ours.until(
            lambda: ours.status()["tunnels"][0]["outbound"]["ts_unacceptable"] == 1,
            "the UDP packet in the counter",
        )
        assert "1 ts unacceptable" in ours.command("show", "ikev2", "child-sa")


def test_v2_13_the_responder_takes_what_is_proposed(tmp_path: Path) -> None:
    tunnel = "  ikev2 local-ts ipv4 172.16.1.0/24\n  ikev2 remote-ts ipv4 172.16.2.0/24"
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(tunnel=tunnel)) as ours,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
    ):
        peer.initiate()
        assert "192.168.20.0/24 === 192.168.10.0/24" in peer.log
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "Address Range 192.168.20.0 to 192.168.20.255" in ours.command("show", "ikev2", "child-sa")


def test_v2_14_keepalives_keep_the_nat_open(tmp_path: Path) -> None:
    with (
        Network(nat="ours") as network,
        StrongSwan(network, tmp_path / "peer", connection(network, remote="%any")),
        Ours(network, tmp_path / "ours", configuration(policy="  nat-traversal keepalive 1")) as ours,
    ):
        network.count_start("ip protocol udp udp dport 4500 udp length 9")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.until(lambda: network.count() >= 3, "keepalives at the router")
        assert "NAT-T keepalive interval[sec] : 1" in ours.command("show", "ikev2", "sa")


def test_v2_15_no_delete_is_sent(tmp_path: Path) -> None:
    policy = "  suppress send-delete\n  suppress send-rekey"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(
            network, tmp_path / "ours", configuration(policy=policy), child_rekey=Rekey(6, 3)
        ) as ours,
    ):  # fmt: skip
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        time.sleep(4)
        assert "REKEY_SA" not in peer.log
        ours.command("clear", "ikev2", "sa")
        ours.until(lambda: ours.status()["ike_sas"] == [], "no IKE SA")
        assert "received DELETE" not in peer.log
        assert "ESTABLISHED" in peer.sas()


def test_v2_16_a_bound_profile_rules_over_the_default_profile(tmp_path: Path) -> None:
    profile = """ikev2 profile strict
  sa-proposal enc aes-cbc-192
  child-proposal enc aes-cbc-128
"""
    text = profile + configuration(
        policy="  sa-proposal enc aes-cbc-256\n  child-proposal enc aes-cbc-256",
        tunnel="  ikev2 binding strict",
    )
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer",
            connection(network, ike="aes256-aes192-sha256-modp2048", esp="aes256-aes128-sha256"),
        ) as peer,
        Ours(network, tmp_path / "ours", text),
    ):  # fmt: skip
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert "AES_CBC-192/" in peer.sas()
        assert "AES_CBC-128/" in peer.sas()


def test_v2_11_the_source_address_is_the_one_that_is_set(tmp_path: Path) -> None:
    tunnel = "  ikev2 source-address 198.51.100.9"
    with Network() as network:
        network.inside(network.ours, "ip", "addr", "add", "198.51.100.9/24", "dev", "wan0")
        with (
            StrongSwan(network, tmp_path / "peer", connection(network, remote="198.51.100.9")) as peer,
            Ours(network, tmp_path / "ours", configuration(tunnel=tunnel)) as ours,
        ):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            assert "198.51.100.9[4500]" in peer.sas()
            network.inside(network.ours, "ip", "addr", "del", "198.51.100.9/24", "dev", "wan0")
            ours.until(lambda: not ours.status()["tunnels"][0]["up"], "the tunnel down")
            assert "198.51.100.9" in ours.status()["tunnels"][0]["down_reason"]


def test_v2_10_the_outgoing_interface_and_its_next_hop(tmp_path: Path) -> None:
    """Without any route to the peer: the next hop of the configuration is enough."""
    tunnel = "  ikev2 outgoing-interface GigaEthernet0.0 198.51.100.254"
    with Network() as network:
        network.inside(network.ours, "ip", "route", "del", "default")
        with (
            StrongSwan(network, tmp_path / "peer", connection(network)),
            Ours(network, tmp_path / "ours", configuration(tunnel=tunnel)) as ours,
        ):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            network.inside(network.router, "ip", "link", "set", "r-ours", "down")
            ours.until(lambda: not ours.status()["tunnels"][0]["up"], "the tunnel down with its interface")
            assert ours.status()["ike_sas"], "an interface that goes down deletes no SA (V2-34)"
