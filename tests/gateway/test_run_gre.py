"""`kakehashi run` with GRE without IPsec: who falls silent is given up, and the routes follow (CI-15)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.two_routers import TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
OSAKA_HOST = "192.168.20.10"

ROUTER = """\
hostname {name}
interface GigabitEthernet0/0
 ip address {wan} 255.255.255.0
interface GigabitEthernet0/1
 ip address {lan}.1 255.255.255.0
interface Tunnel0
 ip address {inside} 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination {peer}
 tunnel key 7
{keepalive}
ip route 0.0.0.0 0.0.0.0 {hop}
ip route {far}.0 255.255.255.0 Tunnel0
"""
SITES = {
    "tokyo": {
        "wan": "192.0.2.2", "hop": "192.0.2.1", "lan": "192.168.10", "peer": "198.51.100.2",
        "far": "192.168.20", "inside": "10.9.0.1", "keepalive": " keepalive 1 3",
    },
    "osaka": {
        "wan": "198.51.100.2", "hop": "198.51.100.1", "lan": "192.168.20", "peer": "192.0.2.2",
        "far": "192.168.10", "inside": "10.9.0.2", "keepalive": "",
    },
}  # fmt: skip


@contextmanager
def two(folder: Path) -> Iterator[TwoRouters]:
    routers = TwoRouters(folder, lambda name, _: ROUTER.format(name=name, **SITES[name]))
    for router in (routers.tokyo, routers.osaka):
        router.interfaces = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    with routers:
        yield routers


def test_a_peer_that_falls_silent_takes_the_line_protocol_and_the_routes_with_it(tmp_path: Path) -> None:
    with two(tmp_path) as routers:
        tokyo, osaka = routers.tokyo, routers.osaka
        assert tokyo.ping(OSAKA_HOST, host=True)
        # A keepalive may be late where there is much else to do.
        until(
            lambda: "line protocol is up" in tokyo.command("show", "interfaces", "Tunnel0"),
            "the line protocol",
        )
        said = tokyo.command("show", "interfaces", "Tunnel0")
        assert said.startswith("Tunnel0 is up")
        assert "Keepalive set (1 sec), retries 3" in said
        assert "Tunnel protocol/transport GRE/IP" in said
        assert "Key 0x7, sequencing disabled" in said

        def is_up() -> bool:
            (tunnel,) = tokyo.status()["tunnels"]
            return bool(tunnel["up"])

        osaka.end(signal.SIGKILL)
        until(lambda: not is_up(), "the line protocol to go down")
        said = tokyo.command("show", "interfaces", "Tunnel0")
        assert "Tunnel0 is up, line protocol is down" in said
        assert "has returned none of 3 keepalives" in said
        assert "192.168.20.0" not in tokyo.namespace.ip("route show")
        osaka.start()
        until(is_up, "the line protocol to come back")
        until(lambda: tokyo.ping(OSAKA_HOST, wait=1, host=True), "packets to pass again")
        assert "192.168.20.0" in tokyo.namespace.ip("route show")
