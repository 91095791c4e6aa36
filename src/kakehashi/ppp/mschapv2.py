"""The arithmetic of MS-CHAPv2, by the names of RFC 2759 section 8."""

import hmac
from hashlib import sha1
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from kakehashi.ppp.md4 import md4

CHALLENGE_OCTETS: Final = 16
RESPONSE_OCTETS: Final = 49  # Peer-Challenge 16, reserved 8, NT-Response 24, Flags 1 (section 4)
_SIGNING: Final = b"Magic server to client signing constant"
_ITERATION: Final = b"Pad to make it do more than one iteration"


def nt_password_hash(password: str) -> bytes:
    """NtPasswordHash: 16 octets (section 8.3). All that a table of users needs to keep."""
    return md4(password.encode("utf-16-le", "surrogatepass"))


def challenge_hash(peer_challenge: bytes, authenticator_challenge: bytes, user: bytes) -> bytes:
    """ChallengeHash: 8 octets (section 8.2). `user` is without its domain."""
    return sha1(peer_challenge + authenticator_challenge + user, usedforsecurity=False).digest()[:8]


def nt_response(
    authenticator_challenge: bytes, peer_challenge: bytes, user: bytes, password_hash: bytes
) -> bytes:
    """GenerateNTResponse: 24 octets (sections 8.1 and 8.5)."""
    challenge = challenge_hash(peer_challenge, authenticator_challenge, user)
    keys = password_hash + bytes(5)
    return b"".join(_des(keys[at : at + 7], challenge) for at in (0, 7, 14))


def authenticator_response(
    password_hash: bytes, response: bytes, peer_challenge: bytes, authenticator_challenge: bytes, user: bytes
) -> str:
    """GenerateAuthenticatorResponse: `S=` and 40 hexadecimal digits (section 8.7)."""
    digest = sha1(md4(password_hash) + response + _SIGNING, usedforsecurity=False).digest()
    challenge = challenge_hash(peer_challenge, authenticator_challenge, user)
    return "S=" + sha1(digest + challenge + _ITERATION, usedforsecurity=False).hexdigest().upper()


def split_response(value: bytes) -> tuple[bytes, bytes] | None:
    """Peer-Challenge and NT-Response of a Response's value (section 4); None if it has another length."""
    if len(value) != RESPONSE_OCTETS:
        return None
    return value[:16], value[24:48]


def is_response(value: bytes, authenticator_challenge: bytes, user: bytes, password_hash: bytes) -> bool:
    """Does the peer know the password? In constant time."""
    parts = split_response(value)
    if parts is None:
        return False
    peer_challenge, response = parts
    expected = nt_response(authenticator_challenge, peer_challenge, user, password_hash)
    return hmac.compare_digest(expected, response)


def _des(key: bytes, block: bytes) -> bytes:
    """DesEncrypt: a key of 7 octets is spread over 8, the lowest bits of which are parity (section 8.6)."""
    bits = int.from_bytes(key, "big")
    spread = bytes(((bits >> (49 - 7 * n)) & 0x7F) << 1 for n in range(8))
    # One key three times is DES.
    encryptor = Cipher(TripleDES(3 * spread), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(block) + encryptor.finalize()
