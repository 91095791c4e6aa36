"""Keeping a tunnel with strongSwan: rekeys, dead peers, deletes."""

import re
from pathlib import Path

import pytest

from kakehashi.model.policy import Rekey
from tests.interop.network import PATIENCE, Network
from tests.interop.ours import Ours, configuration
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]


def loses_nothing(network: Network, count: int = 20) -> bool:
    """`count` echoes, four a second, all answered: what a rekey must not disturb.

    Without a deadline ping would wait for the last of them no longer than from one to the next; with one it goes on
    until so many are answered.
    """
    out = network.inside(
        network.ours, "ping", "-c", str(count), "-i", "0.25", "-w", str(count), "-I", network.OUR_LAN, network.PEER_LAN,
        check=False, timeout=count + PATIENCE,
    )  # fmt: skip
    answered = {int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+) ", out)}
    return answered >= set(range(1, count + 1))


def assert_loses_nothing_until(network: Network, count: int, ours: Ours, event: str) -> None:
    """`count` echoes are answered, and as many more as there are until the event has been logged twice."""
    assert loses_nothing(network, count)
    while ours.log.count(event) < 2:
        assert loses_nothing(network, 8)


def pairs_of_sas(ours: Ours) -> list[int]:
    """How many there are under each IKE SA."""
    return [len(sa["children"]) for sa in ours.status()["ike_sas"]]


@pytest.mark.parametrize("group", ["", "-modp2048"], ids=["without-pfs", "with-pfs"])
def test_we_rekey_the_child(tmp_path: Path, group: str) -> None:
    pfs = "  child-pfs 2048-bit" if group else "  no child-pfs"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, esp=f"aes256-sha256{group}")) as peer,
        Ours(network, tmp_path / "ours", configuration(policy=pfs), child_rekey=Rekey(4, 2)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert_loses_nothing_until(network, 30, ours, "child-sa-rekeyed")
        assert "net{" in peer.sas() or "net: " in peer.sas()
        peer.until(lambda: peer.sas().count("INSTALLED") == 1, "one pair of SAs")


@pytest.mark.parametrize("group", ["", "-modp2048"], ids=["without-pfs", "with-pfs"])
def test_the_peer_rekeys_the_child(tmp_path: Path, group: str) -> None:
    pfs = "  child-pfs 2048-bit" if group else "  no child-pfs"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, esp=f"aes256-sha256{group}")) as peer,
        Ours(network, tmp_path / "ours", configuration(policy=pfs)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        for _ in range(2):
            peer.swanctl("--rekey", "--child", "net")
            assert loses_nothing(network, 8)
        assert ours.log.count("child-sa-rekeyed") >= 2
        ours.until(lambda: pairs_of_sas(ours) == [1], "one pair of SAs")


def test_we_rekey_the_ike_sa(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration(), ike_rekey=Rekey(6, 3)) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert_loses_nothing_until(network, 30, ours, "ike-sa-rekeyed")
        peer.until(lambda: peer.sas().count("ESTABLISHED") == 1, "one IKE SA")


def test_the_peer_rekeys_the_ike_sa(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--rekey", "--ike", "kkt")
        ours.until_logged("ike-sa-rekeyed")
        assert loses_nothing(network, 8)
        ours.until(lambda: pairs_of_sas(ours) == [1], "one pair of SAs under one IKE SA")


def test_both_rekey_at_once(tmp_path: Path) -> None:
    """Child and IKE SA rekeys from both ends collide again and again; the tunnel carries on."""
    options = "rekey_time = 4s\n rand_time = 0s\n over_time = 30s"
    child_options = "rekey_time = 3s\n rand_time = 0s\n life_time = 30s"
    with (
        Network() as network,
        StrongSwan(
            network, tmp_path / "peer", connection(network, options=options, child_options=child_options)
        ) as peer,
        Ours(network, tmp_path / "ours", configuration(), ike_rekey=Rekey(8, 4), child_rekey=Rekey(6, 3)),
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert loses_nothing(network, 60)
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.until(lambda: peer.sas().count("ESTABLISHED") <= 2, "no heap of old SAs")


def test_a_killed_peer_is_found_dead_and_found_again(tmp_path: Path) -> None:
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(policy="  dpd interval 10"), dpd_interval=1) as ours,
    ):
        with StrongSwan(network, tmp_path / "peer", connection(network)) as peer:
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            peer.kill()
        ours.until_logged("peer-dead", 60)
        assert ours.status()["ike_sas"] == []
        with StrongSwan(network, tmp_path / "peer2", connection(network)):
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


def test_dpd_of_the_peer_is_answered(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network, options="dpd_delay = 1s")) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.until(lambda: peer.log.count("sending DPD request") >= 3, "probes after answered ones")
        assert "giving up" not in peer.log
        assert "ESTABLISHED" in peer.sas()


