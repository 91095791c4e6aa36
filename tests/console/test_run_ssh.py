"""`kakehashi run --ssh`, and somebody with OpenSSH's client at a pseudo-terminal."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kakehashi.gateway import client
from kakehashi.gateway.control import Request
from tests.console.person import Person
from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import until

pytestmark = [pytest.mark.root, pytest.mark.skipif(not shutil.which("ssh"), reason="needs the ssh client")]

START = """hostname tokyo
username admin privilege 15 secret 0 sakura
crypto isakmp policy 10
 authentication pre-share
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
"""


def test_a_tunnel_is_typed_and_debugged_over_ssh_and_a_trial_goes_back(tmp_path: Path) -> None:
    file = tmp_path / "tokyo.cfg"
    file.write_text(START)
    with Namespace() as namespace:
        namespace.ip("link add wan0 type veth peer name internet")
        namespace.ip("link set wan0 up")
        namespace.ip("link set internet up")
        inside = ["ip", "netns", "exec", namespace.name]
        with (tmp_path / "log").open("wb") as log:
            gateway = subprocess.Popen(
                [
                    *inside, sys.executable, "-m", "kakehashi.cli", "run", str(file), "--ssh", "127.0.0.1:2222",
                    "--map", "GigabitEthernet0/0=wan0", "--state-dir", str(tmp_path / "state"),
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            until(lambda: client.is_alive(tmp_path / "state" / "tokyo.sock"), "the gateway", 120)
            ssh = [*inside, "ssh", "-p", "2222", "-F", "none", "-o", "StrictHostKeyChecking=no"]
            known = tmp_path / "known_hosts"
            with Person([*ssh, "-o", f"UserKnownHostsFile={known}", "admin@127.0.0.1"]) as person:
                person.sees("assword:")
                person.types("sakura\r")
                person.sees("tokyo#")
                person.says("debug crypto isakmp", "tokyo#")
                for line in (
                    "configure terminal",
                    "crypto isakmp key castle address 198.51.100.2",
                    "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac",
                    "crypto ipsec profile P",
                    "set transform-set T",
                    "interface Tunnel0",
                    "ip address 172.16.0.1 255.255.255.252",
                    "tunnel source GigabitEthernet0/0",
                    "tunnel destination 198.51.100.2",
                    "tunnel mode ipsec ipv4",
                    "tunnel protection ipsec profile P",
                ):
                    assert "Invalid" not in person.says(line, "#"), line
                person.sees("has not answered message 1")
                person.types("end\r")
                person.sees("tokyo#")
                assert "MM_NO_STATE" in person.says("show crypto isakmp sa", "tokyo#")
                person.says("undebug all", "tokyo#")
                assert "[OK]" in person.says("write memory", "tokyo#")
                person.types("exit\r")
                assert person.ended() == 0
            assert "tunnel protection ipsec profile P" in file.read_text()
            socket = tmp_path / "state" / "tokyo.sock"
            client.ask(socket, Request("apply", text=START.replace("tokyo", "kyoto"), seconds=5))
            assert client.ask(socket, Request("about"))["trial"]
            until(lambda: not client.ask(socket, Request("about"))["trial"], "what ran before")
            assert client.ask(socket, Request("about"))["hostname"] == "tokyo"
            assert client.ask(socket, Request("show", as_json=True))["status"]["tunnels"]
        finally:
            os.kill(gateway.pid, signal.SIGTERM)
            gateway.wait(60)
