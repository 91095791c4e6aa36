"""Hiding of AVP values by the secret that LAC and LNS share (RFC 2661 section 4.3)."""

import struct
from hashlib import md5
from typing import Final

_BLOCK: Final = 16


def hide(attribute: int, value: bytes, secret: bytes, random_vector: bytes, padding: bytes = b"") -> bytes:
    """The value as it is sent: its length, itself and `padding`, XORed with a stream of MD5."""
    plain = struct.pack("!H", len(value)) + value + padding
    hidden = b""
    stream = _first(attribute, secret, random_vector)
    for start in range(0, len(plain), _BLOCK):
        block = _xor(plain[start : start + _BLOCK], stream)
        hidden += block
        stream = _md5(secret + block)
    return hidden


def reveal(attribute: int, hidden: bytes, secret: bytes, random_vector: bytes) -> bytes | None:
    """The value that was hidden; None if its length makes no sense, as with another secret."""
    plain = b""
    stream = _first(attribute, secret, random_vector)
    for start in range(0, len(hidden), _BLOCK):
        block = hidden[start : start + _BLOCK]
        plain += _xor(block, stream)
        stream = _md5(secret + block)
    if len(plain) < 2:
        return None
    length = int.from_bytes(plain[:2], "big")
    return plain[2 : 2 + length] if 2 + length <= len(plain) else None


def _first(attribute: int, secret: bytes, random_vector: bytes) -> bytes:
    return _md5(struct.pack("!H", attribute) + secret + random_vector)


def _md5(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).digest()


def _xor(data: bytes, stream: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))
