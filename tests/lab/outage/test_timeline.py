import json
from datetime import UTC, datetime, timedelta
from typing import Any

from kakehashi.lab.outage.timeline import What, told

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def line(at: float, name: str, message: str = "", level: str = "notice", **details: Any) -> str:
    return json.dumps(
        {
            "time": (START + timedelta(seconds=at)).isoformat(),
            "level": level,
            "event": name,
            "tunnel": "Tunnel0.0",
            "message": message,
            "details": details,
        }
    )


def test_a_tunnel_is_up_with_its_first_sa_and_down_without_the_last_one() -> None:
    log = "\n".join(
        [
            line(-5, "child-sa-created", spi_in="a1"),
            line(1, "child-sa-rekeyed", spi_in="a2", replaces="a1"),
            line(2, "child-sa-created", spi_in="a3"),
            line(3, "child-sa-deleted", spi_in="a2", reason="its time is over"),
            line(4, "child-sa-deleted", spi_in="a3", reason="the peer is dead"),
            line(5, "child-sa-created", "Child SA with b: SPIs 1 in 2 out, ESP AES", spi_in="a4"),
        ]
    )
    found = told("a", log, START.timestamp())
    assert [(e.at, e.what, e.text) for e in found] == [
        (4.0, What.TUNNEL_DOWN, "the peer is dead"),
        (5.0, What.TUNNEL_UP, "Child SA with b: ESP AES"),
    ]


def test_a_gateway_that_starts_anew_has_no_sas() -> None:
    log = "\n".join(
        [
            line(1, "child-sa-created", spi_in="a1"),
            line(2, "running", "running a.cfg"),
            line(3, "child-sa-created", spi_in="a2"),
        ]
    )
    assert [e.what for e in told("a", log, START.timestamp())] == [What.TUNNEL_UP, What.EVENT, What.TUNNEL_UP]


def test_the_same_sentence_again_and_again_stands_there_once() -> None:
    log = "\n".join(line(at, "negotiation-failed", "no answer") for at in (1, 31, 61))
    (entry,) = told("a", log, START.timestamp())
    assert (entry.at, entry.times, entry.until) == (1.0, 3, 61.0)


def test_what_came_before_the_traffic_and_what_is_no_event_is_not_told() -> None:
    log = "\n".join(["a.cfg:3: warning: something", line(-1, "running"), line(1, "dpd", level="info"), "{"])
    assert told("a", log, START.timestamp()) == []
