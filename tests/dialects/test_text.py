"""A configuration is read however it was saved."""

import pytest

from kakehashi.dialects.text import decode

TEXT = "! 本社のルータ\r\nhostname honsha\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(b"\xff\xfe" + TEXT.encode("utf-16-le"), id="UTF-16 as Notepad saves it"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="UTF-16, the high octet first"),
        pytest.param(TEXT.encode("cp932"), id="Shift_JIS"),
    ],
)
def test_the_encoding_does_not_matter(octets: bytes) -> None:
    assert decode(octets) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(encoding: str) -> None:
    text = "hostname honsha\n"
    assert decode(text.encode(encoding)) == text


def test_a_stray_octet_is_replaced_and_the_rest_stays() -> None:
    assert decode(b"hostname a\x81 b\n") == "hostname a\ufffd b\n"


@pytest.mark.parametrize("octets", [b"\x7fELF\0\1\2\3" * 9, b"\0" * 20, b"\xff\xfea\0\0\0"])
def test_what_is_no_text_is_none(octets: bytes) -> None:
    assert decode(octets) is None
