"""Log lines: one a line, whatever a peer puts into them."""

import io
import json
from datetime import UTC, datetime

import pytest

from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.options import parse_level, parse_maps
from kakehashi.ike.effects import Event, EventName, Level
from tests.gateway.builders import path

TIME = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def written(options: LogOptions, *events: Event) -> str:
    stream = io.StringIO()
    log = Log(options, lambda: TIME, stream)
    for event in events:
        log.event(event)
    log.flush()
    return stream.getvalue()


def event(level: Level = Level.NOTICE, message: str = "the negotiation begins") -> Event:
    return Event(
        level=level,
        name=EventName.NEGOTIATION_STARTED,
        facility="ikev2",
        message=message,
        tunnel="Tunnel0.0",
        path=path(),
        spi_i=b"\x01" * 8,
        details={"attempt": 1},
    )


def test_a_line_tells_time_level_facility_tunnel_and_message() -> None:
    assert written(LogOptions(), event()) == (
        "2026-01-02 03:04:05.678 notice ikev2 Tunnel0.0: the negotiation begins\n"
    )


def test_what_is_less_bad_than_the_level_is_not_told() -> None:
    assert written(LogOptions(Level.WARNING), event(), event(Level.ERROR)).count("\n") == 1


def test_a_peer_cannot_forge_a_line_or_colour_a_terminal() -> None:
    text = written(LogOptions(), event(message="identity a\n2026-01-01 all is well\x1b[31m"))
    assert text.count("\n") == 1
    assert "\\n" in text
    assert "\x1b" not in text


def test_json_lines_hold_the_values() -> None:
    content = json.loads(written(LogOptions(as_json=True), event()))
    assert content["event"] == "negotiation-started"
    assert content["level"] == "notice"
    assert content["path"] == "10.1.0.1:500 > 10.2.0.1:500"
    assert content["details"] == {"attempt": 1}


def test_a_log_that_nobody_reads_stops_no_tunnel() -> None:
    stream = io.StringIO()
    log = Log(LogOptions(), lambda: TIME, stream)
    stream.close()
    log.event(event())
    log.flush()


def test_wrong_options_say_what_would_be_right() -> None:
    with pytest.raises(GatewayError, match="INTERFACE=DEVICE"):
        parse_maps(["GigaEthernet0.0"])
    with pytest.raises(GatewayError, match="notice"):
        parse_level("loud")
    assert parse_maps(["GigaEthernet0.0=eth0"]) == {"GigaEthernet0.0": "eth0"}
