"""`kakehashi run` with crypto maps: what the access list says is protected or goes nowhere, all else as ever."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
TOKYO_HOST, OSAKA_HOST = "192.168.10.10", "192.168.20.10"

ROUTER = """\
hostname {name}
crypto isakmp policy 10
 encryption aes
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key a-key-for-two address {peer}
crypto ipsec transform-set T esp-aes esp-sha-hmac
crypto map OUT 10 ipsec-isakmp
 set peer {peer}
 set transform-set T
 match address PROTECTED
interface GigabitEthernet0/0
 ip address {wan} 255.255.255.0
 ip tcp adjust-mss 1300
 crypto map OUT
interface GigabitEthernet0/1
 ip address {lan}.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 {hop}
ip access-list extended PROTECTED
{lines}
"""
LINES = " permit ip {near}.0 0.0.0.255 {far}.0 0.0.0.255"
SITES = {
    "tokyo": ("192.0.2.2", "192.0.2.1", "192.168.10", "198.51.100.2", "192.168.20"),
    "osaka": ("198.51.100.2", "198.51.100.1", "192.168.20", "192.0.2.2", "192.168.10"),
}


def text(name: str, lines: str = LINES) -> str:
    wan, hop, lan, peer, far = SITES[name]
    words = lines.format(near=lan, far=far)
    return ROUTER.format(name=name, wan=wan, hop=hop, lan=lan, peer=peer, lines=words)


@contextmanager
def two(folder: Path, lines: str = LINES, osaka_lines: str = "") -> Iterator[TwoRouters]:
    """Both routers; the internet also leads to either LAN, so that what leaves in the clear arrives."""
    of = {"tokyo": text("tokyo", lines), "osaka": text("osaka", osaka_lines or lines)}
    routers = TwoRouters(folder, lambda name, _: of[name])
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    with routers:
        for name, (wan, _, lan, _, _) in SITES.items():
            routers.internet.ip(f"route add {lan}.0/24 via {wan} dev to-{name}")
        nft(routers, "add table inet seen")
        nft(routers, "add counter inet seen clear")
        nft(routers, "add chain inet seen c { type filter hook forward priority 0; }")
        nft(
            routers, "add rule inet seen c ip saddr 192.168.0.0/16 ip daddr 192.168.0.0/16 counter name clear"
        )
        yield routers


def nft(routers: TwoRouters, words: str) -> str:
    return routers.internet.inside("nft", words)


def seen_in_the_clear(routers: TwoRouters) -> int:
    """Packets between the LANs that the internet has carried as they are."""
    words = nft(routers, "list counter inet seen clear").split()
    return int(words[words.index("packets") + 1])


def reaches(router: Router, source: str, target: str, wait: int = 20) -> bool:
    words = ["ip", "netns", "exec", router.namespace.name, "ping", "-c1", f"-W{wait}", "-I", source, target]
    return subprocess.run(words, capture_output=True, timeout=wait + 10, check=False).returncode == 0


def pairs(router: Router) -> int:
    return len(router.status()["ipsec_sas"])


def have_sent(router: Router, *packets: int) -> None:
    """So many have left by each tunnel: they are counted once they are on their way."""
    until(lambda: sent_by(router) == list(packets), f"{packets} to be counted")


def sent_by(router: Router) -> list[int]:
    return [tunnel["outbound"]["packets"] for tunnel in router.status()["tunnels"]]


def test_the_hosts_and_the_router_itself_use_the_tunnel_and_others_do_not(tmp_path: Path) -> None:
    with two(tmp_path) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert tokyo.ping(OSAKA_HOST, host=True), "the packet that asks for the tunnel is not lost"
        assert reaches(tokyo, "192.168.10.1", "192.168.20.1")
        assert osaka.ping(TOKYO_HOST, host=True)
        assert seen_in_the_clear(routers) == 0
        assert (pairs(tokyo), pairs(osaka)) == (1, 1)
        have_sent(tokyo, 3)
        assert reaches(tokyo, "192.0.2.2", "198.51.100.2"), "between the ends themselves: not in the list"
        assert sent_by(tokyo) == [3]
        assert "OUT 10: up, device OUT-10" in tokyo.command("show")


def test_each_line_of_the_list_has_sas_of_its_own_and_its_ports(tmp_path: Path) -> None:
    lines = (
        " permit icmp host {near}.10 host {far}.10\n"
        " permit tcp {near}.0 0.0.0.255 host {far}.10 eq 80\n"
        " permit tcp host {near}.10 eq 80 {far}.0 0.0.0.255"
    )
    with two(tmp_path, lines) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert tokyo.ping(OSAKA_HOST, host=True)
        server = subprocess.Popen(
            ["ip", "netns", "exec", osaka.host.name, "python3", "-m", "http.server", "80"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path,
        )  # fmt: skip
        try:
            until(lambda: ":80 " in osaka.host.inside("ss", "-lnt"), "the server")
            fetch = [
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "--retry",
                "9",
                "--retry-all-errors",
                "--retry-delay",
                "1",
            ]
            tokyo.host.inside(*fetch, "--connect-timeout", "4", f"http://{OSAKA_HOST}/")
        finally:
            server.kill()
            server.wait(10)
        assert pairs(tokyo) == 2
        assert seen_in_the_clear(routers) == 0
        assert reaches(tokyo, "192.168.10.1", OSAKA_HOST), "of no line: it goes as ever"
        assert seen_in_the_clear(routers) == 2


def test_what_is_protected_never_leaves_in_the_clear_while_the_gateway_may_return(tmp_path: Path) -> None:
    with two(tmp_path) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert tokyo.ping(OSAKA_HOST, host=True)
        tokyo.namespace.ip("link set OUT-10 down")
        tokyo.ping(OSAKA_HOST, wait=1, host=True)
        until(lambda: tokyo.ping(OSAKA_HOST, wait=1, host=True), "the gateway to put its device up again")
        tokyo.end(signal.SIGKILL)
        assert not tokyo.ping(OSAKA_HOST, wait=1, host=True)
        assert not reaches(tokyo, "192.168.10.1", "192.168.20.1", wait=1)
        assert not osaka.ping(TOKYO_HOST, wait=1, host=True)
        assert seen_in_the_clear(routers) == 0
        tokyo.start()
        until(lambda: tokyo.ping(OSAKA_HOST, wait=1, host=True), "the tunnel to stand again")
        assert seen_in_the_clear(routers) == 0
        assert tokyo.end() == 0
        assert "lookup 1262" not in tokyo.namespace.ip("rule"), "who is stopped takes its rules away"
        assert "guard" not in tokyo.namespace.inside("nft", "list", "ruleset")


def test_what_arrives_unprotected_is_dropped(tmp_path: Path) -> None:
    """RFC 4301 section 5.2."""
    with two(tmp_path, osaka_lines=" permit ip {near}.0 0.0.0.255 192.168.99.0 0.0.0.255") as routers:
        host = routers.tokyo.host
        host.inside("nft", "add table inet seen")
        host.inside("nft", "add chain inet seen c { type filter hook input priority 0; }")
        host.inside("nft", "add rule inet seen c ip saddr 192.168.20.0/24 counter")
        assert not routers.osaka.ping(TOKYO_HOST, wait=1, host=True)
        until(lambda: seen_in_the_clear(routers) == 1, "it to be sent: Osaka's list does not have it")
        assert "counter packets 0" in host.inside("nft", "list", "table", "inet", "seen")


def test_a_list_that_is_changed_counts_at_once(tmp_path: Path) -> None:
    with two(tmp_path) as routers:
        tokyo = routers.tokyo
        tokyo.file.write_text(text("tokyo", " permit tcp {near}.0 0.0.0.255 {far}.0 0.0.0.255"))
        tokyo.command("reload")

        def is_new() -> bool:
            rules = tokyo.namespace.ip("rule")
            return "ipproto tcp" in rules and rules.count("4000:") == 1

        until(is_new, "the new rule alone")


EXCEPTED = """\
 deny icmp host {near}.10 host {far}.10
 deny icmp host {far}.10 host {near}.10
 permit ip {near}.0 0.0.0.255 {far}.0 0.0.0.255"""


def test_what_a_line_denies_goes_in_the_clear_and_the_rest_does_not(tmp_path: Path) -> None:
    with two(tmp_path, EXCEPTED) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        osaka.host.ip("addr add 192.168.20.11/24 dev eth0")
        assert tokyo.ping(OSAKA_HOST, host=True)
        assert seen_in_the_clear(routers) == 2, "question and answer"
        assert (pairs(tokyo), pairs(osaka)) == (0, 0), "nothing has asked for a tunnel"
        assert tokyo.ping("192.168.20.11", host=True)
        assert osaka.ping(TOKYO_HOST, host=True)
        assert seen_in_the_clear(routers) == 4
        have_sent(tokyo, 1)
        tokyo.end(signal.SIGKILL)
        assert not tokyo.ping("192.168.20.11", wait=1, host=True), "the refusal stays"
        assert tokyo.ping(OSAKA_HOST, host=True), "and so does what goes past it"
        tokyo.start()
        assert tokyo.ping("192.168.20.11", host=True)
        assert tokyo.end() == 0
        assert "goto" not in tokyo.namespace.ip("rule")


NEXT = """\
crypto map OUT 20 ipsec-isakmp
 set peer {peer}
 set transform-set T
 match address REST
ip access-list extended REST
 permit icmp host {near}.10 host {far}.10
"""


def test_what_a_line_denies_is_asked_about_by_the_next_entry_of_the_map(tmp_path: Path) -> None:
    """One side has one entry for all, the other two: the second entry takes what the first one denies."""

    def change(name: str, _: str) -> str:
        _, _, near, peer, far = SITES[name]
        lines = " deny icmp host {near}.10 host {far}.10\n" + LINES
        return text(name, lines) + NEXT.format(near=near, far=far, peer=peer)

    routers = TwoRouters(tmp_path, change)
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    with routers:
        tokyo = routers.tokyo
        assert tokyo.ping(OSAKA_HOST, host=True)
        have_sent(tokyo, 0, 1)
        assert reaches(tokyo, "192.168.10.1", "192.168.20.1")
        have_sent(tokyo, 1, 1)
