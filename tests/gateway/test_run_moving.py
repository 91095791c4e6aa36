"""`kakehashi run` where addresses, names and devices come and go: real packets in namespaces (V1-35 to V1-37)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.name_server import name_server
from tests.gateway.test_run_ikev1 import BRANCH, CENTRE, OSAKA_LAN, TOKYO_LAN, ipsec, isakmp
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
NAMES = "proxy-dns server 192.0.2.53\n"
BY_NAME = {
    "tokyo": CENTRE,
    "osaka": NAMES + BRANCH.replace("peer 192.0.2.2", "peer-fqdn-ipv4 tokyo.example"),
}


def texts(**changes: str) -> Callable[[str, str], str]:
    return lambda name, _: {"tokyo": CENTRE, "osaka": BRANCH, **changes}[name]


def move(router: Router, old: str, new: str) -> None:
    """The line gives the router another address; the router on the other end is the same."""
    router.namespace.ip(f"addr del {old}/24 dev wan0")
    router.namespace.ip(f"addr add {new}/24 dev wan0")


def comes_back(routers: TwoRouters, seconds: float = 90) -> None:
    until(lambda: routers.osaka.ping(TOKYO_LAN, wait=1), "an answer through the tunnel", seconds)


def assert_one_pair(routers: TwoRouters, *old: str) -> None:
    """Each has the SAs that carry, and no SA of before."""
    tokyo, osaka = routers.tokyo, routers.osaka
    until(lambda: isakmp(tokyo) == isakmp(osaka) and len(isakmp(tokyo)) == 1, "the old ISAKMP SAs to go", 60)
    until(lambda: len(ipsec(tokyo)) == len(ipsec(osaka)) == 1, "the old IPsec SAs to go", 60)
    assert isakmp(tokyo)[0] not in old


def test_a_branch_moves_three_times_and_the_centre_restarts(tmp_path: Path) -> None:
    """V1-36: keepalive 10 s with 3 retries finds out what nobody tells."""
    with TwoRouters(
        tmp_path, texts(osaka=BRANCH.replace("ip address 198.51.100.2/24", "ip address dhcp"))
    ) as r:
        r.osaka.namespace.ip("addr add 198.51.100.2/24 dev wan0")
        r.osaka.namespace.ip("link set wan0 up")
        comes_back(r)
        before, ours = [*isakmp(r.osaka)], "198.51.100.2"
        for number in (77, 78, 79):
            new = f"198.51.100.{number}"
            move(r.osaka, ours, new)
            comes_back(r)
            assert_one_pair(r, *before)
            paths = {pair["sa"]["path"]["remote"]["ip"] for pair in r.tokyo.status()["ipsec_sas"]}
            assert paths == {new}
            before, ours = [*before, *isakmp(r.osaka)], new
        r.tokyo.end(9)
        r.tokyo.start()
        comes_back(r)
        assert_one_pair(r, *before)
        before += isakmp(r.osaka)
        r.osaka.end(9)
        r.osaka.start()
        comes_back(r)
        assert_one_pair(r, *before)


def test_a_name_leads_elsewhere_and_back_whatever_the_server_does_in_between(tmp_path: Path) -> None:
    """V1-35 with the name server of the configuration, which is asked again as soon as its answer is old."""
    zone = tmp_path / "zone"
    zone.write_text("tokyo.example 192.0.2.2 5\n")
    routers = TwoRouters(tmp_path, texts(**BY_NAME))
    with routers as r, name_server(r.internet, zone):
        comes_back(r)
        (name,) = r.osaka.status()["names"]
        assert (name["addresses"], name["server"]) == (["192.0.2.2"], "192.0.2.53")
        assert "tokyo.example is 192.0.2.2" in r.osaka.command("show", "tunnel", "status")
        (old,) = isakmp(r.osaka)
        move(r.tokyo, "192.0.2.2", "192.0.2.9")
        r.tokyo.file.write_text(r.tokyo.file.read_text().replace("192.0.2.2/24", "192.0.2.9/24"))
        r.tokyo.command("reload")
        zone.write_text("tokyo.example 192.0.2.9 5\n")
        comes_back(r)
        assert "the peer's name tokyo.example resolves to 192.0.2.9" in r.osaka.log
        assert_one_pair(r, old)
        standing = isakmp(r.osaka)
        for bad in ("! silent", "! servfail", "! garbage", ""):
            zone.write_text(f"{bad}\n" if bad else "other.example 192.0.2.1 5\n")
            until(
                lambda: r.osaka.status()["names"][0]["failure"] != "",
                f"{bad or 'no such name'} to be told",
            )
            assert r.osaka.ping(TOKYO_LAN), "what is known stays in use"
            zone.write_text("tokyo.example 192.0.2.9 5\n")
            until(lambda: r.osaka.status()["names"][0]["failure"] == "", "the name to be found again", 70)
        assert isakmp(r.osaka) == standing


def test_of_several_addresses_one_after_the_other_is_tried(tmp_path: Path) -> None:
    zone = tmp_path / "zone"
    zone.write_text("tokyo.example 192.0.2.1 60\ntokyo.example 192.0.2.2 60\n")
    by_name = BY_NAME["osaka"] + "ike retransmit-count 1\nike retransmit-interval 2\n"
    with TwoRouters(tmp_path, texts(osaka=by_name)) as r, name_server(r.internet, zone):
        comes_back(r)
        (name,) = r.osaka.status()["names"]
        assert (name["addresses"], name["used"]) == (["192.0.2.1", "192.0.2.2"], ["192.0.2.2"])


def test_both_ends_move_at_once(tmp_path: Path) -> None:
    """Each knows the other by name alone."""
    zone = tmp_path / "zone"
    here = "tokyo.example {} 5\nosaka.example {} 5\n"
    zone.write_text(here.format("192.0.2.2", "198.51.100.2"))
    tokyo = NAMES + BRANCH.replace("192.168.20.1/24", f"{TOKYO_LAN}/24").replace(
        "ip route 192.168.10.0/24", "ip route 192.168.20.0/24"
    ).replace("198.51.100.1", "192.0.2.1").replace("ip address 198.51.100.2/24", "ip address dhcp")
    tokyo = tokyo.replace("peer 192.0.2.2", "peer-fqdn-ipv4 osaka.example")
    tokyo = tokyo.replace(
        "ike local-id tokyo keyid osaka", "ike local-id tokyo keyid t\nike remote-id tokyo keyid o"
    )
    osaka = BY_NAME["osaka"].replace("ip address 198.51.100.2/24", "ip address dhcp")
    osaka = osaka.replace(
        "ike local-id tokyo keyid osaka", "ike local-id tokyo keyid o\nike remote-id tokyo keyid t"
    )
    with TwoRouters(tmp_path, texts(tokyo=tokyo, osaka=osaka)) as r, name_server(r.internet, zone):
        r.tokyo.namespace.ip("addr add 192.0.2.2/24 dev wan0")
        r.osaka.namespace.ip("addr add 198.51.100.2/24 dev wan0")
        comes_back(r)
        old = isakmp(r.osaka)
        move(r.tokyo, "192.0.2.2", "192.0.2.9")
        move(r.osaka, "198.51.100.2", "198.51.100.9")
        zone.write_text(here.format("192.0.2.9", "198.51.100.9"))
        comes_back(r)
        assert_one_pair(r, *old)
        assert r.tokyo.ping(OSAKA_LAN)


def test_a_device_that_vanishes_takes_the_tunnel_along_and_brings_it_back(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, texts()) as r:
        comes_back(r)
        r.osaka.namespace.ip("link del wan0")
        until(lambda: not r.osaka.status()["tunnels"][0]["up"], "the tunnel to be down")
        assert "Tunnel0.0" not in r.osaka.namespace.ip("route show 192.168.10.0/24")
        r.internet.ip(f"link add to-osaka type veth peer name wan0 netns {r.osaka.namespace.name}")
        r.internet.ip("addr add 198.51.100.1/24 dev to-osaka")
        r.internet.ip("link set to-osaka up")
        comes_back(r)
        assert "Tunnel0.0" in r.osaka.namespace.ip("route show 192.168.10.0/24")
        assert "default via 198.51.100.1 dev wan0" in r.osaka.namespace.ip("route show")


def test_a_line_of_ppp_comes_later_with_its_address_and_comes_back_with_another(tmp_path: Path) -> None:
    ppp = BRANCH.replace("ip address 198.51.100.2/24", "ip address ipcp")
    ppp = ppp.replace("ip route default 198.51.100.1\n", "ip route default GigaEthernet0.0\n")
    with TwoRouters(tmp_path, texts(osaka=ppp)) as r:
        r.osaka.end()
        r.osaka.namespace.ip("link del wan0")
        r.osaka.start()
        assert "this host has no device wan0 yet" in r.osaka.log
        assert "the host's PPP has not brought GigaEthernet0.0 up yet" in r.osaka.command("show")
        for ours in ("198.51.100.77", "198.51.100.78"):
            # As pppd leaves it: an address with the other end's.
            r.internet.ip(f"link add to-osaka type veth peer name wan0 netns {r.osaka.namespace.name}")
            r.internet.ip("addr add 198.51.100.1/32 dev to-osaka")
            r.internet.ip("link set to-osaka up")
            r.internet.ip(f"route add {ours}/32 dev to-osaka src 198.51.100.1")
            r.osaka.namespace.ip(f"addr add {ours} peer 198.51.100.1 dev wan0")
            r.osaka.namespace.ip("link set wan0 up")
            r.internet.inside("sysctl", "-qw", "net.ipv4.conf.to-osaka.proxy_arp=1")
            comes_back(r)
            paths = {pair["sa"]["path"]["remote"]["ip"] for pair in r.tokyo.status()["ipsec_sas"]}
            assert ours in paths
            r.osaka.namespace.ip("link del wan0")
