"""Changes of what runs: typed, applied on trial, saved."""

import asyncio
from pathlib import Path

import pytest

from kakehashi.gateway.changes import Changes
from kakehashi.gateway.control import Request
from kakehashi.gateway.errors import GatewayError
from tests.console.desk import Desk

TOKYO = "hostname tokyo\n"
KYOTO = "hostname kyoto\n"
WRONG = """hostname kyoto
interface Tunnel0
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile P
"""


async def waited(changes: Changes) -> None:
    """What a timer has begun is over."""
    while changes.on_trial:
        await asyncio.sleep(0)
    await asyncio.gather(*changes.tasks())


def test_what_nobody_confirms_is_taken_back() -> None:
    desk = Desk("cisco-ios", TOKYO)

    async def story() -> None:
        told = await desk.changes.apply(KYOTO, 1)
        assert "taken back in 1 s unless confirmed" in told
        assert desk.gateway.hostname == "kyoto"
        with pytest.raises(GatewayError, match="on trial"):
            desk.changes.save()
        with pytest.raises(GatewayError, match="on trial"):
            await desk.changes.apply(TOKYO, 1)
        desk.changes.hurry()
        await waited(desk.changes)

    asyncio.run(story())
    assert desk.gateway.hostname == "tokyo"
    assert "hostname tokyo" in desk.changes.text
    assert [g.hostname for g in desk.taken] == ["kyoto", "tokyo"]
    assert "nobody confirmed" in desk.log.getvalue()


def test_what_is_confirmed_stays(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", TOKYO, tmp_path)

    async def story() -> None:
        await desk.changes.apply(KYOTO, 60)
        assert desk.changes.confirm() == "confirmed"
        assert not desk.changes.on_trial
        desk.changes.save()

    asyncio.run(story())
    assert desk.gateway.hostname == "kyoto"
    assert desk.file.read_text().startswith("hostname kyoto\n")
    assert desk.file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(GatewayError, match="no configuration is on trial"):
        desk.changes.confirm()


def test_a_configuration_with_errors_is_refused_and_says_where() -> None:
    desk = Desk("cisco-ios", TOKYO)
    with pytest.raises(GatewayError, match="running-config:6: error"):
        asyncio.run(desk.changes.apply(WRONG, 0))
    assert desk.taken == []
    assert desk.gateway.hostname == "tokyo"


def test_a_line_that_changes_nothing_touches_nothing() -> None:
    desk = Desk("cisco-ios", TOKYO)
    asyncio.run(desk.changes.type((), "hostname tokyo"))
    assert desk.taken == []


def test_a_request_may_carry_a_place_and_a_text() -> None:
    desk = Desk("cisco-ios", TOKYO)
    typed = Request("type", path=("interface GigabitEthernet0/0",), text="ip address 192.0.2.2 255.255.255.0")
    answer = asyncio.run(desk.answers.answer(typed))
    assert answer["ok"]
    assert desk.gateway.interfaces[0].name == "GigabitEthernet0/0"
    refused = asyncio.run(desk.answers.answer(Request("type", path=("nonsense",), text="ip address")))
    assert not refused["ok"]
