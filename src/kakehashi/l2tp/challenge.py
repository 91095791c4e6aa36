"""Tunnel authentication (RFC 2661 sections 4.4.3 and 5.1.1): CHAP whose identifier is the message's type."""

import hmac
from hashlib import md5

from kakehashi.l2tp.wire.registry import MessageType


def response(kind: MessageType, secret: bytes, challenge: bytes) -> bytes:
    """The Challenge Response in a message of this type, 16 octets."""
    return md5(bytes([int(kind)]) + secret + challenge, usedforsecurity=False).digest()


def is_response(kind: MessageType, secret: bytes, challenge: bytes, given: bytes) -> bool:
    """Does the peer know the secret? In constant time."""
    return hmac.compare_digest(response(kind, secret, challenge), given)
