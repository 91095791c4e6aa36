"""The creations and losses that `show ikev2 child-sa` prints (V2-51)."""

from datetime import UTC, datetime, timedelta

from kakehashi.gateway.history import History
from kakehashi.model.status import HistoryEntry

START = datetime(2026, 1, 1, 9, 0, 40, tzinfo=UTC)


def test_the_first_child_sa_is_a_creation_and_the_last_one_gone_a_deletion() -> None:
    history = History()
    history.installed("Tunnel0.0", 1, START)
    history.removed("Tunnel0.0", 1, "cleared by the operator", START + timedelta(hours=1))
    assert history.entries("Tunnel0.0") == (
        HistoryEntry(START, "Create"),
        HistoryEntry(START + timedelta(hours=1), "Delete", "cleared by the operator"),
    )
    assert not history.has_sa("Tunnel0.0")


def test_a_rekey_is_no_news() -> None:
    history = History()
    history.installed("Tunnel0.0", 1, START)
    history.installed("Tunnel0.0", 2, START)
    history.removed("Tunnel0.0", 1, "rekeyed", START)
    assert [e.event for e in history.entries("Tunnel0.0")] == ["Create"]
    assert history.has_sa("Tunnel0.0")


def test_only_the_last_ten_are_kept() -> None:
    history = History()
    for number in range(8):
        history.installed("Tunnel0.0", number, START + timedelta(minutes=number))
        history.removed("Tunnel0.0", number, f"reason {number}", START)
    entries = history.entries("Tunnel0.0")
    assert len(entries) == 10
    assert entries[-1].reason == "reason 7"
    assert entries[0].time == START + timedelta(minutes=3)


def test_an_unknown_sa_leaves_no_trace() -> None:
    history = History()
    history.removed("Tunnel0.0", 7, "who knows", START)
    assert history.entries("Tunnel0.0") == ()
