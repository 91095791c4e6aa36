"""Peers known by name: when they are looked up, and what becomes of the answers."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

import pytest

from kakehashi.gateway.lookup import Answer, LookupFailedError
from kakehashi.gateway.resolver import Resolver, known_by_name, versions_by_name
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.names import NameService
from tests.gateway.builders import gateway, ikev1_peer, ikev1_tunnel, tunnel
from tests.gateway.virtual import play

FIRST, SECOND = ip_address("10.2.0.1"), ip_address("10.2.0.2")
SIXTH = ip_address("2001:db8::1")
NAME = "a.example"


class World:
    """`zone`: what is answered now, an exception where nothing is. `asked`: when each name was, seconds."""

    def __init__(self, zone: dict[str, Answer | Exception] | None = None) -> None:
        self.zone = zone or {}
        self.asked: list[tuple[str, float]] = []
        self.told: list[tuple[str, frozenset[IPAddress]]] = []
        self.failed: list[tuple[str, str]] = []
        self.under_way = self.most_under_way = 0
        self.takes = 0.0
        self.subject = Resolver(
            lambda *news: self.told.append(news), lambda *news: self.failed.append(news), self._answer
        )

    async def _answer(self, name: str, versions: frozenset[int], service: NameService) -> Answer:
        self.asked.append((name, asyncio.get_running_loop().time()))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.takes)
        self.under_way -= 1
        answer = self.zone.get(name, LookupFailedError(f"no {name}"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def times(self, name: str = NAME) -> list[float]:
        return [at for asked, at in self.asked if asked == name]


def answer(
    *addresses: IPAddress, seconds: float | None = 300, missing: frozenset[int] = frozenset()
) -> Answer:
    return Answer(addresses, seconds, "10.0.0.53", missing)


def named(*names: str, service: NameService | None = None) -> Gateway:
    tunnels = (tunnel(f"Tunnel{n}.0", peer_address=Hostname(name)) for n, name in enumerate(names))
    return gateway(*tunnels, names=service or NameService())


def story(world: World, acts: Callable[[Resolver], Awaitable[None]]) -> None:
    async def act() -> None:
        running = asyncio.create_task(world.subject.run())
        await acts(world.subject)
        assert not running.done(), running
        running.cancel()

    play(act)


def test_the_names_are_those_of_enabled_tunnels() -> None:
    off = tunnel("Tunnel1.0", peer_address=Hostname("b.example"), enabled=False)
    of = gateway(tunnel(peer_address=Hostname(NAME)), off, tunnel("Tunnel2.0"))
    assert versions_by_name(of) == {NAME: {4, 6}}


def test_an_ikev1_peer_may_have_a_name_of_its_own() -> None:
    of = gateway(
        ikev1_tunnel(peer_address=Hostname(NAME, 4)),
        ikev1_peers=(ikev1_peer(address=Hostname("b.example", 6)),),
    )
    assert versions_by_name(of) == {NAME: {4}, "b.example": {6}}
    assert list(known_by_name(of)) == [
        ("Tunnel0.0", Hostname(NAME, 4)),
        ("Tunnel0.0", Hostname("b.example", 6)),
    ]


def test_only_addresses_of_the_configured_ip_version_count() -> None:
    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(1)
        assert subject.found(Hostname(NAME, 4)) == {FIRST}
        assert subject.found(Hostname(NAME, 6)) == {SIXTH}
        assert subject.found(Hostname(NAME)) == {FIRST, SIXTH}
        assert subject.found(Hostname("b.example")) == frozenset()

    story(World({NAME: answer(FIRST, SIXTH)}), acts)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (20, [0, 20, 40, 60, 80]),  # the time to live
        (300, [0, 60]),  # the interval, where that is shorter
        (0, [0, 5, 10, 15]),  # not without end
        (None, [0, 60]),  # a table may be edited
    ],
)
def test_a_name_is_looked_up_again_in_time(seconds: float | None, expected: list[float]) -> None:
    world = World({NAME: answer(FIRST, seconds=seconds)})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(expected[-1] + 1)

    story(world, acts)
    assert world.times() == pytest.approx(expected)


def test_the_devices_interval_counts() -> None:
    world = World({NAME: answer(FIRST)})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME, service=NameService(interval=30)))
        await asyncio.sleep(61)

    story(world, acts)
    assert world.times() == pytest.approx([0, 30, 60])


def test_a_name_that_is_not_found_is_looked_up_less_and_less_and_told_once() -> None:
    world = World()

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(190)
        assert subject.failure(Hostname(NAME)) == f"no {NAME}"

    story(world, acts)
    assert world.times() == pytest.approx([0, 2, 6, 14, 30, 62, 122, 182])
    assert world.failed == [(NAME, f"no {NAME}")]


def test_a_name_server_that_fails_moves_no_peer_and_is_asked_again_as_before_when_it_answers() -> None:
    world = World({NAME: answer(FIRST, seconds=10)})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(1)
        world.zone[NAME] = LookupFailedError("silence")
        await asyncio.sleep(17)  # at 10, 12, 16
        assert subject.found(Hostname(NAME)) == {FIRST}
        world.zone[NAME] = answer(SECOND, seconds=10)
        await asyncio.sleep(20)  # at 24, 34
        assert subject.failure(Hostname(NAME)) == ""

    story(world, acts)
    assert world.times() == pytest.approx([0, 10, 12, 16, 24, 34])
    assert world.told == [(NAME, frozenset({FIRST})), (NAME, frozenset({SECOND}))]


def test_addresses_of_an_ip_version_that_nobody_answers_for_stay() -> None:
    world = World({NAME: answer(FIRST, SIXTH, seconds=10)})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(1)
        world.zone[NAME] = answer(SECOND, seconds=10, missing=frozenset({6}))
        await asyncio.sleep(10)
        assert subject.found(Hostname(NAME)) == {SECOND, SIXTH}

    story(world, acts)


def test_an_answer_that_breaks_the_reader_is_no_answer() -> None:
    world = World({NAME: IndexError("hostile")})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(1)
        world.zone[NAME] = answer(FIRST)
        await asyncio.sleep(2)

    story(world, acts)
    assert world.failed == [(NAME, "the answer cannot be read (IndexError)")]
    assert world.told == [(NAME, frozenset({FIRST}))]


def test_when_the_host_has_changed_what_was_not_found_is_looked_up_but_not_all_the_time() -> None:
    world = World({"b.example": answer(FIRST)})

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME, "b.example"))
        await asyncio.sleep(40)  # at 0, 2, 6, 14, 30
        for _ in range(40):
            subject.hurry()
            await asyncio.sleep(0.1)

    story(world, acts)
    assert world.times() == pytest.approx([0, 2, 6, 14, 30, 40, 42, 44], abs=0.2)
    assert world.times("b.example") == [0]


def test_what_is_configured_anew_is_looked_up_at_once_and_the_old_question_forgotten() -> None:
    world = World({NAME: answer(FIRST), "b.example": answer(SECOND)})
    world.takes = 3

    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME))
        await asyncio.sleep(1)
        subject.follow(named("b.example"))
        await asyncio.sleep(10)
        assert subject.found(Hostname(NAME)) == frozenset()
        subject.follow(named("b.example"))
        await asyncio.sleep(1)
        assert subject.found(Hostname("b.example")) == {SECOND}, "meanwhile the old answer counts"

    story(world, acts)
    assert world.told == [("b.example", frozenset({SECOND}))]
    assert world.times("b.example") == pytest.approx([1, 11])


def test_many_names_are_not_asked_for_all_at_once() -> None:
    names = [f"h{n}.example" for n in range(100)]
    world = World({name: answer(FIRST) for name in names})
    world.takes = 1

    async def acts(subject: Resolver) -> None:
        subject.follow(named(*names))
        await asyncio.sleep(10)

    story(world, acts)
    assert len(world.told) == 100
    assert world.most_under_way <= 16


def test_what_is_known_is_told_with_its_age_and_the_next_look() -> None:
    async def acts(subject: Resolver) -> None:
        subject.follow(named(NAME, "b.example"))
        await asyncio.sleep(13)
        found, missing = subject.statuses({NAME: (FIRST,)})
        assert (found.addresses, found.used, found.server) == ((FIRST,), (FIRST,), "10.0.0.53")
        assert (found.age, found.remaining, found.next_look) == pytest.approx((13, 27, 27))
        assert (missing.age, missing.addresses, missing.failure) == (None, (), "no b.example")
        assert missing.next_look == pytest.approx(1)

    story(World({NAME: answer(FIRST, seconds=40)}), acts)


def test_a_fault_of_ours_is_not_hidden() -> None:
    async def act() -> None:
        def fault(*_: Any) -> None:
            raise KeyError("ours")

        subject = Resolver(fault, fault, World({NAME: answer(FIRST)})._answer)
        subject.follow(named(NAME))
        with pytest.raises(KeyError):
            await subject.run()

    play(act)
