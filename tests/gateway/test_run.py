"""`kakehashi run` as a process: the whole gateway, two of them, real packets."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.two_routers import EXAMPLES, Router, TwoRouters, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

TOKYO_LAN, OSAKA_LAN = "192.168.10.1", "192.168.20.1"


def on_demand(_: str, text: str) -> str:
    return text.replace("  ikev2 connect-type auto\n", "")


def picture(routers: TwoRouters) -> str:
    namespace = routers.tokyo.namespace
    commands = ("addr show", "-4 route show table all", "-6 route show table all", "rule", "link show")
    shown = [
        re.sub("LOWER_UP|NO-CARRIER|state \\S+|qdisc \\S+", "", namespace.ip(f"-o {c}")) for c in commands
    ]
    lines = "\n".join([*shown, namespace.inside("nft", "list", "ruleset")]).splitlines()
    return "\n".join(line for line in lines if "fe80::" not in line and "ff00::" not in line)


def test_an_always_on_tunnel_comes_up_by_itself_and_carries_both_families(tmp_path: Path) -> None:
    routers = TwoRouters(tmp_path)
    routers.tokyo.anew = routers.osaka.anew = True
    with routers:
        until(lambda: routers.tokyo.status()["tunnels"][0]["up"], "the tunnel")
        until(lambda: routers.tokyo.ping(OSAKA_LAN, wait=1), "an answer, once the other's interface is up")
        assert routers.osaka.ping(TOKYO_LAN)
        assert routers.osaka.ping("2001:db8:10::1")
        text = routers.tokyo.command("show", "ikev2", "child-sa")
        assert re.search(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d Create", text)
        assert routers.tokyo.end() == 0
        until(lambda: "Delete" in routers.osaka.command("show", "ikev2", "child-sa"), "the peer to be told")
        until(lambda: not routers.osaka.spis(), "its IKE SA to go")


def test_the_packet_that_begins_the_negotiation_is_not_lost(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        assert routers.tokyo.spis() == []
        assert routers.tokyo.ping(OSAKA_LAN)
        assert len(routers.tokyo.spis()) == 1


def test_nothing_leaves_in_the_clear_when_the_gateway_is_killed(tmp_path: Path) -> None:
    """What an on-demand tunnel protects has a default route to follow, and must not."""
    with TwoRouters(tmp_path, on_demand) as routers:
        assert routers.tokyo.ping(OSAKA_LAN)
        routers.tokyo.end(signal.SIGKILL)
        until(lambda: "Tunnel0.0" not in routers.tokyo.namespace.ip("-o link show"), "its device to go")
        with pytest.raises(AssertionError, match=r"unreachable|No route"):
            routers.tokyo.namespace.ip(f"route get {OSAKA_LAN}")


def test_a_killed_gateway_recovers_by_itself(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        assert routers.tokyo.ping(OSAKA_LAN)
        (before,) = routers.tokyo.spis()
        routers.tokyo.end(signal.SIGKILL)
        routers.tokyo.start()
        assert routers.tokyo.ping(OSAKA_LAN)
        (after,) = routers.tokyo.spis()
        assert before != after
        # INITIAL_CONTACT: the peer has forgotten the SAs of the one that was killed (RFC 7296 section 2.4).
        assert routers.osaka.spis() == [after]


def test_the_host_is_as_it_was_at_the_end(tmp_path: Path) -> None:
    routers = TwoRouters(tmp_path)
    with routers:
        routers.tokyo.end()
        before = picture(routers)
        routers.tokyo.start()
        until(lambda: routers.tokyo.status()["tunnels"][0]["up"], "the tunnel")
        assert picture(routers) != before
        assert routers.tokyo.end() == 0
        assert picture(routers) == before


def test_a_reload_applies_the_difference_and_keeps_the_sa(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        tokyo = routers.tokyo
        assert tokyo.ping(OSAKA_LAN)
        (before,) = tokyo.spis()
        changed = tokyo.file.read_text().replace("ip route 192.168.20.0/24", "ip route 192.168.0.0/16")
        tokyo.file.write_text(changed)
        assert "192.168.0.0/16 by Tunnel0.0 is new" in tokyo.command("reload")
        assert "192.168.0.0/16" in tokyo.namespace.ip("route")
        assert "192.168.20.0/24" not in tokyo.namespace.ip("route")
        assert tokyo.ping(OSAKA_LAN)
        assert tokyo.spis() == [before]


def test_a_broken_file_leaves_the_old_configuration_in_force(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        tokyo = routers.tokyo
        tokyo.file.write_text(
            tokyo.file.read_text().replace("sakura-in-april", "").replace(" keyid tokyo\n", "\n")
        )
        assert tokyo.process
        os.kill(tokyo.process.pid, signal.SIGHUP)
        until(lambda: "the old configuration stays in force" in tokyo.log, "the refusal")
        assert f"{tokyo.file}:" in tokyo.log
        assert tokyo.ping(OSAKA_LAN)


def test_clear_deletes_the_sa_and_the_next_packet_makes_another(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        assert routers.tokyo.ping(OSAKA_LAN)
        (before,) = routers.tokyo.spis()
        assert "1 IKE SA" in routers.tokyo.command("clear", "ikev2", "sa")
        until(lambda: not routers.tokyo.spis(), "the SA to go")
        assert routers.tokyo.ping(OSAKA_LAN)
        assert before not in routers.tokyo.spis()


def test_the_tunnel_follows_its_outgoing_interface(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        assert routers.tokyo.ping(OSAKA_LAN)
        routers.internet.ip("link set to-tokyo down")
        until(lambda: not routers.tokyo.status()["tunnels"][0]["up"], "the tunnel to go down")
        assert "outgoing interface GigaEthernet0.0 is down" in routers.tokyo.command("show")
        assert len(routers.tokyo.spis()) == 1, "an interface that goes down deletes nothing (V2-34)"
        routers.internet.ip("link set to-tokyo up")
        until(lambda: routers.tokyo.status()["tunnels"][0]["up"], "the tunnel to come up")
        until(lambda: routers.tokyo.ping(OSAKA_LAN, wait=1), "an answer, once the line is up at both ends")


def test_what_is_forwarded_to_the_internet_is_translated_and_the_tunnel_is_not(tmp_path: Path) -> None:
    def translating(_: str, text: str) -> str:
        napt = "  ip napt enable\n  ip napt static GigaEthernet0.0 udp 500\n  ip napt static GigaEthernet0.0 50\n"
        return on_demand(_, text).replace("  description WAN\n", napt)

    with TwoRouters(tmp_path, translating) as routers:
        assert routers.tokyo.ping("198.51.100.1", host=True), "the internet has no route back to the LAN"
        assert routers.tokyo.ping("192.168.20.10", host=True)
        (sa,) = routers.osaka.status()["ike_sas"]
        assert sa["path"]["remote"] == {"ip": "192.0.2.2", "port": 500}


def test_tcp_between_hosts_fits_the_tunnel(tmp_path: Path) -> None:
    """`ip tcp adjust-mss auto`: neither host knows of the tunnel, each has an MTU of 1500."""
    server = "import socket; s = socket.create_server(('', 7)); print(flush=True); s.accept()[0].recv(1)"
    client = (
        "import socket; s = socket.create_connection(('192.168.20.10', 7), 30); print(s.getsockopt(6, 2))"
    )
    with TwoRouters(tmp_path, on_demand) as routers:
        both = (routers.tokyo, routers.osaka)
        before = [mtu_of(router) for router in both]
        assert routers.tokyo.ping("192.168.20.10", host=True)
        until(
            lambda: all(mtu_of(router) > old for router, old in zip(both, before, strict=True)),
            "the MTU that the SA leaves, larger than that of the costliest algorithms",
        )
        inside = ["ip", "netns", "exec", routers.osaka.host.name, sys.executable, "-c", server]
        with subprocess.Popen(inside, stdout=subprocess.PIPE) as listening:
            assert listening.stdout
            listening.stdout.readline()
            size = int(routers.tokyo.host.inside(sys.executable, "-c", client))
        timestamps = 12
        assert size == mtu_of(routers.tokyo) - 40 - timestamps < 1448


def mtu_of(router: Router) -> int:
    return int(router.status()["tunnels"][0]["mtu"])


def test_a_gateway_is_asked_from_the_command_line(tmp_path: Path) -> None:
    with TwoRouters(tmp_path) as routers:
        folder = ("--state-dir", str(routers.tokyo.state_dir))
        until(
            lambda: states(routers.tokyo) == states(routers.osaka) == ["established"], "one IKE SA of the two"
        )
        assert "Status : establish" in kakehashi("show", "ikev2", "sa", *folder).stdout
        content = json.loads(kakehashi("show", "--json", *folder).stdout)
        assert content["ike_sas"][0]["keys"]["sk_ei"] == "***"
        content = json.loads(kakehashi("show", "--json", "--keys", *folder).stdout)
        assert len(content["ike_sas"][0]["keys"]["sk_ei"]) == 64
        wrong = kakehashi("show", "ikev2", "nonsense", *folder)
        assert wrong.returncode == 1
        assert "after `show ikev2` there could stand `sa` or `child-sa`" in wrong.stderr
        assert kakehashi("stop", *folder).returncode == 0
        assert routers.tokyo.process
        assert routers.tokyo.process.wait(60) == 0


def states(router: Router) -> list[str]:
    """Of its IKE SAs. Both ends begin by themselves: of two one goes again."""
    return [sa["state"] for sa in router.status()["ike_sas"]]


def test_an_address_that_changes_makes_a_new_sa(tmp_path: Path) -> None:
    """The host's DHCP client gives the WAN another address, and osaka takes its peer from anywhere."""

    def roaming(name: str, text: str) -> str:
        text = re.sub("  ikev2 outgoing-interface .*\n", "", text)
        text = text.replace("ikev2 peer 192.0.2.2", "ikev2 peer any")
        return text.replace("ip address 192.0.2.2/24", "ip address dhcp") if name == "tokyo" else text

    with TwoRouters(tmp_path, roaming) as routers:
        tokyo = routers.tokyo
        assert "no route to the peer" in tokyo.command("show")
        for ours in ("192.0.2.77", "192.0.2.78"):
            tokyo.namespace.ip("addr flush dev wan0 scope global")
            tokyo.namespace.ip(f"addr add {ours}/24 dev wan0")
            until(lambda: "default via 192.0.2.1" in tokyo.namespace.ip("route"), "the route of the file")
            until(lambda: tokyo.paths() == [ours], f"an SA from {ours}")  # noqa: B023
            until(lambda: tokyo.status()["tunnels"][0]["up"], "the interface")
            until(
                lambda: tokyo.ping(OSAKA_LAN, wait=1), "an answer, by the route that comes with the interface"
            )
        until(lambda: len(routers.osaka.spis()) == 1, "the old SA to be forgotten")


