"""What fits into a tunnel, as the way to its peer turns out to be; and a tunnel in a tunnel."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

OSAKA_HOST, OSAKA_LAN = "192.168.20.10", "192.168.20.1"


def ping(router: Router, target: str, *options: str, host: bool = True) -> str:
    namespace = router.host if host else router.namespace
    words = ["ip", "netns", "exec", namespace.name, "ping", "-n", "-c2", "-i1", "-W10", *options, target]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    # What its own kernel has learned already, it writes otherwise.
    return (done.stdout + done.stderr).replace("mtu=", "mtu = ")


def tunnel(router: Router, name: str = "Tunnel0.0") -> dict[str, object]:
    (found,) = [t for t in router.status()["tunnels"] if t["name"] == name]
    return dict(found)


def test_the_sender_is_told_what_fits_and_less_once_the_way_is_narrower(tmp_path: Path) -> None:
    """V1-33, V1-34: DF is copied, so that a router on the way can say what it takes."""
    with TwoRouters(tmp_path) as routers:
        until(lambda: routers.tokyo.ping(OSAKA_HOST, 1, host=True), "the tunnel")
        # AES-GCM in plain ESP: less 20, 8, 8 and 16 octets of 1500, and 2 of the blocks of 4.
        until(lambda: tunnel(routers.tokyo)["mtu"] == 1446, "the size that the SA leaves")
        assert tunnel(routers.tokyo)["path_mtu"] == 1500
        assert "mtu = 1446" in ping(routers.tokyo, OSAKA_HOST, "-M", "do", "-s", "1419")
        assert "2 received" in ping(routers.tokyo, OSAKA_HOST, "-M", "do", "-s", "1418")

        # Osaka sees it on its own interface, Tokyo hears of it.
        routers.osaka.namespace.ip("link set wan0 mtu 1300")
        routers.internet.ip("link set to-osaka mtu 1300")
        until(lambda: tunnel(routers.osaka)["mtu"] == 1246, "the interface's new size")
        # The first is lost; until the sender is told, the kernel makes fragments of the others outside.
        assert "2 received" not in ping(routers.tokyo, OSAKA_HOST, "-M", "do", "-s", "1418", "-W2")
        until(lambda: tunnel(routers.tokyo)["path_mtu"] == 1300, "the router's word to be heard")
        assert tunnel(routers.tokyo)["mtu"] == 1246
        assert "mtu = 1246" in ping(routers.tokyo, OSAKA_HOST, "-M", "do", "-s", "1418")
        assert "2 received" in ping(routers.tokyo, OSAKA_HOST, "-M", "do", "-s", "1218")
        # What may be fragmented is, and so is everything of the router itself.
        assert "2 received" in ping(routers.tokyo, OSAKA_HOST, "-M", "dont", "-s", "1418")
        assert "2 received" in ping(routers.tokyo, OSAKA_LAN, "-M", "do", "-s", "1400", host=False)


NESTED = """
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip address {own}/30
  ikev2 peer {peer} authentication psk id keyid {far}
  no shutdown
