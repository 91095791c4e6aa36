"""Peers known by name."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

import pytest

from kakehashi.gateway import resolver
from kakehashi.gateway.resolver import Resolver, known_by_name, names, resolve
from kakehashi.model.address import Hostname, IPAddress
from tests.gateway.builders import gateway, ikev1_peer, ikev1_tunnel, tunnel

FIRST, SECOND = ip_address("10.2.0.1"), ip_address("10.2.0.2")


class NameServer:
    """Stands for the host's resolver: `known` is what it answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: dict[str, list[str]] = {}
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)
        monkeypatch.setattr(resolver, "PERIOD", 0)
        monkeypatch.setattr(resolver, "RETRY", 0)

    def _answer(self, name: str, *_: Any, **__: Any) -> list[Any]:
        if name not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (text, 0)) for text in self.known[name]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> NameServer:
    return NameServer(monkeypatch)


Told = list[tuple[str, frozenset[IPAddress]]]


def play(story: Callable[[Resolver, Told], Awaitable[None]]) -> Told:
    async def act() -> Told:
        told: Told = []
        subject = Resolver(lambda name, addresses: told.append((name, addresses)))
        running = asyncio.create_task(subject.run())
        async with asyncio.timeout(10):
            await story(subject, told)
        running.cancel()
        return told

    return asyncio.run(act())


async def times(told: Told, number: int) -> None:
    while len(told) < number:
        await asyncio.sleep(0)


def test_the_names_are_those_of_enabled_tunnels() -> None:
    named = tunnel("Tunnel0.0", peer_address=Hostname("a.example"))
    off = tunnel("Tunnel1.0", peer_address=Hostname("b.example"), enabled=False)
    assert names(gateway(named, off, tunnel("Tunnel2.0"))) == {"a.example"}


def test_an_ikev1_peer_may_have_a_name_of_its_own() -> None:
    of = gateway(
        ikev1_tunnel(peer_address=Hostname("a.example", 4)),
        ikev1_peers=(ikev1_peer(address=Hostname("b.example")),),
    )
    assert names(of) == {"a.example", "b.example"}
    assert list(known_by_name(of)) == [
        ("Tunnel0.0", Hostname("a.example", 4)),
        ("Tunnel0.0", Hostname("b.example")),
    ]


def test_only_addresses_of_the_configured_ip_version_count(server: NameServer) -> None:
    async def story(subject: Resolver, told: Told) -> None:
        server.known["a.example"] = ["10.2.0.1", "2001:db8::1"]
        subject.follow(frozenset({"a.example"}))
        await times(told, 1)
        assert subject.found(Hostname("a.example", 4)) == {FIRST}
        assert subject.found(Hostname("a.example", 6)) == {ip_address("2001:db8::1")}
        assert len(subject.found(Hostname("a.example"))) == 2
        assert subject.found(Hostname("b.example")) == frozenset()

    play(story)


def test_all_addresses_are_taken_without_scopes(server: NameServer) -> None:
    server.known["a.example"] = ["10.2.0.1", "2001:db8::1", "fe80::1%eth0"]
    found = asyncio.run(resolve("a.example"))
    assert found == {FIRST, ip_address("2001:db8::1"), ip_address("fe80::1")}
    assert asyncio.run(resolve("b.example")) == frozenset()


def test_a_name_that_moves_is_told_once_for_each_change(server: NameServer) -> None:
    async def story(subject: Resolver, told: Told) -> None:
        server.known["a.example"] = ["10.2.0.1"]
        subject.follow(frozenset({"a.example"}))
        await times(told, 1)
        server.known["a.example"] = ["10.2.0.2"]
        await times(told, 2)

    assert play(story) == [("a.example", {FIRST}), ("a.example", {SECOND})]


def test_a_name_server_that_fails_moves_no_peer(server: NameServer) -> None:
    async def story(subject: Resolver, told: Told) -> None:
        server.known["a.example"] = ["10.2.0.1"]
        subject.follow(frozenset({"a.example"}))
        await times(told, 1)
        del server.known["a.example"]
        for _ in range(200):
            await asyncio.sleep(0)
        assert subject.addresses == {"a.example": {FIRST}}
        server.known["a.example"] = ["10.2.0.2"]
        await times(told, 2)

    assert len(play(story)) == 2


def test_a_name_that_is_no_longer_configured_is_forgotten(server: NameServer) -> None:
    async def story(subject: Resolver, told: Told) -> None:
        server.known["a.example"] = ["10.2.0.1"]
        subject.follow(frozenset({"a.example"}))
        await times(told, 1)
        subject.follow(frozenset({"b.example"}))
        assert subject.addresses == {}

    play(story)
