"""The wall clock of log and history."""

import time
from datetime import datetime, timedelta

import pytest

from kakehashi.gateway.clock import WallClock


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What `time.time` says, in a list to be changed."""
    said = [0.0]
    monkeypatch.setattr(time, "time", lambda: said[0])
    return said


@pytest.mark.interpreted
def test_an_offset_that_changes_is_seen_with_the_minute(
    monkeypatch: pytest.MonkeyPatch, moment: list[float]
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        clock = WallClock()
        moment[0] = datetime.fromisoformat("2026-03-29T01:59:59.500+01:00").timestamp()
        assert clock().isoformat() == "2026-03-29T01:59:59.500000+01:00"
        moment[0] += 1
        assert clock().isoformat() == "2026-03-29T03:00:00.500000+02:00"
        assert clock().utcoffset() == timedelta(hours=2)
    finally:
        monkeypatch.undo()
        time.tzset()
