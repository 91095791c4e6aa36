"""RFC 1071's own example, and what a receiver sees."""

from kakehashi.wire.internet_checksum import internet_checksum


def test_the_example_of_the_rfc() -> None:
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_what_has_the_right_one_in_it_sums_to_zero() -> None:
    for data in (b"", b"\x01", b"\xff\xff\xff", bytes(range(255))):
        even = data + bytes(len(data) % 2)
        assert internet_checksum(even + internet_checksum(data).to_bytes(2, "big")) == 0
