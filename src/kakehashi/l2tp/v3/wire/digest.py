"""The Message Digest of control messages, and the key for hidden AVPs (RFC 3931 sections 4.3, 5.3, 5.4.1)."""

import enum
import hmac
from typing import Final

from kakehashi.l2tp.v3.wire.header import CONTROL_HEADER, ControlHeader
from kakehashi.l2tp.v3.wire.message import MESSAGE_TYPE_SIZE
from kakehashi.l2tp.v3.wire.registry import AvpType, DigestType

_HASHES: Final = {DigestType.HMAC_MD5: ("md5", 16), DigestType.HMAC_SHA1: ("sha1", 20)}
_AVP_HEADER: Final = 6
_FIRST: Final = CONTROL_HEADER + MESSAGE_TYPE_SIZE  # where the first digest stands: behind the Message Type
_MANDATORY: Final = 0x8000
_LENGTH_MASK: Final = 0x03FF


class Verdict(enum.Enum):
    """What the digest of a message says."""

    NONE = "it has no digest"
    RIGHT = "the digest is right"
    WRONG = "the digest is wrong"


def hiding_key(secret: bytes) -> bytes:
    """What hides AVPs in place of the secret itself (section 5.3)."""
    return hmac.digest(secret, b"\x01", "md5") if secret else b""


def sign(header: ControlHeader, body: bytes, kind: DigestType, secret: bytes, nonces: bytes) -> bytes:
    """A control message with its digest. `nonces`: the sender's and the receiver's, none in an SCCRQ."""
    name, size = _HASHES[kind]
    length = _AVP_HEADER + 1 + size
    avp = (_MANDATORY | length).to_bytes(2, "big") + bytes(2) + int(AvpType.MESSAGE_DIGEST).to_bytes(2, "big")
    avp += bytes((kind,)) + bytes(size)
    message = header.encode(body[:MESSAGE_TYPE_SIZE] + avp + body[MESSAGE_TYPE_SIZE:])
    at = _FIRST + _AVP_HEADER + 1
    return message[:at] + hmac.digest(_key(secret), nonces + message, name) + message[at + size :]


def verify(message: bytes, secret: bytes, nonces: bytes) -> Verdict:
    """Look at the digests of a control message whose header is well formed, at most two (section 5.4.1).

    `nonces`: the sender's and the receiver's. One that is right is enough. In constant time.
    """
    message = message[: int.from_bytes(message[2:4], "big")]
    found = _digests(message)
    if not found:
        return Verdict.NONE
    plain = bytearray(message)
    for _, start, end in found:
        plain[start:end] = bytes(end - start)
    right = False
    for kind, start, end in found:
        name, size = _HASHES.get(DigestType(kind), ("", 0))
        if name and size == end - start:
            expected = hmac.digest(_key(secret), nonces + plain, name)
            right |= hmac.compare_digest(expected, message[start:end])
    return Verdict.RIGHT if right else Verdict.WRONG


def _key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"\x02", "md5")


def _digests(message: bytes) -> list[tuple[int, int, int]]:
    """The type of each digest, and where its octets begin and end."""
    found: list[tuple[int, int, int]] = []
    at = _FIRST
    while len(found) < 2 and at + _AVP_HEADER < len(message):
        length = int.from_bytes(message[at : at + 2], "big") & _LENGTH_MASK
        end = at + length
        kind = message[at + 2 : at + _AVP_HEADER]
        if kind != int(AvpType.MESSAGE_DIGEST).to_bytes(4, "big") or length <= _AVP_HEADER:
            break
        if end > len(message):
            break
        found.append((message[at + _AVP_HEADER], at + _AVP_HEADER + 1, end))
        at = end
    return found
