"""`kakehashi run` with IKEv1 tunnels: a centre and a branch, real packets."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.test_dhcp import Server
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
TOKYO_LAN, OSAKA_LAN = "192.168.10.1", "192.168.20.1"

COMMON = """\
ike proposal common encryption aes-256 hash sha2-256 group 2048-bit
ipsec autokey-proposal common esp-aes-256 esp-sha2-256
interface GigaEthernet1.0
  ip address {lan}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel map
  no shutdown
interface GigaEthernet0.0
  ip address {wan}
  no shutdown
"""
CENTRE = """\
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ike policy osaka peer any key a-key-for-two mode aggressive common
ike remote-id osaka keyid osaka
ike keepalive osaka 10 3
ipsec dynamic-map map ipv4 common ike osaka
""" + COMMON.format(lan=TOKYO_LAN, wan="192.0.2.2/24")
BRANCH = """\
ip route default 198.51.100.1
ip route 192.168.10.0/24 Tunnel0.0
ike policy tokyo peer 192.0.2.2 key a-key-for-two mode aggressive common
ike local-id tokyo keyid osaka
ike keepalive tokyo 10 3
ipsec autokey-map map ipv4 peer 192.0.2.2 common
""" + COMMON.format(lan=OSAKA_LAN, wan="198.51.100.2/24")


def texts(name: str, _: str) -> str:
    return {"tokyo": CENTRE, "osaka": BRANCH}[name]


def is_up(router: Router) -> bool:
    return bool(router.status()["tunnels"][0]["up"])


def isakmp(router: Router) -> list[str]:
    """The ISAKMP SAs that stand, by their initiator's cookie."""
    sas = router.status()["isakmp_sas"]
    return [sa["initiator_cookie"] for sa in sas if sa["state"] == "established"]


def ipsec(router: Router) -> list[int]:
    return [pair["sa"]["spi_in"] for pair in router.status()["ipsec_sas"]]


def reload(router: Router, text: str) -> str:
    router.file.write_text(text)
    return router.command("reload")


def test_a_dynamic_tunnel_is_up_by_its_sas_and_begins_phase_2_under_the_peers_isakmp_sa(
    tmp_path: Path,
) -> None:
    """V1-37 with `ike`, and V1-10."""
    with TwoRouters(tmp_path, texts) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert not is_up(tokyo)
        assert "the peer's address is not known" in tokyo.command("show")
        assert not tokyo.ping(OSAKA_LAN, wait=1)
        osaka.ping(TOKYO_LAN, wait=1)
        until(lambda: is_up(tokyo), "the interface")
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        assert tokyo.ping(OSAKA_LAN)
        assert "aggressive mode" in tokyo.command("show")
        # Other traffic for the tunnel: its IPsec SAs go, the ISAKMP SA stays.
        (before,) = isakmp(tokyo)
        reload(osaka, BRANCH + "ipsec local-id map 192.168.20.0/24\n")
        reload(osaka, BRANCH)
        until(lambda: not ipsec(tokyo), "the IPsec SA to go")
        assert isakmp(tokyo) == [before]
        assert is_up(tokyo)
        assert tokyo.ping(OSAKA_LAN), "phase 2 begins at the side that does not know the address"
        assert isakmp(tokyo) == [before]
        assert len(ipsec(tokyo)) == 1
        osaka.end()
        until(lambda: not is_up(tokyo), "the interface to go down with the last SA")


def test_without_ike_only_an_ipsec_sa_keeps_a_dynamic_tunnel_up(tmp_path: Path) -> None:
    """V1-37 without `ike`."""
    with TwoRouters(tmp_path, lambda n, t: texts(n, t).replace(" common ike osaka", " common")) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        osaka.ping(TOKYO_LAN, wait=1)
        until(lambda: is_up(tokyo), "the interface")
        reload(osaka, BRANCH + "ipsec local-id map 192.168.20.0/24\n")
        until(lambda: not ipsec(tokyo), "the IPsec SA to go")
        until(lambda: not is_up(tokyo), "the interface to go down")
        assert len(isakmp(tokyo)) == 1


def test_clear_of_one_ike_version_deletes_its_sas_and_the_next_packet_makes_others(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, texts) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        (before,) = isakmp(osaka)
        assert osaka.command("clear", "ikev2", "sa").startswith("0 IKE SAs")
        assert isakmp(osaka) == [before]
        assert osaka.command("clear", "ike", "sa").startswith("1 IKE SA ")
        until(lambda: not isakmp(tokyo), "the peer to be told")
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        assert before not in isakmp(osaka)


