"""However dense a datagram is, reading it is linear work and makes a bounded number of pieces."""

import pytest

from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev1 import PayloadType
from kakehashi.wire.v1 import message
from kakehashi.wire.v1.header import MAX_MESSAGE
from kakehashi.wire.v1.payloads import MAX_PAYLOADS
from tests.wire.test_bounds import Counted, pieces

MOST = MAX_MESSAGE - 28


def chain(kind: int, body: bytes) -> bytes:
    """As many payloads of one kind as fit."""
    one = (4 + len(body)).to_bytes(2, "big") + body
    count = min(MOST // (2 + len(one)), MAX_PAYLOADS)
    return (bytes([kind, 0]) + one) * (count - 1) + b"\0\0" + one


def sa(proposals: int, transforms: int, attributes: int) -> bytes:
    """The content of an SA payload, every level as often as told."""
    transform_size = 8 + 4 * attributes
    transform = (
        transform_size.to_bytes(2, "big") + bytes.fromhex("01010000") + bytes.fromhex("80010000") * attributes
    )
    inner = (b"\3\0" + transform) * (transforms - 1) + b"\0\0" + transform
    proposal = (8 + len(inner)).to_bytes(2, "big") + bytes([1, 1, 0, transforms]) + inner
    return bytes.fromhex("0000000100000001") + (b"\2\0" + proposal) * (proposals - 1) + b"\0\0" + proposal


DENSE = {
    "empty payloads": (13, b""),
    "unknown payloads": (200, b""),
    "proposals": (1, sa(64, 1, 0)),
    "transforms": (1, sa(2, 255, 0)),
    "attributes": (1, sa(2, 230, 32)),
    "SPIs": (12, bytes.fromhex("00000001 4d04 3e00") + bytes(4 * 0x3E00)),
    "configuration attributes": (14, bytes(4) + bytes(4) * 256),
}
TOO_DENSE = {
    "attributes": (1, sa(1, 100, 33)),
    "transforms": (1, sa(20, 255, 0)),
    "proposals": (1, sa(1000, 1, 0)),
    "configuration attributes": (14, bytes(4) + bytes(4) * 10000),
    "SPIs": (12, bytes.fromhex("00000001 4d00 ffff")),
}


@pytest.mark.parametrize(("kind", "body"), DENSE.values(), ids=DENSE)
@pytest.mark.parametrize("padded", [False, True])
def test_the_densest_message_is_linear_work(kind: int, body: bytes, padded: bool) -> None:
    data = chain(kind, body)
    Counted.copied = 0
    decoded = message.decode_payloads(PayloadType(kind), Counted(data), padded=padded)
    assert len(decoded.payloads) <= pieces(decoded.payloads) <= len(data) // 4
    assert sum(map(len, decoded.raw)) == len(data)
    assert Counted.copied <= 7 * len(data)


@pytest.mark.parametrize(("kind", "body"), TOO_DENSE.values(), ids=TOO_DENSE)
def test_what_is_too_dense_is_given_up(kind: int, body: bytes) -> None:
    data = chain(kind, body)
    Counted.copied = 0
    with pytest.raises(WireError):
        message.decode_payloads(PayloadType(kind), Counted(data))
    assert Counted.copied <= 7 * len(data)


def test_more_payloads_than_anyone_needs_are_given_up() -> None:
    one = bytes.fromhex("0d000004")
    with pytest.raises(WireError):
        message.decode_payloads(PayloadType.VID, one * MAX_PAYLOADS + bytes.fromhex("00000004"))
