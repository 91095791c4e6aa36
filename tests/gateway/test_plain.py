"""Tunnels without IPsec: what the data plane is told, and peers that fall silent; in virtual time."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, cast

import pytest

from kakehashi.dataplane.memory import MemoryDataPlane
from kakehashi.gateway.plain import PlainTunnels
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gre import Gre, Keepalive
from kakehashi.model.policy import NoIpsec
from kakehashi.model.tunnel import ConnectType, PlainTunnel
from tests.gateway.builders import gateway

PATH = Path(SocketAddress(ip_address("192.0.2.1"), 500), SocketAddress(ip_address("198.51.100.2"), 500))
OTHER = replace(PATH, local=SocketAddress(ip_address("192.0.2.9"), 500))
TUNNEL = PlainTunnel(
    interface="Tunnel0",
    enabled=True,
    peer_address=ip_address("198.51.100.2"),
    ipsec=NoIpsec(gre=Gre(key=7)),
    connect=ConnectType.ALWAYS,
    keepalive=Keepalive(10, 3),
)


class Clock:
    """Calls what is due, when time passes."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._cancelled: set[int] = set()

    def later(self, delay: float, call: Callable[[str], None], name: str) -> asyncio.TimerHandle:
        number = len(self._due) + int(self.now * 1000)
        clock = self

        class Handle:
            def cancel(self) -> None:
                clock._cancelled.add(id(self))

        handle = Handle()
        heapq.heappush(self._due, (self.now + delay, number, lambda: self._call(handle, call, name)))
        return cast(asyncio.TimerHandle, handle)

    def _call(self, handle: object, call: Callable[[str], None], name: str) -> None:
        if id(handle) not in self._cancelled:
            call(name)

    def until(self, time: float) -> None:
        while self._due and self._due[0][0] <= time:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = time


class World:
    def __init__(self, tunnel: PlainTunnel = TUNNEL) -> None:
        self.clock, self.plane = Clock(), MemoryDataPlane()
        self.changes = 0
        self.plain = PlainTunnels(self.plane, self.clock.later, self._changed)
        self.follow(tunnel)

    def follow(self, tunnel: PlainTunnel = TUNNEL, path: Path | None = PATH) -> None:
        self.plain.follow(gateway(tunnel), {tunnel.interface: path} if path else {})

    def _changed(self) -> None:
        self.changes += 1

    def asked(self) -> int:
        return sum(name == "send_keepalive" for name, _ in self.plane.calls)

    def told(self) -> list[Any]:
        return [name for name, _ in self.plane.calls if name in ("connect", "disconnect")]


def test_packets_pass_between_the_ends_as_long_as_there_is_a_way() -> None:
    world = World()
    world.follow()
    assert world.plane.connected == {"Tunnel0": PATH}
    assert world.told() == ["connect"]
    world.follow(path=OTHER)
    assert world.plane.connected == {"Tunnel0": OTHER}
    world.follow(path=None)
    assert world.plane.connected == {}


def test_a_device_that_was_made_anew_is_told_again() -> None:
    world = World()
    world.plain.reset()
    world.follow()
    assert world.told() == ["connect", "connect"]


def test_who_answers_is_never_given_up() -> None:
    world = World()
    for second in range(10, 300, 10):
        world.clock.until(second)
        world.plain.returned("Tunnel0")
    assert (world.asked(), world.changes, world.plain.why_down("Tunnel0")) == (29, 0, "")


def test_after_so_many_in_vain_the_tunnel_is_down_until_one_comes_back() -> None:
    world = World()
    world.clock.until(39)
    assert (world.asked(), world.plain.why_down("Tunnel0")) == (3, "")
    world.clock.until(40)
    assert world.plain.why_down("Tunnel0") == "the peer has returned none of 3 keepalives"
    world.clock.until(100)
    assert (world.asked(), world.changes) == (10, 1)
    world.plain.returned("Tunnel0")
    assert (world.changes, world.plain.why_down("Tunnel0")) == (2, "")


def test_one_answer_in_time_begins_the_count_anew() -> None:
    world = World()
    world.clock.until(35)
    world.plain.returned("Tunnel0")
    world.clock.until(69)
    assert world.plain.why_down("Tunnel0") == ""
    world.clock.until(70)
    assert world.plain.why_down("Tunnel0")


@pytest.mark.parametrize(
    "after", [replace(TUNNEL, keepalive=None), replace(TUNNEL, keepalive=Keepalive(5, 1))]
)
def test_another_setting_begins_anew(after: PlainTunnel) -> None:
    world = World()
    world.clock.until(60)
    world.follow(after)
    assert world.plain.why_down("Tunnel0") == ""
    before = world.asked()
    world.clock.until(70)
    assert world.asked() - before == (2 if after.keepalive else 0)


def test_without_a_way_nobody_is_asked_and_nobody_is_silent() -> None:
    world = World()
    world.clock.until(60)
    world.follow(path=None)
    before = world.asked()
    world.clock.until(120)
    assert (world.asked(), world.plain.why_down("Tunnel0")) == (before, "")


def test_nobody_is_asked_after_the_end() -> None:
    world = World()
    world.plain.stop()
    world.clock.until(60)
    assert world.asked() == 0


def test_an_answer_of_a_tunnel_that_asks_nobody_is_none() -> None:
    world = World(replace(TUNNEL, keepalive=None))
    world.plain.returned("Tunnel0")
    assert world.changes == 0