def test_clear_tells_the_peer(tmp_path: Path) -> None:
    """V2-34, V2-53."""
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.command("clear", "ikev2", "sa")
        ours.until(lambda: ours.status()["ike_sas"] == [], "no IKE SA")
        peer.until_forgotten()
        assert "received DELETE" in peer.log
        assert "Delete IKE SA by command" in ours.command("show", "ikev2", "child-sa")


def test_the_peer_deletes(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--terminate", "--ike", "kkt")
        ours.until(lambda: ours.status()["ike_sas"] == [], "no IKE SA")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--terminate", "--child", "net")
        ours.until_logged("child-sa-deleted")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


def test_going_down_says_goodbye(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        assert ours.stop() == 0
        peer.until_forgotten()


def test_killed_and_started_again_it_recovers(tmp_path: Path) -> None:
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", configuration()) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.kill()
        ours.start()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        # INITIAL_CONTACT (V2-33).
        peer.until(lambda: peer.sas().count("ESTABLISHED") == 1, "the peer to forget the old SA")


def test_a_tunnel_that_is_shut_down_says_so_and_comes_back(tmp_path: Path) -> None:
    text = configuration()
    down = text.replace("keyid peer\n\n  no shutdown", "keyid peer\n  shutdown")
    assert down != text
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", connection(network)) as peer,
        Ours(network, tmp_path / "ours", text) as ours,
    ):
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ours.file.write_text(down)
        ours.reload()
        ours.until(lambda: "ESTABLISHED" not in peer.sas(), "no SA at the peer")
        ours.file.write_text(text)
        ours.reload()
        ours.until(lambda: ours.log.count('"reloaded"') == 2, "the second reload")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)


def test_always_on_without_traffic(tmp_path: Path) -> None:
    """V2-09: the SA stands without a packet, and its end takes the interface down.

    The peer knows the tunnel no more when the SA ends: else another would come so soon that nobody saw the end.
    """
    with (
        Network() as network,
        Ours(network, tmp_path / "ours", configuration(tunnel="  ikev2 connect-type auto")) as ours,
    ):
        assert "Tunnel0.0" not in network.inside(network.ours, "ip", "route")
        with StrongSwan(network, tmp_path / "peer", connection(network)) as peer:
            ours.until(lambda: ours.status()["ike_sas"], "an IKE SA", 60)
            ours.until(lambda: "Tunnel0.0" in network.inside(network.ours, "ip", "route"), "the route")
            (tmp_path / "nothing").write_text("")
            peer.swanctl("--load-conns", "--file", str(tmp_path / "nothing"))
            ours.command("clear", "ikev2", "sa")
            ours.until(lambda: "Tunnel0.0" not in network.inside(network.ours, "ip", "route"), "no route")
            peer.swanctl("--load-conns", "--file", str(tmp_path / "peer" / "swanctl.conf"))
            ours.until(lambda: "Tunnel0.0" in network.inside(network.ours, "ip", "route"), "the route", 60)