def test_a_reload_tells_of_changed_peers_and_keeps_what_no_change_concerns(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, texts) as routers:
        osaka = routers.osaka
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        (before,) = isakmp(osaka)
        told = reload(osaka, BRANCH.replace("ike keepalive tokyo 10 3", "ike keepalive tokyo 20 3"))
        assert "IKEv1 peer tokyo has changed: dpd" in told
        assert isakmp(osaka) == [before]
        assert osaka.ping(TOKYO_LAN)


def test_many_octets_make_a_new_pair_of_sas_and_no_packet_is_lost(tmp_path: Path) -> None:
    """A lifetime in kilobytes."""
    few = "esp-aes-256 esp-sha2-256 lifetime kilobytes 500"

    def limited(name: str, text: str) -> str:
        return texts(name, text).replace("esp-aes-256 esp-sha2-256", few)

    with TwoRouters(tmp_path, limited) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        before = ipsec(osaka)
        flood = ["ping", "-q", "-c400", "-i0.02", "-s1300", "-W20", TOKYO_LAN]
        told = osaka.namespace.inside(*flood)
        assert re.search(r"400 received, 0% packet loss", told), told
        assert set(ipsec(osaka)) - set(before), "the old pair stays for what is under way"
        assert len(isakmp(tokyo)) == 1


@pytest.mark.skipif(shutil.which("busybox") is None, reason="needs busybox")
def test_a_branch_whose_address_changes_makes_new_sas_and_the_centre_forgets_the_old(tmp_path: Path) -> None:
    """V1-36."""

    def leasing(name: str, text: str) -> str:
        text = texts(name, text)
        if name == "osaka":
            text = text.replace("ip address 198.51.100.2/24", "ip address dhcp receive-default")
            text = text.replace("ip route default 198.51.100.1\n", "")
        return text

    with TwoRouters(tmp_path, leasing) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        server = Server(routers.internet, "to-osaka", "198.51.100.1", tmp_path)
        old: list[str] = []
        try:
            for ours in ("198.51.100.77", "198.51.100.78"):
                server.stop()
                server.start(ours, seconds=10)
                until(lambda: f"{ours}/24" in osaka.namespace.ip("addr show dev wan0"), "the address")  # noqa: B023
                until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer through the tunnel")
                until(lambda: isakmp(tokyo) == isakmp(osaka), "the centre to know no other SA")
                (cookie,) = isakmp(osaka)
                paths = {pair["sa"]["path"]["remote"]["ip"] for pair in tokyo.status()["ipsec_sas"]}
                assert paths == {ours}
                assert cookie not in old
                old.append(cookie)
        finally:
            server.stop()


@pytest.fixture
def hosts() -> Iterator[Path]:
    """A folder of `ip netns exec` for files that stand in /etc; what is ours in it is taken away."""
    root = Path("/etc/netns")
    root.mkdir(exist_ok=True)
    yield root
    for folder in root.glob(f"kkg-{os.getpid()}-*"):
        shutil.rmtree(folder)


def test_a_peer_known_by_name_is_left_when_the_name_leads_elsewhere(tmp_path: Path, hosts: Path) -> None:
    """V1-35."""
    by_name = BRANCH.replace("peer 192.0.2.2", "peer-fqdn-ipv4 tokyo.example")
    routers = TwoRouters(tmp_path, lambda name, _: {"tokyo": CENTRE, "osaka": by_name}[name])
    routers.osaka.anew = True
    file = hosts / routers.osaka.namespace.name / "hosts"
    file.parent.mkdir()
    file.write_text("127.0.0.1 localhost\n")
    with routers:
        osaka = routers.osaka
        until(lambda: "has no address yet" in osaka.command("show"), "it to be unresolved: no SA")
        file.write_text("192.0.2.2 tokyo.example\n")
        osaka.command("reload")
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")
        file.write_text("192.0.2.9 tokyo.example\n")
        osaka.command("reload")
        until(lambda: not isakmp(osaka) and not ipsec(osaka), "the SAs with the old address to go")
        file.write_text("192.0.2.2 tokyo.example\n")
        osaka.command("reload")
        until(lambda: osaka.ping(TOKYO_LAN, wait=1), "an answer")


def test_the_keys_of_both_phases_are_written(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, texts) as routers:
        until(lambda: routers.osaka.ping(TOKYO_LAN, wait=1), "an answer")
        (cookie,) = isakmp(routers.osaka)
        for name in ("tokyo", "osaka"):
            (line,) = (tmp_path / f"{name}-keys" / "ikev1_decryption_table").read_text().splitlines()
            assert re.fullmatch(rf"{cookie},[0-9a-f]{{64}}", line)
            assert (tmp_path / f"{name}-keys" / "esp_sa").read_text().count("\n") == 2
