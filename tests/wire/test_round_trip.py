"""What is written is read back, and what was read is written again."""

import pytest
from hypothesis import given

from kakehashi.wire.registry.ikev2 import PayloadType
from kakehashi.wire.v2 import Message, message
from tests.wire import strategies
from tests.wire.examples import CLEAR_PAYLOADS, EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_every_payload_comes_back_as_it_was(example: Message) -> None:
    assert message.decode(message.encode(example)) == example


@given(strategies.messages)
def test_every_message_comes_back_as_it_was(made_up: Message) -> None:
    data = message.encode(made_up)
    read = message.decode(data)
    assert read == made_up
    assert message.encode(read) == data


def test_encrypted_content_is_read_from_the_type_that_the_encrypted_payload_tells() -> None:
    first, data = message.encode_payloads(CLEAR_PAYLOADS)
    assert first == PayloadType.SA
    assert message.decode_payloads(first, data) == CLEAR_PAYLOADS


def test_no_payloads_are_no_octets() -> None:
    assert message.encode_payloads(()) == (PayloadType.NONE, b"")
    assert message.decode_payloads(PayloadType.NONE, b"") == ()


def test_the_examples_have_every_payload() -> None:
    seen = {type(payload) for example in EXAMPLES.values() for payload in example.payloads}
    assert seen == set(message.Payload.__args__)