"""


def nested(name: str, text: str) -> str:
    if name == "tokyo":
        return text + NESTED.format(own="172.31.0.1", peer="192.168.20.1", far="osaka")
    return text + NESTED.format(own="172.31.0.2", peer="192.168.10.1", far="tokyo")


def test_a_tunnel_within_a_tunnel_works_and_its_ike_is_protected_too(tmp_path: Path) -> None:
    """V1-40: nothing of the inner tunnel is seen outside the outer one."""
    with TwoRouters(tmp_path, nested) as routers:
        routers.internet.inside(
            "nft",
            "table ip seen { counter inner { }; counter outer { }; chain c { "
            "type filter hook prerouting priority -400; "
            "ip saddr 192.168.0.0/16 counter name inner; ip daddr 192.168.0.0/16 counter name inner; "
            "ip protocol ipencap counter name inner; ip protocol esp counter name outer; }; }",
        )
        until(lambda: routers.tokyo.ping("172.31.0.2", 1), "the inner tunnel")
        inner = [sa for sa in routers.tokyo.status()["ike_sas"] if sa["tunnel"] == "Tunnel1.0"]
        assert [(sa["path"]["local"]["ip"], sa["path"]["remote"]["ip"]) for sa in inner] == [
            ("192.168.10.1", "192.168.20.1")
        ]
        until(lambda: tunnel(routers.tokyo, "Tunnel1.0")["mtu"] == 1390, "the size that the SA leaves")
        for size in ("1362", "1363", "8000"):
            assert "2 received" in ping(routers.tokyo, "172.31.0.2", "-s", size, host=False)
        seen = routers.internet.inside("nft", "list", "counters")
        assert seen.index("counter inner") < seen.index("packets 0") < seen.index("counter outer")
        assert seen.count("packets 0") == 1


CONNECT = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
if sys.argv[1] == "listen":
    server = socket.create_server((sys.argv[2], 5000), family=family)
    sys.stdout.write("listening\\n")
    sys.stdout.flush()
    server.accept()
else:
    socket.create_connection((sys.argv[2], 5000), timeout=30)
"""


def connect(near: Router, far: Router, target: str) -> None:
    """A TCP connection between the hosts."""
    inside = ["ip", "netns", "exec", far.host.name, sys.executable, "-c", CONNECT]
    with subprocess.Popen([*inside, "listen", target], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"listening\n"
        near.host.inside(sys.executable, "-c", CONNECT, "connect", target)
        server.wait(10)


@pytest.mark.parametrize(
    ("setting", "expected"), [("auto", {4: 1406, 6: 1386}), ("1200", {4: 1200, 6: 1200})]
)
def test_the_mss_is_adjusted_both_ways_and_for_both_families(
    tmp_path: Path, setting: str, expected: dict[int, int]
) -> None:
    """V2-17: as one of the two routers says, for who begins and for who answers."""

    def change(name: str, text: str) -> str:
        lines = [line for line in text.splitlines() if name == "tokyo" or "adjust-mss" not in line]
        return "\n".join(lines).replace("adjust-mss auto", f"adjust-mss {setting}") + "\n"

    with TwoRouters(tmp_path, change) as routers:
        for router, number in ((routers.tokyo, 10), (routers.osaka, 20)):
            router.host.ip(f"addr add 2001:db8:{number}::10/64 dev eth0 nodad")
            router.host.ip(f"-6 route add default via 2001:db8:{number}::1 dev eth0 onlink")
            rules = [
                f"meta nfproto ipv{version} tcp option maxseg size {mss} counter name right{version}; "
                f"meta nfproto ipv{version} tcp option maxseg exists counter name all{version};"
                for version, mss in expected.items()
            ]
            counters = " ".join(f"counter {name}{v} {{ }};" for v in expected for name in ("right", "all"))
            chain = f"chain c {{ type filter hook prerouting priority -400; {' '.join(rules)} }};"
            router.host.inside("nft", f"table inet t {{ {counters} {chain} }}")
        until(lambda: tunnel(routers.tokyo)["mtu"] == 1446 and routers.tokyo.ping(OSAKA_HOST, 1, True), "it")
        for near, far, network in ((routers.tokyo, routers.osaka, 20), (routers.osaka, routers.tokyo, 10)):
            connect(near, far, f"192.168.{network}.10")
            connect(near, far, f"2001:db8:{network}::10")
        for router in (routers.tokyo, routers.osaka):
            listed = router.host.inside("nft", "list", "counters")
            seen = dict(re.findall(r"counter (\w+) \{\s+packets (\d+)", listed))
            # A SYN, and the answer to its own; more often where one was waited for too long.
            assert all(
                seen[f"right{v}"] == seen[f"all{v}"] and int(seen[f"all{v}"]) >= 2 for v in expected
            ), seen
