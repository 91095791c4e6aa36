"""What is written is read back, and what was read is written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.wire.registry.ikev1 import PayloadType
from kakehashi.wire.v1 import Message, message
from kakehashi.wire.v1.header import HEADER_SIZE
from tests.wire.v1 import strategies
from tests.wire.v1.examples import CLEAR_PAYLOADS, EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_every_payload_comes_back_as_it_was(example: Message) -> None:
    assert message.decode(message.encode(example)) == example


@given(strategies.messages)
def test_every_message_comes_back_as_it_was(made_up: Message) -> None:
    data = message.encode(made_up)
    read = message.decode(data)
    assert read == made_up
    assert message.encode(read) == data


@given(strategies.messages, st.binary(max_size=40))
def test_what_was_encrypted_comes_back_whatever_its_padding(made_up: Message, padding: bytes) -> None:
    first, data = message.encode_payloads(made_up.payloads)
    decoded = message.decode_payloads(first, data + padding, padded=True)
    assert decoded.payloads == made_up.payloads
    assert b"".join(decoded.raw) == data


@given(strategies.messages)
def test_the_octets_of_each_payload_are_kept(made_up: Message) -> None:
    first, data = message.encode_payloads(made_up.payloads)
    decoded = message.decode_payloads(first, data)
    for index, payload in enumerate(decoded.payloads):
        assert decoded.body(payload) == payload.encode() == decoded.raw[index][4:]
        assert decoded.after(index) == data[len(b"".join(decoded.raw[: index + 1])) :]


def test_an_encrypted_message_is_framed_around_its_ciphertext() -> None:
    first, plaintext = message.encode_payloads(CLEAR_PAYLOADS)
    data = message.encode_encrypted(EXAMPLES["commit"], first, plaintext[::-1])
    header = message.decode_header(data)
    assert (header.encrypted, header.commit, header.next_payload) == (True, True, PayloadType.SA)
    assert (header.message_id, header.length) == (0xFFFFFFFF, len(data))
    assert message.decode_payloads(first, data[HEADER_SIZE:][::-1], padded=True).payloads == CLEAR_PAYLOADS


def test_no_payloads_are_no_octets() -> None:
    assert message.encode_payloads(()) == (PayloadType.NONE, b"")
    assert message.decode_payloads(PayloadType.NONE, b"").payloads == ()


def test_the_examples_have_every_payload() -> None:
    seen = {type(payload) for example in EXAMPLES.values() for payload in example.payloads}
    assert seen == set(message.Payload.__args__)
