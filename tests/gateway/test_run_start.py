"""`kakehashi run` while the host is still changing."""

import asyncio
import os
from pathlib import Path

import pytest

from kakehashi.gateway import client, configuration, daemon
from kakehashi.gateway.control import Request
from kakehashi.gateway.options import RunOptions
from kakehashi.gateway.reconciler import Reconciler
from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import EXAMPLES, until

pytestmark = [pytest.mark.root, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]
SOON = 30.0  # seconds: before the gateway would have looked of itself


def test_a_line_that_comes_up_while_the_gateway_begins_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has looked at the host, and is not yet about what it does from then on."""
    settle = Reconciler.try_to_settle
    late = [True]

    async def slow(reconciler: Reconciler) -> None:
        await settle(reconciler)
        if late:
            late.clear()
            namespace.ip("link set internet up")
            until(lambda: "state UP" in namespace.ip("-o link show wan0"), "the kernel to have seen it")

    async def story() -> list[bool]:
        file = tmp_path / "tokyo.cfg"
        file.write_text((EXAMPLES / "tokyo.cfg").read_text().replace("  ikev2 connect-type auto\n", ""))
        maps = {"GigaEthernet0.0": "wan0", "GigaEthernet1.0": "lan0"}
        options = RunOptions(file=file, state_dir=tmp_path / "state", maps=maps)
        gateway = asyncio.create_task(daemon._serve(options, configuration.load(file, None), ()))
        socket = options.socket
        while not client.is_alive(socket):
            await asyncio.sleep(0.05)
        begun, up = asyncio.get_running_loop().time(), [False]
        while not up[-1] and asyncio.get_running_loop().time() < begun + SOON:
            shown = await asyncio.to_thread(client.ask, socket, Request("show", as_json=True))
            up.append(shown["status"]["tunnels"][0]["up"])
            await asyncio.sleep(0.1)
        await asyncio.to_thread(client.ask, socket, Request("stop"))
        assert await gateway == 0
        return up

    monkeypatch.setattr(Reconciler, "try_to_settle", slow)
    # Signals come to the main thread.
    monkeypatch.setattr(daemon.Daemon, "_signals", lambda _: None)
    with Namespace() as namespace:
        # Nothing else is to change afterwards: no address of IPv6 that the kernel makes.
        namespace.inside(
            "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"
        )
        namespace.ip("link add wan0 type veth peer name internet")
        namespace.ip("link add lan0 type veth peer name host")
        assert namespace.play(story, 120)[-1]
