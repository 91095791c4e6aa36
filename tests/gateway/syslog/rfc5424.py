"""A strict reader of syslog messages, by the grammar of RFC 5424 section 6, and of octet-counted frames."""

import re
from dataclasses import dataclass
from datetime import datetime

_PRINTABLE = "[!-~]"
_NAME = r"[!#-<>-\\^-~]{1,32}"  # PRINTUSASCII but = ] "
_VALUE = r'(?:[^"\\\]]|\\["\\\]])*'
_PARAMETER = re.compile(rf' ({_NAME})="({_VALUE})"')
_ELEMENT = re.compile(rf"\[({_NAME})((?: {_NAME}=\"{_VALUE}\")*)\]")
_HEADER = re.compile(
    r"<(0|[1-9][0-9]{0,2})>1 "
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})) "
    rf"(-|{_PRINTABLE}{{1,255}}) (-|{_PRINTABLE}{{1,48}}) (-|{_PRINTABLE}{{1,128}}) (-|{_PRINTABLE}{{1,32}}) "
)
_HIGHEST_PRI = 191


@dataclass(frozen=True)
class Message:
    """One message; the names of its structured data with their values."""

    facility: int
    severity: int
    time: datetime
    hostname: str
    app_name: str
    procid: str
    msgid: str
    data: dict[str, dict[str, str]]
    text: str


def read_message(octets: bytes) -> Message:
    """ValueError for anything that section 6 does not allow."""
    head, body = _split(octets)
    header = _HEADER.match(head)
    if header is None:
        raise ValueError(f"no header: {octets!r}")
    pri = int(header[1])
    if pri > _HIGHEST_PRI:
        raise ValueError(f"no PRI: {pri}")
    data, end = _structured_data(head, header.end())
    if end != len(head):
        raise ValueError(f"something stands behind the structured data: {head[end:]!r}")
    return Message(
        pri // 8,
        pri % 8,
        datetime.fromisoformat(header[2]),
        header[3],
        header[4],
        header[5],
        header[6],
        data,
        body,
    )


def read_frames(octets: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames of `LENGTH SP MESSAGE` (RFC 6587 section 3.4.1), and what is left."""
    frames = []
    while (match := re.match(rb"([1-9][0-9]{0,5}) ", octets)) and len(octets) >= match.end() + int(match[1]):
        end = match.end() + int(match[1])
        frames.append(octets[match.end() : end])
        octets = octets[end:]
    return frames, octets


def _split(octets: bytes) -> tuple[str, str]:
    """Header with structured data, and the sentence: behind a BOM, UTF-8; without one, ASCII."""
    text = octets.decode("utf-8")
    header = _HEADER.match(text)
    _, end = _structured_data(text, header.end()) if header else ({}, len(text))
    body = text[end:]
    if body and not body.startswith(" "):
        raise ValueError(f"no space before the sentence: {body!r}")
    sentence = body[1:]
    if sentence.startswith("\ufeff"):
        return text[:end], sentence[1:]
    if not sentence.isascii():
        raise ValueError("UTF-8 without a BOM")
    return text[:end], sentence


def _structured_data(text: str, start: int) -> tuple[dict[str, dict[str, str]], int]:
    if text.startswith("-", start):
        return {}, start + 1
    data: dict[str, dict[str, str]] = {}
    while element := _ELEMENT.match(text, start):
        name, parameters = element[1], element[2]
        if name in data:
            raise ValueError(f"{name} twice")
        if "@" not in name and name not in ("timeQuality", "origin", "meta"):
            raise ValueError(f"{name} is not registered")
        pairs = _PARAMETER.findall(parameters)
        data[name] = {key: re.sub(r'\\(["\\\]])', r"\1", value) for key, value in pairs}
        start = element.end()
    if not data:
        raise ValueError("no structured data")
    return data, start
