"""The octets of a configuration file as text, whoever saved it."""

import codecs

# What an editor puts before a text to say how it is written. The longer marks come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be")
# Of plain text in UTF-16 nearly every second octet is 0: those at even places where the high one comes first.
_MOSTLY = 0.6


def decode(octets: bytes) -> str | None:
    """The text of a file: UTF-8, UTF-16 as Windows Notepad saves it, or Shift_JIS of a Japanese Windows.

    None if it is no text. What no encoding explains becomes a replacement character.
    """
    for mark, encoding in _MARKS:
        if octets.startswith(mark):
            return _of_text(octets[len(mark) :].decode(encoding, errors="replace"))
    if b"\0" in octets:
        wide = _wide(octets)
        return _of_text(octets.decode(wide, errors="replace")) if wide else None
    for encoding in ("utf-8", "cp932"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return octets.decode("utf-8", errors="replace")


def _wide(octets: bytes) -> str | None:
    """UTF-16 without a mark: in which order?"""
    half = len(octets) // 2
    zeros = octets[1::2].count(0), octets[::2].count(0)
    return next((name for name, count in zip(_WIDE, zeros, strict=True) if count > half * _MOSTLY), None)


def _of_text(text: str) -> str | None:
    return None if "\0" in text else text
