"""Whatever is wrong with a message, it is refused by name and nothing else happens."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev1 import NotifyType, PayloadType
from kakehashi.wire.v1 import Message, message
from kakehashi.wire.v1.refusal import notify_for
from tests.crypto.ikev1.sessions import SESSIONS, datagrams, read
from tests.wire.v1 import strategies
from tests.wire.v1.examples import CLEAR_PAYLOADS, EXAMPLES, length_fields, payload_length_fields

examples = pytest.mark.parametrize("whole", EXAMPLES.values(), ids=EXAMPLES)
sessions = pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)


def refused(data: bytes) -> Reason:
    with pytest.raises(WireError) as caught:
        message.decode(data)
    assert str(caught.value)
    assert isinstance(notify_for(caught.value), NotifyType | None)
    return caught.value.reason


def decode_or_refuse(data: bytes) -> Message | None:
    """Any exception but WireError fails the test."""
    try:
        return message.decode(data)
    except WireError as error:
        notify_for(error)
        return None


def with_true_length(data: bytes) -> bytes:
    """Let the header agree, so that what is behind it has to notice."""
    return data[:24] + len(data).to_bytes(4, "big") + data[28:]


@examples
def test_a_message_cut_anywhere_is_refused(whole: Message) -> None:
    data = message.encode(whole)
    for size in range(len(data)):
        assert refused(data[:size]) is (Reason.MESSAGE_TOO_SHORT if size < 28 else Reason.MESSAGE_LENGTH)
        if size >= 28:
            refused(with_true_length(data[:size]))


@examples
def test_a_message_with_octets_behind_it_is_refused(whole: Message) -> None:
    data = message.encode(whole)
    assert refused(data + b"\0") is Reason.MESSAGE_LENGTH
    assert refused(with_true_length(data + b"\1")) is Reason.TRAILING_OCTETS
    assert refused(with_true_length(data + bytes(4))) is Reason.TRAILING_OCTETS


def test_decrypted_content_cut_anywhere_is_refused() -> None:
    first, data = message.encode_payloads(CLEAR_PAYLOADS)
    for size in range(len(data)):
        for padded in (False, True):
            with pytest.raises(WireError):
                message.decode_payloads(first, data[:size], padded=padded)


@sessions
def test_what_strongswan_sent_cut_anywhere_is_refused(session: dict[str, str]) -> None:
    for _, data in datagrams(session):
        for size in range(len(data)):
            refused(data[:size])
    for one in read(session):
        end = len(b"".join(one.decoded.raw))
        for size in range(end):
            with pytest.raises(WireError):
                message.decode_payloads(one.header.next_payload, one.octets[:size], padded=True)


@sessions
def test_any_octet_of_what_strongswan_sent_may_be_wrong(session: dict[str, str]) -> None:
    for one in read(session):
        for position in range(len(one.octets)):
            for wrong in {0, 1, 0x7F, 0x80, 0xFF, one.octets[position] ^ 1}:
                damaged = one.octets[:position] + bytes([wrong]) + one.octets[position + 1 :]
                with contextlib.suppress(WireError):
                    message.decode_payloads(one.header.next_payload, damaged, padded=True)


@examples
def test_every_wrong_length_is_refused(whole: Message) -> None:
    data = message.encode(whole)
    assert message.decode(data) == whole
    for field in length_fields(data):
        true = field.read(data)
        for wrong in {0, 1, true - 1, true + 1, (1 << 8 * field.size) - 1} - {true}:
            damaged = field.write(data, wrong)
            if damaged == data:
                continue
            if field.name == "notification SPI size" and decode_or_refuse(damaged):
                continue  # the SPI and the data of a notification have no other border
            assert decode_or_refuse(damaged) is None, f"{field}: {wrong} instead of {true}"


def test_every_length_field_was_tried() -> None:
    names = {f.name for whole in EXAMPLES.values() for f in length_fields(message.encode(whole))}
    assert names == {
        "message",
        "payload",
        "proposal",
        "proposal SPI size",
        "transform count",
        "transform",
        "transform attribute",
        "notification SPI size",
        "delete SPI size",
        "delete SPI count",
        "configuration attribute",
    }


@given(strategies.messages, st.data())
def test_a_wrong_length_in_any_message_is_refused_or_makes_another_message(
    whole: Message, data: st.DataObject
) -> None:
    octets = message.encode(whole)
    for field in length_fields(octets):
        for wrong in (0, 1, field.read(octets) - 1, field.read(octets) + 1, -1):
            decode_or_refuse(field.write(octets, wrong))
    position = data.draw(st.integers(0, len(octets) - 1))
    decode_or_refuse(
        octets[:position] + data.draw(st.binary(min_size=1, max_size=1)) + octets[position + 1 :]
    )


@given(strategies.messages, st.data())
def test_any_message_cut_anywhere_is_refused(whole: Message, data: st.DataObject) -> None:
    octets = message.encode(whole)
    size = data.draw(st.integers(0, len(octets) - 1))
    refused(octets[:size])
    if size >= 28:
        refused(with_true_length(octets[:size]))


@given(st.binary(max_size=300))
def test_random_octets_are_refused_by_name(noise: bytes) -> None:
    decode_or_refuse(noise)


@given(st.integers(0, 255), st.binary(max_size=300), st.booleans())
def test_random_octets_behind_a_good_header_are_refused_by_name(
    kind: int, noise: bytes, padded: bool
) -> None:
    """As they come out of a decryption with a wrong key."""
    header = message.encode(EXAMPLES["empty"])[:16] + bytes([kind]) + message.encode(EXAMPLES["empty"])[17:]
    decode_or_refuse(with_true_length(header + noise))
    with contextlib.suppress(WireError):
        message.decode_payloads(PayloadType(kind), noise, padded=padded)


@given(st.integers(1, 255), st.binary(max_size=200))
def test_a_payload_with_random_content_is_refused_by_name(kind: int, noise: bytes) -> None:
    generic = b"\0\0" + (4 + len(noise)).to_bytes(2, "big")
    decoded = None
    with contextlib.suppress(WireError):
        decoded = message.decode_payloads(PayloadType(kind), generic + noise)
    if decoded is None:
        return
    first, data = message.encode_payloads(decoded.payloads)
    assert message.decode_payloads(first, data).payloads == decoded.payloads
    list(payload_length_fields(kind, generic + noise, 0))
