"""The DHCP client with a server that is not ours (busybox), in namespaces of the test's own."""

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from kakehashi.gateway.dhcp.clients import Clients
from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.ike.effects import Level
from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("busybox") is None, reason="needs busybox"),
]
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Server:
    """udhcpd on one link, giving just one address."""

    def __init__(self, namespace: Namespace, device: str, router: str, folder: Path) -> None:
        self._namespace, self._device, self._router = namespace, device, router
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, address: str, seconds: int = 3600) -> None:
        (self._folder / "leases").touch()
        text = (
            f"start {address}\nend {address}\ninterface {self._device}\nlease_file {self._folder}/leases\n"
            f"pidfile {self._folder}/pid\nmin_lease 1\nopt subnet 255.255.255.0\nopt router {self._router}\n"
            f"opt lease {seconds}\n"
        )
        (self._folder / "udhcpd.conf").write_text(text)
        inside = ["ip", "netns", "exec", self._namespace.name]
        self._process = subprocess.Popen(
            [*inside, "busybox", "udhcpd", "-f", str(self._folder / "udhcpd.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None
        (self._folder / "leases").unlink(missing_ok=True)


class Stage:
    """Clients on `eth0` of one namespace, the server on `to-eth0` of the other."""

    def __init__(self, here: Namespace, there: Namespace, folder: Path) -> None:
        self.here, self.there, self.folder = here, there, folder
        self.server = Server(there, "to-eth0", "192.0.2.1", folder)
        self.log = io.StringIO()
        self.changes = 0

    def play(self, story: Callable[[Clients], Awaitable[None]]) -> None:
        async def act() -> None:
            log = Log(LogOptions(Level.DEBUG), lambda: TIME, self.log)
            clients = Clients(self.folder, log, self._changed)
            clients.follow(frozenset({"eth0"}))
            try:
                await story(clients)
            finally:
                await clients.stop()

        self.here.play(act, timeout=90)

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Namespace() as here, Namespace() as there:
        here.ip(f"link add eth0 type veth peer name to-eth0 netns {there.name}")
        here.ip("link set eth0 up")
        there.ip("addr add 192.0.2.1/24 dev to-eth0")
        there.ip("link set to-eth0 up")
        found = Stage(here, there, tmp_path)
        try:
            yield found
        finally:
            found.server.stop()


async def become(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.05)


def test_an_address_comes_with_its_router_and_is_renewed(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        stage.server.start("192.0.2.77", seconds=8)
        await become(lambda: bool(clients.leases))
        lease = Lease(IPv4Interface("192.0.2.77/24"), IPv4Address("192.0.2.1"), 8)
        assert clients.leases == {"eth0": lease}
        # Nobody sets the address here: the client itself changes nothing of the host.
        assert "192.0.2.77" not in stage.here.ip("addr")
        await become(lambda: "is renewed" in stage.log.getvalue())
        assert stage.changes == 1

    stage.play(story)


def test_an_address_that_changes_is_told(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        stage.server.start("192.0.2.77", seconds=8)
        await become(lambda: bool(clients.leases))
        stage.server.stop()
        stage.server.start("192.0.2.78", seconds=8)
        await become(lambda: [str(x.address.ip) for x in clients.leases.values()] == ["192.0.2.78"])

    stage.play(story)
    assert stage.changes >= 2


def test_an_address_that_nobody_renews_is_lost_in_time(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        stage.server.start("192.0.2.77", seconds=3)
        await become(lambda: bool(clients.leases))
        stage.server.stop()
        await become(lambda: not clients.leases)

    stage.play(story)
    assert "its time is over" in stage.log.getvalue()


def test_a_client_that_dies_is_started_again_and_asks_for_the_same_address(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        stage.server.start("192.0.2.77")
        await become(lambda: bool(clients.leases))
        (before,) = clients_of(stage.folder)
        os.kill(before, 9)
        await become(lambda: clients_of(stage.folder) not in ([], [before]))
        await become(lambda: "is renewed" in stage.log.getvalue())
        assert clients.leases, "its address is ours until its time is over"
        assert stage.changes == 1

    stage.play(story)
    assert clients_of(stage.folder) == []


NOISE = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"to-eth0")
for data in (bytes(300), bytes(240) + b"\\x35\\x00", b"\\xff" * 1400, b"", b"x"):
    s.sendto(data, ("255.255.255.255", 68))
"""


def test_what_a_neighbour_sends_takes_no_address_away(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        stage.server.start("192.0.2.77")
        await become(lambda: bool(clients.leases))
        await asyncio.to_thread(stage.there.inside, sys.executable, "-c", NOISE)
        await become(lambda: "is renewed" in stage.log.getvalue() and bool(clients_of(stage.folder)))
        assert [str(lease.address) for lease in clients.leases.values()] == ["192.0.2.77/24"]
        assert stage.changes == 1

    stage.play(story)
    assert "the DHCP client has ended" in stage.log.getvalue()


def test_a_device_that_is_no_longer_asked_on_has_no_client(stage: Stage) -> None:
    async def story(clients: Clients) -> None:
        await become(lambda: bool(clients_of(stage.folder)))
        clients.follow(frozenset())
        await become(lambda: not clients_of(stage.folder))

    stage.play(story)


def leasing(name: str, text: str) -> str:
    """tokyo's address and default route come by DHCP, and osaka takes it from anywhere."""
    text = re.sub("  ikev2 outgoing-interface .*\n|  ikev2 connect-type auto\n", "", text)
    if name == "osaka":
        return text.replace("ikev2 peer 192.0.2.2", "ikev2 peer any")
    text = re.sub("ip route default .*\n", "", text)
    return text.replace("ip address 192.0.2.2/24", "ip address dhcp receive-default")


def test_a_gateway_asks_for_its_address_follows_it_and_takes_it_away_in_the_end(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, leasing) as routers:
        tokyo = routers.tokyo
        server = Server(routers.internet, "to-tokyo", "192.0.2.1", tmp_path)
        try:
            assert "no DHCP server has given GigaEthernet0.0 an address yet" in tokyo.command("show")
            for ours in ("192.0.2.77", "192.0.2.78"):
                server.stop()
                server.start(ours, seconds=10)
                until(lambda: f"{ours}/24" in tokyo.namespace.ip("addr show dev wan0"), "the address")  # noqa: B023
                until(lambda: "default via 192.0.2.1" in tokyo.namespace.ip("route"), "the default route")
                until(lambda: tokyo.ping("192.168.20.1", wait=1), "an answer through the tunnel")
                until(lambda: tokyo.paths() == [ours], "an SA from there alone")  # noqa: B023
            assert "192.0.2.77" not in tokyo.namespace.ip("addr")
            assert len(clients_of(tokyo.state_dir, "wan0")) == 1
            assert tokyo.end() == 0
            assert "192.0.2.78" not in tokyo.namespace.ip("addr")
            assert "default" not in tokyo.namespace.ip("route")
            assert clients_of(tokyo.state_dir, "wan0") == []
        finally:
            server.stop()


def test_a_killed_gateway_takes_its_clients_along_and_leaves_no_address_for_ever(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, leasing) as routers:
        tokyo = routers.tokyo
        server = Server(routers.internet, "to-tokyo", "192.0.2.1", tmp_path)
        try:
            server.start("192.0.2.77")
            until(lambda: "192.0.2.77" in tokyo.namespace.ip("addr show dev wan0"), "the address")
            tokyo.end(9)
            until(lambda: not clients_of(tokyo.state_dir, "wan0"), "the client to end by itself")
            tokyo.start()
            until(lambda: len(clients_of(tokyo.state_dir, "wan0")) == 1, "another client")
            until(lambda: "192.0.2.77" in tokyo.namespace.ip("addr show dev wan0"), "the address")
            assert tokyo.end() == 0
            assert "192.0.2.77" not in tokyo.namespace.ip("addr")
        finally:
            server.stop()


def clients_of(folder: Path, device: str = "eth0") -> list[int]:
    """The processes whose file is in `folder`."""
    mark = os.fsencode(folder / f"{device}.dhcp")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found
