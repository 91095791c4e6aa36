"""An event as a syslog message: every part where RFC 5424 wants it, whatever a peer has sent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.gateway.log import Entry
from kakehashi.gateway.syslog.message import LONGEST_DATAGRAM, SD_ID, cut, encode
from kakehashi.ike.effects import Level
from kakehashi.model.logging import Facility
from tests.gateway.builders import path
from tests.gateway.syslog.rfc5424 import read_message

TIME = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def entry(message: str = "the negotiation begins", **other: object) -> Entry:
    values: dict[str, object] = {
        "time": TIME,
        "level": Level.ERROR,
        "subject": "ikev2",
        "name": "negotiation-failed",
        "tunnel": "Tunnel0.0",
        "path": path(),
        "spi_i": b"\x01" * 8,
        "spi_r": bytes(8),
        "details": {"stage": "IKE_AUTH", "cause": "AUTHENTICATION_FAILED"},
    }
    return Entry(message=message, **(values | other))  # type: ignore[arg-type]


def test_a_message_has_every_part_in_its_place() -> None:
    octets = encode(entry(), Facility.LOCAL0, "tokyo", 7, LONGEST_DATAGRAM)
    assert octets.startswith(b"<131>1 2026-01-02T03:04:05.678+00:00 tokyo ikev2 - negotiation-failed [meta ")
    message = read_message(octets)
    assert (message.facility, message.severity) == (Facility.LOCAL0, 3)
    assert message.time == TIME
    assert message.data["meta"] == {"sequenceId": "7"}
    assert message.data["origin"]["software"] == "kakehashi"
    assert message.data[SD_ID] == {
        "tunnel": "Tunnel0.0",
        "peer": "10.2.0.1",
        "local": "10.1.0.1",
        "spi_i": "01" * 8,
        "stage": "IKE_AUTH",
        "cause": "AUTHENTICATION_FAILED",
    }
    assert message.text == "the negotiation begins"


def test_japanese_is_marked_as_utf8_and_the_sequence_starts_again_after_its_last_number() -> None:
    octets = encode(entry("拠点 is down"), Facility.LOCAL7, "tokyo", 2**31, LONGEST_DATAGRAM)
    assert b" \xef\xbb\xbf" in octets
    message = read_message(octets)
    assert message.text == "拠点 is down"
    assert message.data["meta"] == {"sequenceId": "1"}


def test_a_peer_cannot_leave_its_brackets_or_forge_a_second_message() -> None:
    evil = 'x"] [forged@1 a="b\\"\n<0>1 - - - - - -'
    message = read_message(
        encode(entry(evil, details={'na me="]': evil}), Facility.LOCAL7, "a b\n", 1, LONGEST_DATAGRAM)
    )
    assert set(message.data) == {"meta", "origin", SD_ID}
    assert message.data[SD_ID]["na_me___"] == evil.replace("\n", "\\n")
    assert message.hostname == "a_b_"
    assert "\n" not in message.text


def test_what_is_too_long_loses_the_end_of_its_sentence_and_no_half_character() -> None:
    octets = encode(entry("拠" * 2000), Facility.LOCAL7, "tokyo", 1, 1000)
    assert 997 < len(octets) <= 1000
    assert set(read_message(octets).text) == {"拠"}


@pytest.mark.parametrize("longest", range(12))
def test_a_cut_never_leaves_half_a_character(longest: int) -> None:
    assert "aé拠😀z".encode()[:longest].startswith(cut("aé拠😀z".encode(), longest))
    cut("aé拠😀z".encode(), longest).decode()


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text() | st.integers()), st.text())
def test_any_event_is_a_message_that_a_strict_reader_takes(
    text: str, details: dict[str, str | int], hostname: str
) -> None:
    names = {key: value for key, value in details.items() if key.isascii()}
    octets = encode(entry(text, details=names), Facility.LOCAL7, hostname, 1, 10**6)
    assert read_message(octets).severity == Level.ERROR
