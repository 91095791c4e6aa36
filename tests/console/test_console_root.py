"""`kakehashi console` at a pseudo-terminal, with gateways that run."""

import sys
from pathlib import Path

import pytest

from tests.console.person import Person
from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = pytest.mark.root

TUNNEL = """ip route 192.168.20.0/24 Tunnel0.0
ikev2 authentication psk id keyid tokyo key char sakura-in-april
ikev2 authentication psk id keyid osaka key char castle-in-autumn
ikev2 default-profile
local-authentication psk id keyid tokyo
exit
interface Tunnel0.0
tunnel mode ipsec-ikev2
ip unnumbered GigaEthernet1.0
ikev2 connect-type auto
ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1
ikev2 peer 198.51.100.2 authentication psk id keyid osaka
no shutdown
end""".splitlines()


def without_tunnel(name: str, text: str) -> str:
    """Tokyo has its WAN and its LAN, and nothing else."""
    if name != "tokyo":
        return text.replace("connect-type auto", "connect-type trigger")
    blocks = text.split("!\n")
    kept = [b for b in blocks if b.startswith("interface Giga")]
    return "! NEC Portable Internetwork\nhostname tokyo\nip route default 192.0.2.1\n!\n" + "!\n".join(kept)


def console(router: Router) -> list[str]:
    return [
        "ip", "netns", "exec", router.namespace.name, sys.executable, "-m", "kakehashi.cli",
        "console", "--state-dir", str(router.state_dir),
    ]  # fmt: skip


def test_a_tunnel_is_typed_comes_up_is_saved_and_is_there_after_a_restart(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, without_tunnel) as world:
        tokyo = world.tokyo
        with Person(console(tokyo)) as person:
            person.sees("tokyo#")
            person.types("conf")
            person.types("\t")
            person.sees("configure")
            assert "one per line" in person.says("", "tokyo(config)#")
            person.types("ikev2 auth?")
            person.sees("authentication")
            person.types("\x15")
            for line in TUNNEL:
                said = person.says(line, "#")
                assert "Invalid" not in said, said
            until(lambda: bool(tokyo.spis()), "the tunnel")
            assert "198.51.100.2" in person.says("show ikev2 sa", "tokyo#")
            until(lambda: tokyo.ping("192.168.20.10", wait=1, host=True), "an answer")
            hops = person.says("traceroute 192.168.20.10 source GigaEthernet1.0", "tokyo#").splitlines()
            assert [hop.split()[1] for hop in hops if hop.startswith(" ")][-1] == "192.168.20.10", hops
            assert "regexp = 2" in person.says("show running-config | count 192.0.2.1", "tokyo#")
            person.says("write memory", "tokyo#")
            assert "Tunnel0.0" in tokyo.file.read_text()
            before = tokyo.spis()
            person.says("clear ikev2 sa", "tokyo#")
            until(lambda: (now := tokyo.spis()) != [] and now != before, "another SA")
            person.types("exit\r")
            assert person.ended() == 0
        until(
            lambda: tokyo.ping("192.168.20.10", wait=1, host=True),
            "an answer, once the interface is up again",
        )
        tokyo.end()
        tokyo.start()
        until(lambda: bool(tokyo.spis()), "the tunnel after the restart")
