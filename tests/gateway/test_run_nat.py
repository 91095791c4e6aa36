"""`kakehashi run` with `ip nat` of Cisco IOS beside a crypto map."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.test_run_policy_based import text
from tests.gateway.test_run_translation import ESP, ICMP, answers, ping, reaches, seen
from tests.gateway.two_routers import TwoRouters

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
TOKYO_HOST, OSAKA_HOST = "192.168.10.10", "192.168.20.10"
TOKYO_WAN, INTERNET = "192.0.2.2", "192.0.2.1"
# What goes into the tunnel is left out, as every guide has it.
OVERLOAD = """\
ip access-list extended NAT
 deny ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
 permit ip 192.168.10.0 0.0.0.255 any
ip nat inside source list NAT interface GigabitEthernet0/0 overload
"""


def translating(lines: str) -> Callable[[str, str], str]:
    def change(name: str, _: str) -> str:
        words = text(name)
        if name == "osaka":
            return words
        for number, side in (("0", "outside"), ("1", "inside")):
            at = f"interface GigabitEthernet0/{number}\n"
            words = words.replace(at, f"{at} ip nat {side}\n")
        return words + lines

    return change


def two(folder: Path, lines: str) -> TwoRouters:
    routers = TwoRouters(folder, translating(lines))
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    return routers


def test_overload_beside_a_crypto_map(tmp_path: Path) -> None:
    with two(tmp_path, OVERLOAD) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        with seen(internet, "to-tokyo") as packets:
            reaches(tokyo, OSAKA_HOST)
            assert tokyo.ping(INTERNET, host=True)
            shown = tokyo.command("show", "ip", "nat", "translations")
        assert (TOKYO_WAN, "198.51.100.2", ESP) in packets
        assert (TOKYO_WAN, INTERNET, ICMP) in packets
        assert shown.startswith("Pro Inside global")
        assert any(line.startswith("icmp") and TOKYO_HOST in line for line in shown.splitlines())
        assert ping(internet, TOKYO_WAN, 20), "the device itself answers: nothing is closed"


def test_fixed_entries_and_a_host_with_an_address_of_its_own_outside(tmp_path: Path) -> None:
    lines = (
        f"ip nat inside source static udp {TOKYO_HOST} 7001 interface GigabitEthernet0/0 8001\n"
        "ip nat inside source static 192.168.10.11 192.0.2.11\n"
    )
    with two(tmp_path, OVERLOAD + lines) as routers:
        tokyo, internet = routers.tokyo, routers.internet
        tokyo.host.ip("addr add 192.168.10.11/24 dev eth0")
        assert answers(internet, (TOKYO_WAN, 8001), tokyo.host, 7001)
        assert ping(internet, "192.0.2.11", 20), "the router answers for the address on its link"
        tokyo.host.ip(f"route replace {INTERNET} via 192.168.10.1 dev eth0 src 192.168.10.11")
        with seen(internet, "to-tokyo") as packets:
            assert tokyo.ping(INTERNET, host=True)
        assert ("192.0.2.11", INTERNET, ICMP) in packets
        assert "192.0.2.11" in tokyo.namespace.ip("addr show wan0")
        assert tokyo.end() == 0
        assert "192.0.2.11" not in tokyo.namespace.ip("addr show wan0")


def test_a_pool(tmp_path: Path) -> None:
    pool = "ip nat pool P 192.0.2.10 192.0.2.14 prefix-length 24\n"
    overload = OVERLOAD.replace("interface GigabitEthernet0/0", "pool P")
    with two(tmp_path, pool + overload) as routers:
        with seen(routers.internet, "to-tokyo") as packets:
            assert routers.tokyo.ping(INTERNET, host=True)
        assert ("192.0.2.10", INTERNET, ICMP) in packets
