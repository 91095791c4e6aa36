"""However dense a datagram is, reading it is linear work and makes a bounded number of pieces."""

import dataclasses
from typing import SupportsIndex

import pytest

from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev2 import PayloadType
from kakehashi.wire.v2 import message
from kakehashi.wire.v2.header import MAX_MESSAGE
from kakehashi.wire.v2.payloads import MAX_PAYLOADS

MOST = MAX_MESSAGE - 28


class Counted(bytes):
    """Octets that count how many of them were copied, also from their parts."""

    copied = 0

    def __getitem__(self, key: SupportsIndex | slice) -> int | bytes:
        part = super().__getitem__(key)
        if isinstance(part, int):
            return part
        Counted.copied += len(part)
        return Counted(part)


def pieces(value: object) -> int:
    """The number of dataclasses within a value."""
    if isinstance(value, tuple):
        return sum(map(pieces, value))
    if dataclasses.is_dataclass(value):
        return 1 + sum(pieces(getattr(value, field.name)) for field in dataclasses.fields(value))
    return 0


def chain(kind: int, body: bytes) -> bytes:
    """As many payloads of one kind as fit."""
    one = (4 + len(body)).to_bytes(2, "big") + body
    count = min(MOST // (2 + len(one)), MAX_PAYLOADS)
    return (bytes([kind, 0]) + one) * (count - 1) + b"\0\0" + one


def sa(proposals: int, transforms: int, attributes: int) -> bytes:
    """The content of an SA payload, every level as often as told."""
    transform_size = 8 + 4 * attributes
    transform = (
        transform_size.to_bytes(2, "big") + bytes.fromhex("0100000c") + bytes.fromhex("80010000") * attributes
    )
    inner = (b"\3\0" + transform) * (transforms - 1) + b"\0\0" + transform
    proposal = (8 + len(inner)).to_bytes(2, "big") + bytes([1, 1, 0, transforms]) + inner
    return (b"\2\0" + proposal) * (proposals - 1) + b"\0\0" + proposal


DENSE = {
    "empty payloads": (43, b""),
    "unknown payloads": (200, b""),
    "proposals": (33, sa(64, 1, 0)),
    "transforms": (33, sa(2, 255, 0)),
    "attributes": (33, sa(2, 255, 16)),
    "SPIs": (42, bytes.fromhex("4d04 3fc0") + bytes(4 * 0x3FC0)),
    "selectors": (44, bytes([255, 0, 0, 0]) + (bytes.fromhex("07000010") + bytes(12)) * 255),
    "empty selectors": (44, bytes([255, 0, 0, 0]) + bytes.fromhex("0a000004") * 255),
    "configuration attributes": (47, bytes(4) + bytes(4) * 256),
}
TOO_DENSE = {
    "attributes": (33, sa(1, 200, 70)),
    "transforms": (33, sa(20, 255, 0)),
    "proposals": (33, sa(1000, 1, 0)),
    "configuration attributes": (47, bytes(4) + bytes(4) * 10000),
    "SPIs": (42, bytes.fromhex("4d00 ffff")),
}


@pytest.mark.parametrize(("kind", "body"), DENSE.values(), ids=DENSE)
def test_the_densest_message_is_linear_work(kind: int, body: bytes) -> None:
    data = chain(kind, body)
    Counted.copied = 0
    payloads = message.decode_payloads(PayloadType(kind), Counted(data))
    assert len(payloads) <= pieces(payloads) <= len(data) // 4
    assert Counted.copied <= 5 * len(data)


@pytest.mark.parametrize(("kind", "body"), TOO_DENSE.values(), ids=TOO_DENSE)
def test_what_is_too_dense_is_given_up(kind: int, body: bytes) -> None:
    data = chain(kind, body)
    Counted.copied = 0
    with pytest.raises(WireError):
        message.decode_payloads(PayloadType(kind), Counted(data))
    assert Counted.copied <= 5 * len(data)


def test_what_is_counted_is_what_is_copied() -> None:
    Counted.copied = 0
    part = Counted(b"abcdef")[1:]
    assert isinstance(part, Counted)
    assert (part[2:], Counted.copied) == (b"def", 8)
