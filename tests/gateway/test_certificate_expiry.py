"""A gateway that runs for months: each certificate's end is told at its marks, once each, ever louder."""

import asyncio
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kakehashi.gateway.certificates import Certificates
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.pki_store import Store
from kakehashi.pki.expiry import days_left, mark, next_mark
from tests.conversations.gateways import gateway
from tests.gateway.virtual import play
from tests.pki.authority import DAY, NOW, Authority

ROOT = Authority()
GATEWAY = gateway()


class Life:
    """A gateway's certificates, its clock, and what was told: days after the beginning, level, sentence."""

    def __init__(self, folder: Path) -> None:
        self._written = io.StringIO()
        self.store = Store(folder, self.clock)
        log = Log(LogOptions(as_json=True), self.clock, self._written)
        self.certificates = Certificates(self.store, log, self.clock, lambda: None)

    def clock(self) -> datetime:
        try:
            return NOW + timedelta(seconds=asyncio.get_running_loop().time())
        except RuntimeError:
            return NOW

    async def days(self, number: float) -> None:
        running = asyncio.create_task(self.certificates.run())
        await asyncio.sleep(number * 86400)
        running.cancel()

    def told(self) -> list[tuple[float, str, str, str]]:
        found: list[dict[str, Any]] = [json.loads(line) for line in self._written.getvalue().splitlines()]
        return [
            ((datetime.fromisoformat(e["time"]) - NOW) / DAY, e["level"], e["event"], e["message"])
            for e in found
        ]


@pytest.fixture
def live(tmp_path: Path) -> Callable[..., Life]:
    def begin(days: float, valid: float) -> Life:
        """So many days of a gateway whose certificate is valid for `valid` days."""
        life = Life(tmp_path)
        life.store.import_certificate("vpn", ROOT.issue("CN=r.example", valid=(-DAY, valid * DAY)).pem)

        async def story() -> None:
            life.certificates.load(GATEWAY)
            await life.days(days)

        play(story)
        return life

    return begin


def test_the_end_is_told_at_each_mark_and_when_it_has_come(live: Callable[..., Life]) -> None:
    told = live(50, valid=40).told()
    assert [(round(day, 3), level) for day, level, _, _ in told] == [
        (10, "notice"),
        (33, "warning"),
        (39, "error"),
        (40, "error"),
    ]
    end = f"{NOW + 40 * DAY:%Y-%m-%d %H:%M} UTC"
    assert [message for _, _, _, message in told] == [
        f"the certificate CN=r.example (vpn) expires within 30 days, on {end}",
        f"the certificate CN=r.example (vpn) expires within 7 days, on {end}",
        f"the certificate CN=r.example (vpn) expires within 1 day, on {end}",
        f"the certificate CN=r.example (vpn) has expired on {end}",
    ]
    assert [name for _, _, name, _ in told] == ["certificate-expires"] * 3 + ["certificate-expired"]


def test_a_gateway_that_starts_late_tells_the_nearest_mark_at_once(live: Callable[..., Life]) -> None:
    assert [(round(day, 3), level) for day, level, _, _ in live(3, valid=5).told()] == [
        (0, "warning"),
    ]
    assert "within 5 days" in live(0.1, valid=5).told()[0][3]


def test_who_is_renewed_is_not_told_of_any_more(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.store.import_certificate("vpn", ROOT.issue("CN=r.example", valid=(-DAY, 8 * DAY)).pem)

    async def story() -> None:
        life.certificates.load(GATEWAY)
        await life.days(3)
        life.store.import_certificate("vpn", ROOT.issue("CN=r.example", valid=(-DAY, 365 * DAY)).pem)
        life.certificates.load(GATEWAY)
        await life.days(30)

    play(story)
    assert [level for _, level, _, _ in life.told()] == ["notice", "warning"]


def test_a_reload_repeats_nothing(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.store.import_certificate("vpn", ROOT.issue("CN=r.example", valid=(-DAY, 6 * DAY)).pem)

    async def story() -> None:
        for _ in range(3):
            life.certificates.load(GATEWAY)
            await life.days(1)

    play(story)
    assert len(life.told()) == 1


@pytest.mark.parametrize(
    ("left", "days", "passed", "after"),
    [(31, 31, None, 1), (30, 30, 30, 23), (6.5, 7, 7, 5.5), (1, 1, 1, 1), (0.2, 1, 1, 0.2), (0, 0, 0, None)],
)
def test_days_are_counted_as_people_count_them(
    left: float, days: int, passed: int | None, after: float | None
) -> None:
    end = NOW + left * DAY
    assert (days_left(end, NOW), mark(end, NOW)) == (days, passed)
    assert next_mark(end, NOW) == (None if after is None else NOW + after * DAY)
