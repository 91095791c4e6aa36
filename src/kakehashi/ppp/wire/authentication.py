"""What is in the packets of PAP (RFC 1334 section 2.2) and CHAP (RFC 1994 section 4)."""

from typing import Final

from kakehashi.ppp.drops import Drop, Malformed

_MAX_TEXT: Final = 255


def decode_pap_request(data: bytes) -> tuple[bytes, bytes]:
    """Peer-ID and password of an Authenticate-Request. Malformed if the lengths do not fit."""
    if not data or 2 + data[0] > len(data):
        raise Malformed(Drop.PAP)
    end = 1 + data[0]
    password_end = end + 1 + data[end]
    if password_end > len(data):
        raise Malformed(Drop.PAP)
    return data[1:end], data[end + 1 : password_end]


def encode_pap_answer(message: str) -> bytes:
    """The message of an Authenticate-Ack or Authenticate-Nak."""
    text = message.encode()[:_MAX_TEXT]
    return bytes([len(text)]) + text


def decode_chap_response(data: bytes) -> tuple[bytes, bytes]:
    """Value and name of a Response. Malformed if the length does not fit, or there is no value."""
    if not data or not data[0] or 1 + data[0] > len(data):
        raise Malformed(Drop.CHAP)
    return data[1 : 1 + data[0]], data[1 + data[0] :][:_MAX_TEXT]


def encode_chap_challenge(value: bytes, name: bytes) -> bytes:
    """A Challenge, or a Response."""
    return bytes([len(value)]) + value + name