def test_everything_may_go_through_the_tunnel_but_the_tunnel_itself(tmp_path: Path) -> None:
    def whole(name: str, text: str) -> str:
        text = on_demand(name, text)
        return re.sub("ip route default .*", "ip route default Tunnel0.0", text) if name == "tokyo" else text

    with TwoRouters(tmp_path, whole) as routers:
        assert routers.tokyo.ping(OSAKA_LAN)
        assert routers.tokyo.ping("192.168.20.10", host=True)
        assert routers.tokyo.spis() == routers.osaka.spis()


def test_two_of_one_name_do_not_run_at_once(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, on_demand) as routers:
        done = run("--state-dir", str(routers.tokyo.state_dir), file=routers.tokyo.file)
        assert done.returncode == 1
        assert "running already" in done.stderr


def test_what_is_wrong_is_told_with_its_line_and_exit_status_2(tmp_path: Path) -> None:
    file = tmp_path / "wrong.cfg"
    file.write_text(
        (EXAMPLES / "tokyo.cfg").read_text().replace("keyid tokyo key char", "keyid kyoto key char")
    )
    done = run(file=file)
    assert done.returncode == 2
    assert re.search(r"wrong\.cfg:\d+: error: .*tokyo", done.stderr)


def test_an_interface_without_a_device_is_told_with_the_option_to_give(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.cfg"
    file.write_text((EXAMPLES / "tokyo.cfg").read_text().replace("192.0.2.", "203.0.113."))
    done = run("--state-dir", str(tmp_path), file=file)
    assert done.returncode == 2
    assert "--map GigaEthernet0.0=DEVICE" in done.stderr


def run(*options: str, file: Path) -> "subprocess.CompletedProcess[str]":
    return kakehashi("run", str(file), *options)


def kakehashi(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kakehashi.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
