"""`kakehashi run` with access lists on its interfaces: what they refuse does not pass, nor reach our sockets."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.test_run_policy_based import OSAKA_HOST, TOKYO_HOST, pairs, reaches, text
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
# Step by step what a peer needs, and no more, as the article's `A-security` has it.
CLOSED = """\
ip access-list extended A-security
 permit udp host 198.51.100.2 host 192.0.2.2 eq isakmp
 permit esp host 198.51.100.2 host 192.0.2.2
"""
WITHOUT_ESP = CLOSED.replace(" permit esp", " deny   esp")
WITHOUT_IKE = CLOSED.replace(" permit udp", " deny   udp")


def filtered(lists: str, *interfaces: tuple[str, str]) -> Callable[[str, str], str]:
    """`interfaces`: where Tokyo's lists filter, by the interface's number, and how."""

    def change(name: str, _: str) -> str:
        if name == "osaka":
            return text(name)
        words = text(name)
        for number, how in interfaces:
            at = f"interface GigabitEthernet0/{number}\n"
            words = words.replace(at, f"{at} {how}\n")
        return words + lists

    return change


def two(folder: Path, lists: str, *interfaces: tuple[str, str]) -> TwoRouters:
    routers = TwoRouters(folder, filtered(lists, *interfaces))
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    return routers


def matches(router: Router) -> list[int]:
    return list(router.status()["access_matches"]["A-security"])


WAN_IN = ("0", "ip access-group A-security in")


def test_the_holes_for_ike_and_esp_let_the_tunnel_through_and_nothing_else(tmp_path: Path) -> None:
    with two(tmp_path, CLOSED, WAN_IN) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert tokyo.ping(OSAKA_HOST, host=True)
        assert osaka.ping(TOKYO_HOST, host=True)
        assert not osaka.ping("192.0.2.2", wait=1), "what no line permits"
        assert not tokyo.ping("192.0.2.1", wait=1), "answers need a line like everything else"
        assert matches(tokyo)[1] == 2, "the answer and the question"
        shown = tokyo.command("show", "access-lists", "A-security")
        found = re.fullmatch(
            r"Extended IP access list A-security\n"
            r"    10 permit udp host 198\.51\.100\.2 host 192\.0\.2\.2 eq isakmp \((\d+) matches\)\n"
            r"    20 permit esp host 198\.51\.100\.2 host 192\.0\.2\.2 \(2 matches\)\n",
            shown,
        )
        assert found, shown
        assert int(found[1]) >= 4, "main mode and quick mode"
        assert "PROTECTED" in tokyo.command("show", "access-lists")


def test_esp_that_is_refused_does_not_reach_us_past_the_list(tmp_path: Path) -> None:
    with two(tmp_path, WITHOUT_ESP, WAN_IN) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert not osaka.ping(TOKYO_HOST, wait=2, host=True)
        until(lambda: (pairs(tokyo), pairs(osaka)) == (1, 1), "phase 2, which is not held back")
        until(lambda: matches(tokyo)[1] == 1, "the packet that waited for it")
        assert tokyo.status()["tunnels"][0]["inbound"]["packets"] == 0


def test_ike_that_is_refused_does_not_reach_us_past_the_list(tmp_path: Path) -> None:
    with two(tmp_path, WITHOUT_IKE, WAN_IN) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert not osaka.ping(TOKYO_HOST, wait=2, host=True)
        until(lambda: matches(tokyo)[0] >= 1, "osaka's first message")
        assert tokyo.status()["isakmp_sas"] == []


def test_what_goes_out_is_looked_at_where_it_is_forwarded_and_our_own_is_not(tmp_path: Path) -> None:
    """As IOS: no packet of the router itself, IKE and ESP among them, meets a list on the way out."""
    lists = "ip access-list extended A-security\n deny udp any any\n deny esp any any\n deny icmp any any\n permit ip any any\n"
    with two(tmp_path, lists, ("0", "ip access-group A-security out")) as routers:
        tokyo = routers.tokyo
        assert tokyo.ping(OSAKA_HOST, host=True), "what the tunnel carries does not leave in the clear"
        assert tokyo.ping("192.0.2.1")
        assert matches(tokyo) == [0, 0, 0, 0]
        # The internet knows the way back to the LAN, so that only the list can be in the way.
        routers.internet.ip("route add 192.168.10.0/24 via 192.0.2.2 dev to-tokyo")
        assert not tokyo.ping("192.0.2.1", wait=1, host=True)
        until(lambda: matches(tokyo) == [0, 0, 1, 0], "the packet to be refused")


def test_a_list_on_the_lan_filters_what_comes_out_of_the_tunnel(tmp_path: Path) -> None:
    lists = "access-list 7 deny   host 192.168.20.10\naccess-list 7 permit any\n"
    with two(tmp_path, lists, ("1", "ip access-group 7 out")) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert not osaka.ping(TOKYO_HOST, wait=2, host=True)
        assert reaches(osaka, "192.168.20.1", TOKYO_HOST)
        counted = (
            "Standard IP access list 7\n    10 deny   192.168.20.10 (1 match)\n    20 permit any (1 match)\n"
        )
        until(lambda: tokyo.command("show", "access-lists", "7") == counted, "both to be counted")


def test_reading_again_changes_what_filters_and_keeps_the_counts(tmp_path: Path) -> None:
    with two(tmp_path, CLOSED, WAN_IN) as routers:
        tokyo = routers.tokyo
        assert tokyo.ping(OSAKA_HOST, host=True)
        before = matches(tokyo)
        open_to_pings = CLOSED.replace("A-security\n", "A-security\n permit icmp any any\n")
        tokyo.file.write_text(filtered(open_to_pings, WAN_IN)("tokyo", ""))
        assert tokyo.command("reload") == "access list A-security has changed"
        assert matches(tokyo) == [0, *before]
        assert tokyo.ping("192.0.2.1")
        assert matches(tokyo) == [1, *before]
        tokyo.file.write_text(filtered(open_to_pings)("tokyo", ""))
        assert tokyo.command("reload") == "filter A-security of GigabitEthernet0/0 in is gone"
        assert ".access" not in tokyo.namespace.inside("nft", "list", "tables")


def test_the_table_outlives_a_killed_gateway_and_goes_with_one_that_stops(tmp_path: Path) -> None:
    with two(tmp_path, CLOSED, WAN_IN) as routers:
        tokyo = routers.tokyo
        tokyo.end(signal.SIGKILL)
        assert ".access" in tokyo.namespace.inside("nft", "list", "tables"), "nothing opens by a crash"
        assert not tokyo.ping("192.0.2.1", wait=1)
        tokyo.start()
        until(lambda: tokyo.ping(OSAKA_HOST, wait=1, host=True), "the tunnel to stand again")
        assert tokyo.end() == 0
        assert "kakehashi" not in tokyo.namespace.inside("nft", "list", "tables")


def test_ipv6_traffic_filter(tmp_path: Path) -> None:
    lists = "ipv6 access-list V6\n deny icmp any host 2001:db8::2 echo-request\n permit icmp any any\n"
    wan = ("0", "ipv6 address 2001:db8::2/64\n ipv6 traffic-filter V6 in")
    with two(tmp_path, lists, wan) as routers:
        tokyo = routers.tokyo
        routers.internet.ip("addr add 2001:db8::1/64 dev to-tokyo nodad")

        def echo() -> bool:
            words = ["ip", "netns", "exec", routers.internet.name, "ping", "-c1", "-W1", "2001:db8::2"]
            return subprocess.run(words, capture_output=True, timeout=10, check=False).returncode == 0

        until(lambda: tokyo.ping("2001:db8::1", wait=1), "neighbours to be found")
        assert not echo()
        until(lambda: tokyo.status()["access_matches"]["V6"][0] == 1, "the question to be refused")
        assert "deny icmp any host 2001:db8::2 echo-request (1 match) sequence 10" in tokyo.command(
            "show", "ipv6", "access-list"
        )
